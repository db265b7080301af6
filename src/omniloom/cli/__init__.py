"""The command line: one file per group of commands. It speaks to the API, served or opened in this process."""

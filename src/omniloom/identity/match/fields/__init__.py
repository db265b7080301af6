"""The kinds of fields there are: one file each, found by listing this folder."""

"""The only modules that know a database driver."""

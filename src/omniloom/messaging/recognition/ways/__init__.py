"""The ways of self-identification, one file each; see ``way.py``."""

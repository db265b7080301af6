"""File formats that imports read: one file each, bound as ``FORMAT``."""

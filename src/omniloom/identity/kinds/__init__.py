"""One file per kind of identifier; each binds ``KIND``."""

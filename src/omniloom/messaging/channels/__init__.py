"""One file, one channel. A channel is pure: no socket, no file, no store (a contract checks its imports)."""

"""The worker: one loop over the acts of all rooms. It owns no tables."""

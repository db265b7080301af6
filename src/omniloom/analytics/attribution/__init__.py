"""Attribution models: one file, one model, bound as ``MODEL``. See docs/reference/attribution.md to add one."""

"""Every state change of what is said; each module is one subject."""

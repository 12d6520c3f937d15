"""Every state change of contacts, groups, tags, imports, exports and bulk work."""

"""Measurements against a yardstick in the same run; each prints one JSON object."""

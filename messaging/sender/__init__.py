"""The sender process (`manage.py sender`): takes messages to the provider, each at most once, none after a STOP."""

"""Staff pages of contacts, and of the permission history, which names them."""

from contacts.admin import history, jobs, people, sets

__all__ = ["history", "jobs", "people", "sets"]

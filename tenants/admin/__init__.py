"""The staff admin: its site, its base class, and this app's pages."""

from tenants.admin import people, records, senders

__all__ = ["people", "records", "senders"]

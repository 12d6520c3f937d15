"""Staff pages of consent: rows are read, acts go through `consent.actions`."""

from consent.admin import phones, records

__all__ = ["phones", "records"]

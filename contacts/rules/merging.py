"""What a text may call the things it says about a person: one list for previews, campaigns and bots."""

from __future__ import annotations

#: Fields every tenant has; own fields (`FieldDefinition.key`) come beside them and never shadow them.
KNOWN_FIELDS = ("first_name", "last_name", "name", "email", "language")

#: No own field may be called so. The last is messaging's link to the opt-out page.
RESERVED = frozenset({*KNOWN_FIELDS, "opt_out_link"})


def whole_name(first_name: str, last_name: str) -> str:
    """The merge field `name`: first and last name, as far as known."""
    return f"{first_name} {last_name}".strip()

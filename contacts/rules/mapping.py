"""Where the columns of a file may go."""

from __future__ import annotations

import re
from collections.abc import Sequence

from contacts.rules.merging import RESERVED
from tenants.rules import Refused

FIXED = {
    "phone": "Phone number",
    "first_name": "First name",
    "last_name": "Last name",
    "full_name": "Whole name",
    "email": "E-mail",
    "language": "Language",
    "groups": "Groups",
    "tags": "Tags",
    "consent": "Said yes",
    "consent_date": "Day they agreed",
    "contact_id": "Our contact id",
}
_FIELD = re.compile(r"field:[a-z0-9_-]{1,40}")


def check_mapping(targets: Sequence[str], *, width: int) -> None:
    """One target for each column ("" leaves it out), phone exactly once, no target twice.

    Raises `Refused`: columns_differ, column_unknown, column_twice, no_phone_column.
    """
    if len(targets) != width:
        raise Refused("columns_differ", "The file has another number of columns. Upload it again.", "targets")
    used = [target for target in targets if target]
    for target in used:
        if target not in FIXED and not _FIELD.fullmatch(target):
            raise Refused("column_unknown", "One column goes to a place that does not exist.", "targets")
        if used.count(target) > 1:
            name = FIXED.get(target, target.removeprefix("field:"))
            raise Refused("column_twice", f"Two columns go to {name}. Leave one of them out.", "targets")
    if "phone" not in used:
        raise Refused("no_phone_column", "Say which column holds the phone number.", "targets")


def field_key(header: str) -> str:
    """The key of an own field made from a column's name: "Fav loaf" gives fav_loaf, "Name" own_name."""
    key = re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_")[:40]
    return f"own_{key}"[:40] if key in RESERVED else key or "field"

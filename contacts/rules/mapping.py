"""Where the columns of a file may go."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from itertools import count

from contacts.rules.merging import RESERVED
from contacts.rules.plain import plain, spelled_whole
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
    """The key of an own field made from a column's name: "Fav loaf" gives fav_loaf, "Name" own_name, "Город" gorod.

    A text can name it: it is ASCII and begins with a letter.
    """
    key = re.sub(r"[^a-z0-9]+", "_", plain(header)).strip("_")[:40]
    return f"own_{key}"[:40] if key in RESERVED or key[:1].isdigit() else key or "field"


def field_keys(header: Sequence[str], own: Mapping[str, str]) -> list[str]:
    """For each column the key of the own field it would fill: the known one that is called so, else a new one.

    `own`: key → label. No two columns share a key. Of a name in another script little or nothing is left in a key:
    such a field is known by its label alone, and a new one gets a key with a number.
    """
    named = {label.strip().casefold(): key for key, label in own.items()}
    keys: dict[int, str] = {}
    for at, name in enumerate(header):
        known = named.get(name[:60].strip().casefold())
        if known and known not in keys.values():
            keys[at] = known
    for at, name in enumerate(header):
        if at not in keys:
            keys[at] = _free_key(name, own, set(keys.values()))
    return [keys[at] for at in range(len(header))]


def _free_key(name: str, own: Mapping[str, str], used: Container[str]) -> str:
    key = field_key(name)
    same = key in own and spelled_whole(name) and spelled_whole(own[key])
    if key not in used and (same or key not in own):
        return key
    numbered = (f"{key[:35]}_{n}" for n in count(2))
    return next(one for one in numbered if one not in used and one not in own)

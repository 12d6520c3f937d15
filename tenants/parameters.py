"""How statements and values are written for libpq: places numbered, values in PostgreSQL's text form.

Shared by the statements of one connection (`tenants.statements`) and the sender's pipeline (`messaging.sender.pipe`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import psycopg

_PLACE = re.compile(r"%(?:\((\w+)\)s|(s)|%)")


@functools.cache
def numbered(query: str) -> tuple[bytes, tuple[str, ...]]:
    """A query with `$1` for its `%(name)s` or `%s`, and the names in that order (none for `%s`)."""
    names: list[str] = []
    bare = 0

    def place(found: re.Match[str]) -> str:
        nonlocal bare
        if found[2]:
            bare += 1
            return f"${bare}"
        if not found[1]:
            return "%"
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    text = _PLACE.sub(place, query)
    if names and bare:
        raise ValueError("named and bare places in one query")
    return text.encode(), tuple(names)


def as_text(value: Any) -> bytes | None:
    """A value as the server reads it; its type is the statement's affair. Raises psycopg.DataError for a NUL."""
    if value is None:
        return None
    if isinstance(value, bytes):
        return b"\\x" + value.hex().encode()
    if isinstance(value, str):
        text = value
    elif isinstance(value, list | tuple):
        text = _array(value)
    elif isinstance(value, date):
        text = value.isoformat()
    elif isinstance(value, timedelta):
        text = f"{value.total_seconds()} seconds"
    else:
        text = str(value)
    if "\0" in text:  # libpq would end the value there
        raise psycopg.DataError("PostgreSQL keeps no NUL")
    return text.encode()


def _array(values: Sequence[Any]) -> str:
    return "{" + ",".join(["NULL" if value is None else _item(value) for value in values]) + "}"


def _item(value: Any) -> str:
    text = value if isinstance(value, str) else (as_text(value) or b"").decode()
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

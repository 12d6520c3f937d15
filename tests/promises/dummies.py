"""A row of every table for every tenant, written past all constraints but those of the columns themselves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import psycopg

from tests.database import Run

_COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod),
       EXISTS (SELECT FROM pg_constraint WHERE conrelid = attrelid AND contype = 'c' AND attnum = ANY(conkey))
FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = ''
  AND attnotnull AND NOT atthasdef
"""
_numbers = count(900_000)


def fill_every_table(machine: Run, models: Sequence[Any], tenants: Sequence[int]) -> None:
    """Give every tenant a row in each table that has none of theirs. Parents are not checked."""
    with machine.superuser() as connection:
        connection.execute(b"SET session_replication_role = replica")
        for model in models:
            table = model._meta.db_table
            for tenant in tenants:
                found = connection.execute(
                    f'SELECT 1 FROM "{table}" WHERE tenant_id = %s LIMIT 1'.encode(), [tenant]
                )
                if found.fetchone() is None:
                    _insert(connection, table, tenant)


def _insert(connection: psycopg.Connection[Any], table: str, tenant: int) -> None:
    columns = connection.execute(_COLUMNS.encode(), [f'"{table}"']).fetchall()
    # A word that a check asks about is left empty, as in a row to which nothing has happened yet.
    values = {name: "" if checked and _is_word(kind) else _value(kind) for name, kind, checked in columns}
    values["tenant_id"] = tenant
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join("%s" for _ in values)
    connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})'.encode(), list(values.values()))


def _is_word(kind: str) -> bool:
    return kind.startswith("character") or kind == "text"


def _value(kind: str) -> Any:
    number = next(_numbers)
    if kind.startswith("character"):
        return str(number)[-int(kind.strip("()").rpartition("(")[2]) :]
    if kind == "text":
        return str(number)
    if kind in {"bigint", "integer"}:
        return number
    if kind == "smallint":
        return 0
    fixed = {"boolean": False, "jsonb": "{}", "bytea": str(number).encode(), "date": "2026-01-02"}
    if kind in fixed:
        return fixed[kind]
    if kind.endswith("[]"):
        return "{}"
    return "2026-01-02T10:00:00Z" if kind.startswith("timestamp") else str(number)

"""Faults of the database itself, put in and taken out by the superuser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from tests.database import Run


@contextmanager
def failing(machine: Run, table: str, *, when: str = "true", act: str = "") -> Iterator[None]:
    """While the block lasts, an INSERT into `table` fails; `act` replaces the failure by a statement of PL/pgSQL."""
    body = act or "RAISE EXCEPTION 'injected fault'"
    make = (
        f"CREATE FUNCTION test_fault() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF {when} THEN {body}; END IF;"
        f" RETURN NEW; END$$; GRANT EXECUTE ON FUNCTION test_fault() TO public;"
        f' CREATE TRIGGER test_fault BEFORE INSERT ON "{table}" FOR EACH ROW EXECUTE FUNCTION test_fault()'
    )
    with machine.superuser() as connection:
        connection.execute(make.encode())
    try:
        yield
    finally:
        with machine.superuser() as connection:
            connection.execute(f'DROP TRIGGER test_fault ON "{table}"; DROP FUNCTION test_fault()'.encode())


@contextmanager
def held(machine: Run, statement: str, *given: Any) -> Iterator[psycopg.Connection[Any]]:
    """Another transaction that has done `statement` and does not end while the block lasts."""
    with machine.superuser() as connection:
        connection.autocommit = False
        connection.execute(statement.encode(), given)
        try:
            yield connection
        finally:
            connection.rollback()

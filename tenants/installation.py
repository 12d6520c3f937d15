"""A restored database is noticed by itself, and hands nothing over until the provider's events are replayed (I19).

`HERE` is what a database is: the server's own number, the timeline it writes, the database and the table that say so.
A dump read into another server, database or table changes one of them, a recovery to a moment and a promoted standby
begin a new timeline; a restart changes none. What cannot be seen is said by `manage.py restored`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from tenants.rules import Refused

HERE = """
((SELECT system_identifier FROM pg_control_system())::text
 || ':' || CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END
 || ':' || (SELECT oid FROM pg_database WHERE datname = current_database())::text
 || ':' || 'tenants_installation'::regclass::oid::text)
""".strip()
#: Whether this database is held or not the one that was known; one cheap row, once a statement.
HELD = f"NOT EXISTS (SELECT FROM tenants_installation WHERE id = 1 AND held_at IS NULL AND identity = {HERE})"

# Held as soon as the database finds itself to be another; else alive. Where nothing changes, nothing is written.
NOTICE = f"""
WITH here AS MATERIALIZED (SELECT {HERE} AS name), changed AS (
    UPDATE tenants_installation i SET
        held_at = CASE WHEN i.identity = here.name THEN i.held_at ELSE COALESCE(i.held_at, now()) END,
        held_reason = CASE WHEN i.identity = here.name OR i.held_at IS NOT NULL THEN i.held_reason
                           ELSE 'the database is another one than it was' END,
        since = CASE WHEN i.identity = here.name OR i.held_at IS NOT NULL THEN i.since ELSE i.alive_at END,
        alive_at = CASE WHEN i.identity = here.name AND i.held_at IS NULL THEN now() ELSE i.alive_at END
    FROM here WHERE i.id = 1 AND i.held_at IS NULL
        AND (i.identity <> here.name OR i.alive_at < now() - interval '5 seconds')
    RETURNING i.held_at, i.since, i.identity, here.name
), told AS (
    INSERT INTO tenants_installationentry (at, verb, detail)
    SELECT now(), 'noticed', jsonb_build_object('was', identity, 'is', name, 'since', since)
    FROM changed WHERE held_at IS NOT NULL
)
SELECT EXISTS (SELECT FROM changed WHERE held_at IS NOT NULL)
"""
_ENTRY = "INSERT INTO tenants_installationentry (at, verb, detail) VALUES (now(), %s, %s::jsonb)"
_HOLD = """
UPDATE tenants_installation SET held_at = clock_timestamp(), held_reason = %s, since = LEAST(since, %s, now())
WHERE id = 1
"""
_LIFT = f"""
UPDATE tenants_installation SET held_at = NULL, held_reason = '', since = NULL, alive_at = now(), identity = {HERE}
WHERE id = 1 AND held_at IS NOT DISTINCT FROM %s
"""
# What senders put off while they were held.
_WAKE = "UPDATE tenants_due SET due_at = LEAST(due_at, now()) WHERE kind = 'send' AND lease_token IS NULL"
LOCK = 4219  # advisory: one catch-up at a time


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is handed over since `at`, because of `reason`; what must be replayed begins at `since`."""

    at: datetime
    reason: str
    since: datetime


def notice() -> bool:
    """Look whether this is still the database that was known, and hold it if not. True: it has just been held."""
    with connection.cursor() as cursor:
        cursor.execute(NOTICE)
        return bool(cursor.fetchone()[0])


def held() -> Hold | None:
    """The hold, after a look whether there ought to be one. Raises `Refused` where the row itself is missing."""
    notice()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT held_at, held_reason, COALESCE(since, alive_at) FROM tenants_installation WHERE id = 1"
        )
        row = cursor.fetchone()
    if row is None:
        raise Refused(
            "installation_unknown", "tenants_installation has lost its row: restore a whole backup."
        )
    return Hold(*row) if row[0] is not None else None


def hold(*, since: datetime, reason: str) -> None:
    """A person says that the database was set back to `since`: held from now on, whatever it looks like."""
    _reasoned(reason)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_HOLD, [reason[:200], since])
        _tell("restored", since=since.isoformat(), reason=reason)


def failed_over(*, reason: str) -> None:
    """A person vouches that the new database lost nothing that was committed: known from now on, and not held."""
    _reasoned(reason)
    found = held()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LIFT, [found.at if found else None])
        if cursor.rowcount != 1:
            raise Refused("hold_changed", "It was held again meanwhile. Look, and say it once more.")
        cursor.execute(_WAKE)
        _tell("failed_over", reason=reason, held=found.at.isoformat() if found else None)


def lift(found: Hold, figures: dict[str, Any]) -> None:
    """All is replayed: the hold goes, if it is still the one that was found. Raises `Refused`."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LIFT, [found.at])
        if cursor.rowcount != 1:
            raise Refused("hold_changed", "It was held again meanwhile: run catch_up once more.")
        cursor.execute(_WAKE)
        _tell("caught_up", held=found.at.isoformat(), since=found.since.isoformat(), **figures)


@contextmanager
def alone() -> Iterator[None]:
    """One catch-up at a time, whatever machine it runs on. Raises `Refused` for the second."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise Refused("catching_up", "Another catch_up is at work.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason_missing", "Say why: it is kept.")


def _tell(verb: str, **detail: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ENTRY, [verb, json.dumps(detail)])

"""Due work: the database is the queue, Celery is only the doorbell.

Whoever creates work calls `put` in the same transaction and `ring` for speed. A sweep finds what no bell announced.
A worker takes a row with `working`: one at a time, by a lease that expires when the worker dies.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction

from tenants import doorbell

log = logging.getLogger(__name__)

_PUT = """
INSERT INTO tenants_due (kind, tenant_id, ref, due_at, tries, puts)
VALUES (%s, %s, %s, COALESCE(%s, now()), 0, 1)
ON CONFLICT (kind, tenant_id, ref) DO UPDATE
SET due_at = LEAST(tenants_due.due_at, EXCLUDED.due_at), puts = tenants_due.puts + 1
"""

_TAKE = """
UPDATE tenants_due SET lease_token = %(token)s, lease_until = now() + make_interval(secs => %(seconds)s)
WHERE id = (
    SELECT id FROM tenants_due
    WHERE kind = %(kind)s AND tenant_id = %(tenant)s AND ref = %(ref)s AND due_at <= now()
      AND (lease_until IS NULL OR lease_until < now())
    FOR UPDATE SKIP LOCKED
)
RETURNING id, puts, tries
"""

_FINISH = "DELETE FROM tenants_due WHERE id = %s AND lease_token = %s AND puts = %s"
_RELEASE = """
UPDATE tenants_due SET lease_token = NULL, lease_until = NULL, tries = 0,
       -- Work put meanwhile does not wait for what this worker had planned.
       due_at = CASE WHEN puts = %(puts)s THEN COALESCE(%(at)s, now()) ELSE LEAST(now(), %(at)s) END
WHERE id = %(id)s AND lease_token = %(token)s
"""
_FAILED = """
UPDATE tenants_due SET lease_token = NULL, lease_until = NULL, tries = LEAST(tries + 1, 30),
       due_at = now() + make_interval(secs => LEAST(300, power(2, LEAST(tries + 1, 9))))
WHERE id = %s AND lease_token = %s
"""
_RENEW = """
UPDATE tenants_due SET lease_until = now() + make_interval(secs => %s) WHERE id = %s AND lease_token = %s
"""


@dataclass(slots=True)
class Lease:
    """A taken Due row. `again_at` set: the row stays and is due then; else it goes when no work was added."""

    id: int
    token: uuid.UUID
    puts: int
    tries: int
    again_at: datetime | None = None
    unfinished: bool = False
    finished: bool = False

    def finish(self) -> None:
        """Remove the row now, in the caller's transaction, whatever was put meanwhile."""
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM tenants_due WHERE id = %s AND lease_token = %s", [self.id, self.token]
            )
        self.finished = True

    def renew(self, seconds: float) -> bool:
        """Extend the lease; False when it was lost."""
        with connection.cursor() as cursor:
            cursor.execute(_RENEW, [seconds, self.id, self.token])
            return bool(cursor.rowcount == 1)


def put(kind: str, tenant_id: int, ref: int = 0, at: datetime | None = None) -> None:
    """Say that work waits; part of the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_PUT, [kind, tenant_id, ref, at])


def drop(kind: str, tenant_id: int, ref: int = 0) -> None:
    """The work is done in the caller's own transaction: nobody need come for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM tenants_due WHERE kind = %s AND tenant_id = %s AND ref = %s", [kind, tenant_id, ref]
        )


def ring(kind: str, tenant_id: int, ref: int = 0) -> None:
    """Ring the doorbell once the transaction commits. Never fails: a sweep finds what was not heard."""
    transaction.on_commit(lambda: _ring(kind, tenant_id, ref))


def put_and_ring(kind: str, tenant_id: int, ref: int = 0) -> None:
    """`put` and `ring`."""
    put(kind, tenant_id, ref)
    ring(kind, tenant_id, ref)


def _ring(kind: str, tenant_id: int, ref: int) -> None:
    task = settings.DUE_TASKS.get(kind)
    if task is None:
        return
    try:
        doorbell.send(task, tenant_id, ref)
    except doorbell.Silent:
        return
    except Exception as error:  # a broken broker must not break the request; the sweep hears it
        log.warning(
            "doorbell not heard: %s", type(error).__name__, extra={"kind": kind, "tenant_id": tenant_id}
        )


@contextmanager
def working(kind: str, tenant_id: int, ref: int = 0, *, seconds: float = 60) -> Iterator[Lease | None]:
    """Take the row and work; yields None when it is not due or another worker has it.

    After the block the row goes, unless work was put meanwhile, `again_at` was set, or the block raised: then it
    is due again after a back-off of 2 to 300 s.
    """
    token = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE, {"token": token, "seconds": seconds, "kind": kind, "tenant": tenant_id, "ref": ref}
        )
        row = cursor.fetchone()
    if row is None:
        yield None
        return
    lease = Lease(row[0], token, row[1], row[2])
    try:
        yield lease
    except Exception:
        # Where not even this can be said, the lease runs out by itself.
        with suppress(DatabaseError, InterfaceError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_FAILED, [lease.id, token])
        raise
    if lease.finished:
        return
    with connection.cursor() as cursor:
        if lease.again_at is None and not lease.unfinished:
            cursor.execute(_FINISH, [lease.id, token, lease.puts])
            if cursor.rowcount:
                return
        cursor.execute(_RELEASE, {"at": lease.again_at, "puts": lease.puts, "id": lease.id, "token": token})


def overdue(kinds: list[str], limit: int = 200) -> list[tuple[str, int, int]]:
    """(kind, tenant, ref) of due rows that nobody has leased, oldest first: fair between tenants."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, tenant_id, ref FROM tenants_due WHERE kind = ANY(%s) AND due_at <= now() "
            "AND (lease_until IS NULL OR lease_until < now()) ORDER BY due_at LIMIT %s",
            [kinds, limit],
        )
        return [(row[0], row[1], row[2]) for row in cursor.fetchall()]

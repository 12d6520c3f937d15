"""How the apps above learn of what was recorded: each reads the ledger behind its own cursor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection

from consent.models import ConsentEvent, LedgerCursor
from tenants.scope import current_tenant_id, tenant_scope

_CURSOR = "SELECT seq FROM consent_ledgercursor WHERE tenant_id = %s AND follower = %s FOR UPDATE SKIP LOCKED"
_NEW = """
INSERT INTO consent_ledgercursor (tenant_id, follower, seq, moved_at) VALUES (%s, %s, 0, now()) ON CONFLICT DO NOTHING
"""
_MOVE = "UPDATE consent_ledgercursor SET seq = %s, moved_at = now() WHERE tenant_id = %s AND follower = %s"


@dataclass(slots=True)
class Reading:
    """Entries to act on, oldest first. `more`: call again; `busy`: another worker reads, these are none."""

    follower: str
    events: list[ConsentEvent] = field(default_factory=list)
    more: bool = False
    busy: bool = False

    def moved(self, seq: int) -> None:
        """Entries up to `seq` are done; part of the same transaction."""
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, [seq, current_tenant_id(), self.follower])


@contextmanager
def follow(
    follower: str, limit: int = 500, *, tenant_id: int | None = None, after: str = ""
) -> Iterator[Reading]:
    """Read what `follower` has not seen: it reads, acts and calls `moved`, all in one transaction.

    In the open scope, or in one of its own for `tenant_id`. Entries become visible in the order of their numbers, so
    none is skipped; a follower that fails sees the same entries again. `after` names a follower that must have done an
    entry first.
    """
    if tenant_id is not None:
        with tenant_scope(tenant_id):
            yield _reading(follower, limit, after)
    else:
        yield _reading(follower, limit, after)


def _reading(follower: str, limit: int, after: str) -> Reading:
    tenant_id = current_tenant_id()
    with connection.cursor() as cursor:
        cursor.execute(_CURSOR, [tenant_id, follower])
        row = cursor.fetchone()
        if row is None and not LedgerCursor.objects.filter(follower=follower).exists():
            # Only then: an insert would wait for the worker that holds the row.
            cursor.execute(_NEW, [tenant_id, follower])
            cursor.execute(_CURSOR, [tenant_id, follower])
            row = cursor.fetchone()
    if row is None:
        return Reading(follower, busy=True)
    unseen = ConsentEvent.objects.filter(seq__gt=row[0])
    if after:
        unseen = unseen.filter(seq__lte=_done(after))
    events = list(unseen.order_by("seq")[:limit])
    return Reading(follower, events, more=len(events) == limit)


def behind(follower: str) -> int:
    """How many entries of the open scope the follower has not done yet."""
    last = ConsentEvent.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    return last - _done(follower)


def _done(follower: str) -> int:
    return LedgerCursor.objects.filter(follower=follower).values_list("seq", flat=True).first() or 0

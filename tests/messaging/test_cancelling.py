"""A cancelled broadcast of many: its status is committed first, what waits ends in chunks, nobody is waited for (E4).

Mutations tried: `cancel_broadcast` that ends everything itself → the first; without the Due row → the first; the
task's `again_at` left out, `_LEFT` without begun ones, or without `_LAPSED` → the third; `_QUEUED` without SKIP
LOCKED → the fourth; `end_waiting` that does not look at the status → the last; `beat` not asked → the second.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from bench.crowd import people
from messaging.actions import broadcasts, cancelling, counts
from messaging.models import Broadcast, Message
from messaging.rules.outcomes import NotSent, Phase
from messaging.tasks import end_cancelled
from tenants.models import Due, SenderNumber, Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope

PEOPLE = 30


@pytest.fixture
def sending(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> int:
    """A broadcast to thirty people, which counts as many here."""
    monkeypatch.setattr(broadcasts, "INLINE", PEOPLE - 1)
    with tenant_scope(tenant.pk):
        offers = SenderNumber.objects.get(name="Offers").pk
        people(PEOPLE, opted_in=(offers,))
        order = broadcasts.create_broadcast(
            sender_id=offers, purpose="marketing", text="Hi", audience={"include": [["all", 0]]}, actor=SYSTEM
        )
    broadcasts.plan(tenant.pk, order.pk)
    return int(order.pk)


def cancel(tenant: Tenant, broadcast: int) -> None:
    with tenant_scope(tenant.pk):
        broadcasts.cancel_broadcast(broadcast, actor=SYSTEM)


def phases(tenant: Tenant) -> dict[int, int]:
    with tenant_scope(tenant.pk):
        found = list(Message.objects.values_list("phase", flat=True))
    return {phase: found.count(phase) for phase in set(found)}


def work(tenant: Tenant, broadcast: int) -> None:
    """The worker comes by, whenever the work is due."""
    Due.objects.filter(kind="cancel").update(due_at=timezone.now() - timedelta(hours=1))
    end_cancelled(tenant.pk, broadcast)


def test_the_press_ends_no_message_and_the_worker_all(tenant: Tenant, sending: int) -> None:
    cancel(tenant, sending)
    with tenant_scope(tenant.pk):
        assert Broadcast.objects.get(pk=sending).status == "cancelled"
    assert phases(tenant) == {Phase.QUEUED: PEOPLE}
    assert Due.objects.filter(kind="cancel", tenant=tenant, ref=sending).exists()
    work(tenant, sending)
    with tenant_scope(tenant.pk):
        ended = Message.objects.filter(phase=Phase.NOT_SENT, reason=NotSent.CANCELLED, ended_at__isnull=False)
        assert ended.count() == PEOPLE
        remembered = Broadcast.objects.get(pk=sending).counts
        assert remembered == counts.count(sending) | {"ms": remembered["ms"]} and remembered["open"] == 0
    assert not Due.objects.filter(kind="cancel").exists()


def test_chunks_are_transactions_of_their_own_and_a_lost_lease_leaves_the_rest(
    tenant: Tenant, sending: int
) -> None:
    cancel(tenant, sending)
    seen: list[int] = []

    def beat() -> bool:
        seen.append(phases(tenant)[Phase.QUEUED])
        return len(seen) < 2

    assert cancelling.end_waiting(tenant.pk, sending, beat, size=7) is not None
    assert seen == [23, 16] and phases(tenant) == {Phase.QUEUED: 16, Phase.NOT_SENT: 14}
    assert cancelling.end_waiting(tenant.pk, sending, size=7) is None
    assert phases(tenant) == {Phase.NOT_SENT: PEOPLE}


def test_what_was_claimed_or_begun_is_looked_after_until_it_has_ended(tenant: Tenant, sending: int) -> None:
    lease = {"lease_token": uuid4(), "lease_until": timezone.now() + timedelta(minutes=1)}
    with tenant_scope(tenant.pk):
        claimed, begun = Message.objects.order_by("id")[:2]
        Message.objects.filter(pk=claimed.pk).update(phase=Phase.CLAIMED, **lease)
        Message.objects.filter(pk=begun.pk).update(phase=Phase.BEGUN, **lease)
    cancel(tenant, sending)
    work(tenant, sending)
    assert phases(tenant) == {Phase.CLAIMED: 1, Phase.BEGUN: 1, Phase.NOT_SENT: PEOPLE - 2}
    assert Due.objects.get(kind="cancel").due_at > timezone.now()
    with tenant_scope(tenant.pk):  # its sender died
        Message.objects.filter(pk=claimed.pk).update(lease_until=timezone.now() - timedelta(hours=1))
    work(tenant, sending)
    assert phases(tenant) == {Phase.BEGUN: 1, Phase.NOT_SENT: PEOPLE - 1}
    with tenant_scope(tenant.pk):  # refused for now: it would be tried again
        Message.objects.filter(pk=begun.pk).update(phase=Phase.QUEUED, lease_token=None, lease_until=None)
    work(tenant, sending)
    assert phases(tenant) == {Phase.NOT_SENT: PEOPLE}
    assert not Due.objects.filter(kind="cancel").exists()


def test_a_row_that_another_holds_is_left_for_the_next_round(
    live_db: Any, tenant: Tenant, sending: int
) -> None:
    cancel(tenant, sending)
    with live_db.superuser() as other, other.transaction():
        other.execute("SELECT FROM messaging_message ORDER BY id LIMIT 1 FOR UPDATE")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '500ms'")
        try:
            work(tenant, sending)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")
        assert phases(tenant) == {Phase.QUEUED: 1, Phase.NOT_SENT: PEOPLE - 1}
    work(tenant, sending)
    assert phases(tenant) == {Phase.NOT_SENT: PEOPLE}


def test_only_a_cancelled_one_is_touched(tenant: Tenant, sending: int) -> None:
    assert cancelling.end_waiting(tenant.pk, sending) is None
    assert phases(tenant) == {Phase.QUEUED: PEOPLE}

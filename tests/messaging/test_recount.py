"""Receipts come after a broadcast's end too: what is remembered of it follows them (C4, E4).

Mutations tried: without the CTE that puts the work → the first; `changed` without its condition on the rank → the
second; ON CONFLICT DO NOTHING → the third; `recount` that counts whatever was counted just before → the fourth.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.comparing import comparison
from campaigns.models import Campaign
from consent.actions import phone_for
from messaging.actions import counts, receipts
from messaging.actions.receipts import apply_receipts
from messaging.models import Broadcast, Message
from messaging.rules.outcomes import Phase
from messaging.tasks import recount
from tenants.models import Due, ProviderAccount, SenderNumber, Tenant
from tenants.scope import tenant_scope
from tests.carrier import encode, post

TEXTS = 4


@pytest.fixture
def ended(tenant: Tenant) -> list[int]:
    """Two broadcasts that ended when their last text was handed over, counted a while ago."""
    with tenant_scope(tenant.pk):
        offers = SenderNumber.objects.get(name="Offers")
        made = []
        for n in range(2):
            broadcast = Broadcast.objects.create(sender=offers, text="x", status="finished")
            Message.objects.bulk_create(
                Message(
                    tenant_id=tenant.pk, broadcast=broadcast, phone_id=phone_for(e164=f"+1202555{n}10{at}"),
                    sender=offers, phase=Phase.HANDED, sid=sid(n, at), begun_at=timezone.now(),
                )
                for at in range(TEXTS)
            )  # fmt: skip
            counts.refresh_counts(broadcast.pk, force=True)
            Campaign.objects.create(
                name=f"Rolls {n}", sender=offers, broadcast=broadcast, text="x", launched_at=timezone.now()
            )
            made.append(broadcast.pk)
    grow_old(tenant)
    return made


def sid(n: int, at: int) -> str:
    return f"SM{n}{at:031d}"


def grow_old(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        Broadcast.objects.update(counted_at=timezone.now() - timedelta(minutes=5))


def hear(tenant: Tenant, n: int, *texts: int, status: str = "delivered") -> None:
    with tenant_scope(tenant.pk):
        door = ProviderAccount.objects.get()
    for at in texts:
        fields = {"MessageSid": sid(n, at), "MessageStatus": status, "AccountSid": door.sid}
        assert post(f"/hooks/twilio/{door.inbound_key}/status", encode(fields)).status_code == 204
    apply_receipts(tenant.pk)


def waiting() -> list[int]:
    return list(Due.objects.filter(kind="recount").order_by("ref").values_list("ref", flat=True))


def work(tenant: Tenant) -> None:
    """What the sweep does half a minute later. The test's transaction began before all that it does."""
    Due.objects.filter(kind="recount").update(due_at=timezone.now() - timedelta(hours=1))
    for ref in waiting():
        recount(tenant.pk, ref)


def delivered(tenant: Tenant) -> dict[str, int]:
    with tenant_scope(tenant.pk):
        return {row["name"]: row["delivered"] for row in comparison(tenant)["rows"]}


def test_the_comparison_follows_receipts_that_came_after_the_end(
    tenant: Tenant, ended: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts, "COUNT_AFTER_S", 3600)
    hear(tenant, 0, 0, 1, 2)
    hear(tenant, 1, 0)
    assert waiting() == ended, "one row for each broadcast"
    assert not Due.objects.filter(kind="recount", due_at__lte=timezone.now()).exists(), "more will come"
    work(tenant)
    assert delivered(tenant) == {"Rolls 0": 3, "Rolls 1": 1}
    assert waiting() == []


def test_a_receipt_that_changes_nothing_counts_nothing(tenant: Tenant, ended: list[int]) -> None:
    hear(tenant, 0, 0)
    work(tenant)
    hear(tenant, 0, 0, status="sent")
    assert waiting() == []


def test_receipts_that_come_during_the_count_are_counted_too(
    tenant: Tenant, ended: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def counted_too_soon(broadcast_id: int) -> None:
        monkeypatch.undo()
        counts.refresh_counts(broadcast_id, force=True)
        hear(tenant, 0, 1)

    hear(tenant, 0, 0)
    monkeypatch.setattr(counts, "recount", counted_too_soon)
    work(tenant)
    assert waiting() == ended[:1]
    grow_old(tenant)
    work(tenant)
    assert delivered(tenant)["Rolls 0"] == 2


def test_what_was_counted_just_now_waits(tenant: Tenant, ended: list[int]) -> None:
    hear(tenant, 0, 0)
    with tenant_scope(tenant.pk):
        counts.refresh_counts(ended[0], force=True)
    hear(tenant, 0, 1)
    work(tenant)
    assert delivered(tenant)["Rolls 0"] == 1
    assert Due.objects.get(kind="recount").due_at > timezone.now()
    grow_old(tenant)
    work(tenant)
    assert delivered(tenant)["Rolls 0"] == 2 and waiting() == []

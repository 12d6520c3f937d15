"""Delivery receipts: any order, any number of times, the same end (I5); error codes that speak of consent."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.utils import timezone

from consent.actions import phone_for
from consent.models import ConsentEvent, Hold, Permission, PhoneNumber
from messaging.actions.receipts import apply_receipts
from messaging.models import Message, RawWebhook
from messaging.rules.outcomes import Phase, Receipt
from messaging.tasks import apply_receipts as task
from tenants.models import Due, ProviderAccount, SenderNumber, Tenant
from tenants.scope import tenant_scope
from tests.carrier import encode, post

SID = "SM" + "7" * 32


@pytest.fixture
def door(tenant: Tenant) -> ProviderAccount:
    with tenant_scope(tenant.pk):
        return ProviderAccount.objects.get()


@pytest.fixture
def sent(tenant: Tenant) -> Message:
    """A text that was handed over."""
    with tenant_scope(tenant.pk):
        return Message.objects.create(
            phone_id=phone_for(e164="+12025550142"),
            sender=SenderNumber.objects.get(name="Offers"),
            phase=Phase.HANDED,
            sid=SID,
            body="hello",
            begun_at=timezone.now(),
        )


def report(
    door: ProviderAccount, status: str, message: Message | None = None, code: str = "", sid: str = SID
) -> Any:
    fields = {"MessageSid": sid, "MessageStatus": status, "AccountSid": door.sid, "To": "+12025550142"}
    if code:
        fields["ErrorCode"] = code
    query = f"?m={message.pk}" if message else ""
    return post(f"/hooks/twilio/{door.inbound_key}/status{query}", encode(fields))


def now(tenant: Tenant, message: Message) -> Message:
    apply_receipts(tenant.pk)
    with tenant_scope(tenant.pk):
        return Message.objects.get(pk=message.pk)


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["queued", "sent", "undelivered", "delivered"]))
)
def test_every_order_ends_the_same(
    tenant: Tenant, door: ProviderAccount, sent: Message, order: tuple[str, ...]
) -> None:
    seen = []
    for status in order:
        assert report(door, status, sent).status_code == 204
        assert report(door, status, sent).status_code == 204
        seen.append(now(tenant, sent).receipt)
    assert seen == sorted(seen), "a receipt never moves a message backwards"
    assert seen[-1] == Receipt.DELIVERED
    with tenant_scope(tenant.pk):
        assert RawWebhook.objects.count() == 4


def test_a_batch_takes_the_highest(tenant: Tenant, door: ProviderAccount, sent: Message) -> None:
    for status in ("delivered", "sent", "queued"):
        report(door, status, sent)
    assert now(tenant, sent).receipt == Receipt.DELIVERED


@pytest.mark.parametrize("phase", [Phase.QUEUED, Phase.CLAIMED, Phase.BEGUN, Phase.UNKNOWN, Phase.ABSENT])
def test_a_receipt_proves_the_hand_over(
    tenant: Tenant, door: ProviderAccount, sent: Message, phase: Phase
) -> None:
    with tenant_scope(tenant.pk):
        Message.objects.filter(pk=sent.pk).update(phase=phase, sid=None)
    report(door, "sent", sent)
    healed = now(tenant, sent)
    assert (healed.phase, healed.sid, healed.receipt) == (Phase.HANDED, SID, Receipt.SENT)


def test_without_our_id_the_providers_is_enough(tenant: Tenant, door: ProviderAccount, sent: Message) -> None:
    report(door, "delivered")
    assert now(tenant, sent).receipt == Receipt.DELIVERED


def test_21610_in_a_callback_opts_out_of_this_sender_only(
    tenant: Tenant, door: ProviderAccount, sent: Message
) -> None:
    for _ in range(3):
        report(door, "failed", sent, "21610")
        assert now(tenant, sent).error_code == 21610
    with tenant_scope(tenant.pk):
        permission = Permission.objects.get()
        assert (permission.sender.name, permission.state) == ("Offers", "opted_out")
        assert permission.provider_block_since is not None
        event = ConsentEvent.objects.get()
        assert (event.method, event.answered_message_id) == ("provider", sent.pk)


def test_30004_from_a_toll_free_number_only_holds(
    tenant: Tenant, door: ProviderAccount, sent: Message
) -> None:
    with tenant_scope(tenant.pk):
        SenderNumber.objects.filter(pk=sent.sender_id).update(kind="toll_free")
    report(door, "undelivered", sent, "30004")
    now(tenant, sent)
    with tenant_scope(tenant.pk):
        assert Hold.objects.get().reason == "provider_doubt"
        assert not Permission.objects.exists()
        assert PhoneNumber.objects.get().status == "active"


def test_30005_twice_marks_the_number_unusable_and_delivery_heals_it(
    tenant: Tenant, door: ProviderAccount, sent: Message
) -> None:
    with tenant_scope(tenant.pk):
        again = Message.objects.create(
            phone_id=sent.phone_id, sender_id=sent.sender_id, phase=Phase.HANDED, sid="SM" + "8" * 32
        )
    report(door, "undelivered", sent, "30005")
    now(tenant, sent)
    with tenant_scope(tenant.pk):
        assert PhoneNumber.objects.get().unusable_at is None
    report(door, "undelivered", again, "30005", sid="SM" + "8" * 32)
    now(tenant, again)
    with tenant_scope(tenant.pk):
        assert PhoneNumber.objects.get().unusable_at is not None
        assert not ConsentEvent.objects.exists(), "never a consent change (C05)"
    report(door, "delivered", again, sid="SM" + "8" * 32)
    now(tenant, again)
    with tenant_scope(tenant.pk):
        assert PhoneNumber.objects.get().unusable_at is None


def test_a_receipt_of_something_unknown_changes_nothing(
    tenant: Tenant, door: ProviderAccount, sent: Message
) -> None:
    assert report(door, "delivered", sid="SM" + "9" * 32).status_code == 204
    assert now(tenant, sent).receipt == Receipt.NONE


def test_an_unsigned_receipt_is_refused(tenant: Tenant, door: ProviderAccount, sent: Message) -> None:
    raw = encode({"MessageSid": SID, "MessageStatus": "delivered", "AccountSid": door.sid})
    assert post(f"/hooks/twilio/{door.inbound_key}/status", raw, signature="").status_code == 403
    with tenant_scope(tenant.pk):
        assert not RawWebhook.objects.exists()


def test_another_tenants_receipt_touches_nothing_here(
    tenant: Tenant, other_tenant: Tenant, sent: Message
) -> None:
    with tenant_scope(other_tenant.pk):
        theirs = ProviderAccount.objects.get()
    assert report(theirs, "delivered", sent).status_code == 204
    apply_receipts(other_tenant.pk)
    assert now(tenant, sent).receipt == Receipt.NONE


def test_the_work_is_due_until_nothing_is_left(tenant: Tenant, door: ProviderAccount, sent: Message) -> None:
    report(door, "sent", sent)
    assert Due.objects.filter(kind="receipts", tenant=tenant).count() == 1
    task(tenant.pk, 0)
    assert now(tenant, sent).receipt == Receipt.SENT
    assert not Due.objects.filter(kind="receipts").exists()

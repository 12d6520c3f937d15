"""Receipts that could stop all others, lie about the person, or come before their message is known."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from consent import actions as consent
from consent.models import ConsentEvent, Permission, PhoneNumber
from messaging.actions import receipts
from messaging.actions.receipts import apply_receipts
from messaging.models import Message, RawWebhook
from messaging.rules.outcomes import Phase, Receipt
from messaging.tasks import apply_receipts as task
from tenants.models import Due, ProviderAccount, SenderNumber, Tenant
from tenants.scope import tenant_scope
from tests.carrier import encode, post
from tests.conftest import build_tenant

SID, OTHER_SID = "SM" + "7" * 32, "SM" + "8" * 32


@pytest.fixture
def door(tenant: Tenant) -> ProviderAccount:
    with tenant_scope(tenant.pk):
        return ProviderAccount.objects.get()


def make(tenant: Tenant, sid: str | None, e164: str = "+12025550142", **more: Any) -> Message:
    """A text that has begun."""
    with tenant_scope(tenant.pk):
        return Message.objects.create(
            phone_id=consent.phone_for(e164=e164),
            sender=SenderNumber.objects.get(name="Offers"),
            sid=sid,
            **{"phase": Phase.HANDED, "begun_at": timezone.now(), **more},
        )


def report(door: ProviderAccount, status: str, sid: str, ref: int | None = None, code: str = "") -> Any:
    fields = {"MessageSid": sid, "MessageStatus": status, "AccountSid": door.sid, "ErrorCode": code}
    query = f"?m={ref}" if ref else ""
    return post(f"/hooks/twilio/{door.inbound_key}/status{query}", encode(fields))


def read(tenant: Tenant, message: Message) -> Message:
    with tenant_scope(tenant.pk):
        return Message.objects.get(pk=message.pk)


def test_the_same_sid_for_two_messages_stops_nobody_elses_receipt(
    tenant: Tenant, door: ProviderAccount
) -> None:
    """A look-up may have given the sid to a twin; the callback then names the other one."""
    known, doubtful, bystander = (
        make(tenant, SID),
        make(tenant, None, phase=Phase.UNKNOWN),
        make(tenant, OTHER_SID),
    )
    report(door, "delivered", SID, doubtful.pk)
    report(door, "delivered", OTHER_SID, bystander.pk)
    apply_receipts(tenant.pk)
    assert read(tenant, bystander).receipt == Receipt.DELIVERED
    assert read(tenant, known).receipt == Receipt.DELIVERED
    assert read(tenant, doubtful).sid is None


def test_two_sids_or_one_sid_for_a_message_in_doubt(tenant: Tenant, door: ProviderAccount) -> None:
    first, second = make(tenant, None, phase=Phase.UNKNOWN), make(tenant, None, phase=Phase.UNKNOWN)
    report(door, "sent", SID, first.pk)
    report(door, "delivered", SID, second.pk)
    report(door, "sent", OTHER_SID, second.pk)
    apply_receipts(tenant.pk)
    sids = {read(tenant, first).sid, read(tenant, second).sid}
    assert len(sids - {None}) == len([sid for sid in sids if sid])


def test_a_receipt_cannot_touch_a_text_that_never_began(tenant: Tenant, door: ProviderAccount) -> None:
    waiting = make(tenant, None, phase=Phase.QUEUED, begun_at=None)
    report(door, "delivered", SID, waiting.pk)
    apply_receipts(tenant.pk)
    kept = read(tenant, waiting)
    assert (kept.phase, kept.receipt, kept.sid) == (Phase.QUEUED, Receipt.NONE, None)


def test_a_receipt_with_anothers_id_counts_for_its_own_sid(tenant: Tenant, door: ProviderAccount) -> None:
    mine, named = make(tenant, SID), make(tenant, OTHER_SID)
    report(door, "delivered", SID, named.pk)
    apply_receipts(tenant.pk)
    assert (read(tenant, mine).receipt, read(tenant, named).receipt) == (Receipt.DELIVERED, Receipt.NONE)


def test_a_receipt_before_its_sid_is_known_waits_for_it(tenant: Tenant, door: ProviderAccount) -> None:
    begun = make(tenant, None, phase=Phase.BEGUN)
    report(door, "sent", SID)
    task(tenant.pk, 0)
    assert Due.objects.filter(kind="receipts").exists(), "it is looked at again"
    with tenant_scope(tenant.pk):
        Message.objects.filter(pk=begun.pk).update(sid=SID, phase=Phase.HANDED)
    apply_receipts(tenant.pk)
    assert read(tenant, begun).receipt == Receipt.SENT


def test_a_receipt_of_nobody_is_put_aside_in_the_end(tenant: Tenant, door: ProviderAccount) -> None:
    report(door, "sent", SID)
    with tenant_scope(tenant.pk):
        RawWebhook.objects.update(received_at=timezone.now() - timedelta(minutes=10))
    task(tenant.pk, 0)
    with tenant_scope(tenant.pk):
        assert RawWebhook.objects.get().state == 2
    assert not Due.objects.filter(kind="receipts").exists()


@pytest.mark.parametrize("status", ["sent", "queued", "delivered"])
def test_a_code_counts_only_with_a_failure(tenant: Tenant, door: ProviderAccount, status: str) -> None:
    message = make(tenant, SID)
    report(door, status, SID, message.pk, "21610")
    apply_receipts(tenant.pk)
    with tenant_scope(tenant.pk):
        assert not Permission.objects.filter(state="opted_out").exists()


def test_a_refusal_is_heard_though_a_higher_receipt_came_with_it(
    tenant: Tenant, door: ProviderAccount
) -> None:
    message = make(tenant, SID)
    report(door, "failed", SID, message.pk, "21610")
    report(door, "delivered", SID, message.pk)
    apply_receipts(tenant.pk)
    with tenant_scope(tenant.pk):
        assert Permission.objects.get().state == "opted_out"


def test_one_bad_receipt_does_not_stop_the_others(
    tenant: Tenant, door: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = make(tenant, SID), make(tenant, OTHER_SID, e164="+12025550143")
    report(door, "failed", SID, bad.pk, "21610")
    report(door, "failed", OTHER_SID, good.pk, "21610")
    real = consent.provider_refused

    def refuse(**given: Any) -> Any:
        if given["phone_id"] == bad.phone_id:
            raise ValueError("poison")
        return real(**given)

    monkeypatch.setattr("consent.actions.provider_refused", refuse)
    task(tenant.pk, 0)
    with tenant_scope(tenant.pk):
        assert Permission.objects.get().phone_id == good.phone_id
        assert dict(RawWebhook.objects.values_list("message_ref", "state")) == {bad.pk: 2, good.pk: 1}
    assert not Due.objects.filter(kind="receipts").exists()


def test_when_the_database_hesitates_the_refusal_is_tried_again(
    tenant: Tenant, door: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = make(tenant, SID)
    report(door, "failed", SID, message.pk, "21610")
    with monkeypatch.context() as broken:
        broken.setattr("consent.actions.provider_refused", _deadlock)
        task(tenant.pk, 0)
    assert Due.objects.filter(kind="receipts").exists()
    apply_receipts(tenant.pk)
    with tenant_scope(tenant.pk):
        assert Permission.objects.get().state == "opted_out"
        assert ConsentEvent.objects.count() == 1


def _deadlock(**_: Any) -> None:
    raise OperationalError("deadlock detected")


def test_a_failure_that_was_delivered_after_all_is_no_second_failure(
    tenant: Tenant, door: ProviderAccount
) -> None:
    make(tenant, SID, receipt=Receipt.DELIVERED, error_code=30005)
    message = make(tenant, OTHER_SID)
    report(door, "undelivered", OTHER_SID, message.pk, "30005")
    apply_receipts(tenant.pk)
    with tenant_scope(tenant.pk):
        assert PhoneNumber.objects.get().unusable_at is None


def test_no_message_row_is_locked_while_a_phone_is_waited_for(live_db: Any) -> None:
    """The sender holds phones' locks from one connection and writes messages by another: nobody may hold the
    messages while waiting for a phone, or the two wait for each other where PostgreSQL cannot see it."""
    tenant = build_tenant("bakery", 0)
    with tenant_scope(tenant.pk):
        account = ProviderAccount.objects.get()
    refused = make(tenant, SID)
    report(account, "failed", SID, refused.pk, "21610")
    with live_db.superuser() as locks, live_db.superuser() as work:
        locks.execute("SELECT pg_advisory_lock_shared(%s)", [refused.phone_id])
        worker = threading.Thread(target=_apply, args=[tenant.pk])
        worker.start()
        try:
            time.sleep(0.4)
            work.execute("SET lock_timeout = '300ms'")
            work.execute("UPDATE messaging_message SET tries = tries + 1 WHERE id = %s", [refused.pk])
        finally:
            locks.execute("SELECT pg_advisory_unlock_shared(%s)", [refused.phone_id])
            worker.join(20)
    with tenant_scope(tenant.pk):
        assert Permission.objects.get().state == "opted_out"
        assert Message.objects.get().error_code == 21610


def _apply(tenant_id: int) -> None:
    try:
        receipts.apply_receipts(tenant_id)
    finally:
        connection.close()


def test_a_message_that_the_sender_is_writing_is_left_for_the_next_time(live_db: Any) -> None:
    tenant = build_tenant("bakery", 0)
    with tenant_scope(tenant.pk):
        account = ProviderAccount.objects.get()
        held, free = make(tenant, SID), make(tenant, OTHER_SID)
    report(account, "delivered", SID, held.pk)
    report(account, "delivered", OTHER_SID, free.pk)
    with tenant_scope(tenant.pk):
        RawWebhook.objects.update(received_at=timezone.now() - timedelta(minutes=10))
    with live_db.superuser() as work, work.transaction():
        work.execute("UPDATE messaging_message SET tries = 2 WHERE id = %s", [held.pk])
        apply_receipts(tenant.pk)
    assert (read(tenant, held).receipt, read(tenant, free).receipt) == (Receipt.NONE, Receipt.DELIVERED)
    apply_receipts(tenant.pk)
    assert read(tenant, held).receipt == Receipt.DELIVERED

"""The plain STOP: few statements, and the same rows as the long way."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consent.history import verify
from consent.models import ConsentEvent, ConsentEvidence, Hold, Permission, PhoneNumber
from messaging.models import Message, RawWebhook, Thread
from tenants.models import Due, ProviderAccount, SenderNumber, Tenant
from tenants.scope import tenant_scope
from tests.carrier import text

PERSON = "+12025550142"


@pytest.fixture
def door(tenant: Tenant) -> ProviderAccount:
    """The account behind the webhook; texts arrive outside any scope."""
    with tenant_scope(tenant.pk):
        return ProviderAccount.objects.get()


@pytest.fixture
def offers(tenant: Tenant) -> SenderNumber:
    with tenant_scope(tenant.pk):
        return SenderNumber.objects.get(name="Offers")


def test_a_stop_is_few_statements(tenant: Tenant, door: ProviderAccount, offers: SenderNumber) -> None:
    """Every statement more is paid for by every opt-out of a rush; here transactions are savepoints, two each."""
    text(door, "STOP", to=offers.address)
    with CaptureQueriesContext(connection) as asked:
        text(door, "STOP", person="+12025550143", to=offers.address)
    reading = [one for one in asked.captured_queries if "consent_keywordset" in one["sql"]]
    assert len(reading) == 1 and len(asked) <= 16, "\n".join(one["sql"] for one in asked.captured_queries)
    with tenant_scope(tenant.pk):
        assert ConsentEvent.objects.filter(kind="opt_out").count() == 2


@pytest.mark.parametrize("covers", ["number", "purpose", "all"])
def test_the_short_way_writes_what_the_long_way_writes(
    tenant: Tenant,
    door: ProviderAccount,
    offers: SenderNumber,
    monkeypatch: pytest.MonkeyPatch,
    covers: str,
) -> None:
    """The plain STOP in few statements, and the same STOP by the general act; the chain holds over both."""
    Tenant.objects.filter(pk=tenant.pk).update(stop_covers=covers)
    text(door, "STOP", person=PERSON, to=offers.address)
    monkeypatch.setattr("conversations.actions.stops.stop_at_once", lambda _: False)
    text(door, "STOP", person="+12025550143", to=offers.address)
    with tenant_scope(tenant.pk):
        short, long = (_rows_of(person) for person in (PERSON, "+12025550143"))
        assert short == long
    assert verify(tenant.pk).ok


def _rows_of(person: str) -> dict[str, Any]:
    """What a STOP leaves behind, but for ids and times."""
    phone = PhoneNumber.objects.get(e164=person)
    event = ConsentEvent.objects.get(phone_id=phone.pk)
    proof = ConsentEvidence.objects.filter(pk=event.evidence_id)
    text_of = {"phone_id": phone.pk}
    unlike = ("id", "phone_id", "sid", "answers_id", "created_at", "begun_at", "ended_at", "expires_at")
    messages = [
        {k: v for k, v in row.items() if k not in unlike}
        for row in Message.objects.filter(**text_of).order_by("id").values()
    ]
    telling = (
        "kind",
        "method",
        "reach",
        "senders",
        "sender_id",
        "from_status",
        "to_status",
        "actor_kind",
        "undoes",
    )
    return {
        "event": [getattr(event, name) for name in telling],
        "told": event.occurred_at == RawWebhook.objects.get(key=event.event_key[3:]).received_at,
        "proof": list(
            proof.values("words", "disclosure", "note", "ip", "user_agent", "url", "actor_label", "shared")
        ),
        "phone": (phone.status, phone.all_stopped_event == event.seq, phone.stopped_at == event.occurred_at),
        "permissions": sorted(
            (row.sender_id, row.state, row.event == event.seq, row.since == event.occurred_at)
            for row in Permission.objects.filter(**text_of)
        ),
        "thread": list(
            Thread.objects.filter(**text_of).values("sender_id", "last_text", "last_direction", "unread")
        ),
        "messages": messages,
        "left": (Hold.objects.filter(**text_of).count(), Due.objects.filter(kind="inbound").count()),
    }

"""What the provider blocks because we told it an opt-out is no new opt-out when the person came back; links and numbers
that point elsewhere by now (A11, A18, B5).

Mutations tried, each made the test named red:
- pushes: `blocked_by_request` is not called                              → test_who_comes_back_…, test_taken_back_…
- numbers: a START since we asked is not looked for                      → test_a_start_meanwhile_…
- stopping: a known block is no drift                                    → test_who_comes_back_on_the_page_…
- recording: rows of a taken-back opt-out are deleted, blocked or not    → test_taken_back_by_the_team_…
- pushes: an opt-out from all is told of whoever came back               → test_who_came_back_to_one_sender_…
- receipts: `begun_at` is not given                                      → test_a_receipt_of_an_earlier_text_…
- fold, recording: a block of an erased number is left out               → test_a_block_of_an_erased_number_…
- leaving: the link of a retired number stops that number only           → test_the_link_of_a_retired_number_…
- people: an erased number is moved to                                   → test_no_contact_moves_to_an_erased_number
- catching_up: only messages' ids are left out                           → test_no_lost_id_is_given_again
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from consent import actions as consent
from consent.models import ConsentEvent, Hold, Permission, PhoneNumber
from consent.models.ledger import Method
from consent.reading import facts_of
from consent.rules.fold import fold
from consent.rules.reach import Reach
from contacts.actions import people as contacts
from contacts.models import Contact
from messaging.actions import catching_up, pushes
from messaging.actions.ledger import follow_ledger
from messaging.actions.receipts import apply_receipts
from messaging.actions.replies import may_text
from messaging.models import ConsentPush, Message
from messaging.rules.outcomes import Phase
from messaging.rules.pushes import PushState
from tenants.actions import add_sender
from tenants.models import ProviderAccount, SenderNumber, Tenant
from tenants.rules import PERSON, SYSTEM, Actor, ActorKind, Refused, Role
from tenants.scope import tenant_scope
from tests.carrier import encode, post, text
from tests.conversations.leaving import handset

MARKETING = 3
OK, PROVIDER_BLOCK = 0, 9


@pytest.fixture
def door(tenant: Tenant) -> ProviderAccount:
    with tenant_scope(tenant.pk):
        return ProviderAccount.objects.get()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tenant: Tenant, door: ProviderAccount) -> Callable[..., list[str]]:
    """told(meanwhile=…) → the numbers that the provider was told of, and took; `meanwhile` happens before we know."""

    def run(meanwhile: Callable[[], Any] = lambda: None) -> list[str]:
        senders: list[str] = []

        def tell(*, items: list[str], **_: Any) -> list[dict[str, Any]]:
            given = [json.loads(item) for item in items]
            senders.extend(item["sender_id"] for item in given)
            meanwhile()
            return [{"correlation_id": item["correlation_id"], "error_code": 0} for item in given]

        monkeypatch.setattr(pushes, "tell", tell)
        with tenant_scope(tenant.pk):
            follow_ledger(tenant.pk)
        pushes.push(tenant.pk, door.pk)
        return sorted(senders)

    return run


def gate(tenant: Tenant, contact: Contact, sender: SenderNumber) -> int:
    with tenant_scope(tenant.pk):
        return int(may_text(phone_id=contact.phone_id, sender_id=sender.pk, message_class=MARKETING))


def refused(tenant: Tenant, contact: Contact, sender: SenderNumber) -> str:
    """The provider refuses a text that begins now; the permission after that."""
    with tenant_scope(tenant.pk):
        consent.provider_refused(
            phone_id=contact.phone_id, sender_id=sender.pk, event_key="test:21610", begun_at=timezone.now()
        )
        return str(Permission.objects.get(phone_id=contact.phone_id, sender=sender).state)


def test_who_comes_back_on_the_page_is_told_to_text_start(
    tenant: Tenant, ada: Contact, offers: SenderNumber, told: Callable[..., list[str]], door: ProviderAccount
) -> None:
    page = handset(tenant, ada)
    page.post(data={"reach": "sender"})
    assert told() == [offers.address]
    page.post("/back", {"senders": [offers.pk], "wording": page.mark()})
    assert "START" in page.get().content.decode()
    assert gate(tenant, ada, offers) == PROVIDER_BLOCK
    assert refused(tenant, ada, offers) == "opted_in", "it says nothing that was not known"
    text(door, "START", to=offers.address)
    assert gate(tenant, ada, offers) == OK


def test_a_start_meanwhile_lifted_it(
    tenant: Tenant, ada: Contact, offers: SenderNumber, told: Callable[..., list[str]]
) -> None:
    handset(tenant, ada).post(data={"reach": "sender"})

    def start() -> None:
        with tenant_scope(tenant.pk):
            consent.start(
                phone_id=ada.phone_id, sender_id=offers.pk, event_key="test:start",
                occurred_at=timezone.now() + timedelta(seconds=2),
            )  # fmt: skip

    assert told(start) == [offers.address]
    assert gate(tenant, ada, offers) == OK


def test_taken_back_by_the_team_the_block_is_still_known(
    tenant: Tenant, ada: Contact, offers: SenderNumber, orders: SenderNumber, told: Callable[..., list[str]]
) -> None:
    agent = Actor(ActorKind.MEMBER, 7, "Demo Member 07", Role.AGENT)
    with tenant_scope(tenant.pk):
        entered = consent.opt_out(
            phone_id=ada.phone_id, sender_id=None, reach=Reach.ALL, method=Method.PHONE, event_key="test:out",
            actor=agent,
        )  # fmt: skip
    assert told() == sorted([offers.address, orders.address])
    with tenant_scope(tenant.pk):
        consent.mistake(phone_id=ada.phone_id, seq=entered.seq, event_key="test:back", actor=agent)
        rows = Permission.objects.filter(phone_id=ada.phone_id, provider_block_since__isnull=False)
        assert dict(rows.values_list("sender__name", "state")) == {"Offers": "opted_in", "Orders": ""}
    assert refused(tenant, ada, offers) == "opted_in"


def test_a_block_lifted_by_the_team_is_still_the_providers(
    tenant: Tenant, ada: Contact, offers: SenderNumber, told: Callable[..., list[str]]
) -> None:
    with tenant_scope(tenant.pk):
        consent.block(phone_id=ada.phone_id, reason="abuse", event_key="test:block", actor=SYSTEM)
    told()
    with tenant_scope(tenant.pk):
        consent.unblock(phone_id=ada.phone_id, reason="over", event_key="test:unblock", actor=SYSTEM)
    assert gate(tenant, ada, offers) == PROVIDER_BLOCK
    assert refused(tenant, ada, offers) == "opted_in"


def test_who_came_back_to_one_sender_is_not_told_of_for_it(
    tenant: Tenant, ada: Contact, offers: SenderNumber, orders: SenderNumber, told: Callable[..., list[str]]
) -> None:
    with tenant_scope(tenant.pk):
        consent.opt_out(
            phone_id=ada.phone_id, sender_id=None, reach=Reach.ALL, method=Method.WEB, event_key="test:all",
            actor=PERSON,
        )  # fmt: skip
        consent.opt_in(
            phone_id=ada.phone_id,
            sender_ids=[offers.pk],
            method=Method.WEB,
            event_key="test:in2",
            actor=PERSON,
        )
    assert told() == [orders.address]
    with tenant_scope(tenant.pk):
        states = sorted(ConsentPush.objects.values_list("state", flat=True))
    assert states == sorted([PushState.TOLD, PushState.NOT_NEEDED])


@pytest.mark.parametrize(("begun", "stays"), [(-5, True), (5, False)], ids=["earlier", "later"])
def test_a_receipt_of_an_earlier_text_says_nothing_of_a_later_block(
    tenant: Tenant, door: ProviderAccount, ada: Contact, offers: SenderNumber, begun: int, stays: bool
) -> None:
    with tenant_scope(tenant.pk):
        sent = Message.objects.create(
            phone_id=ada.phone_id, sender=offers, phase=Phase.HANDED, sid="SM" + "7" * 32, body="x",
            begun_at=timezone.now() + timedelta(seconds=begun),
        )  # fmt: skip
        consent.provider_doubt(phone_id=ada.phone_id, sender_id=offers.pk, event_key="cb:x:30004")
        Permission.objects.update(provider_block_since=timezone.now())
    fields = {
        "MessageSid": sent.sid,
        "MessageStatus": "delivered",
        "AccountSid": door.sid,
        "To": "+12025550142",
    }
    post(f"/hooks/twilio/{door.inbound_key}/status?m={sent.pk}", encode(fields))
    apply_receipts(tenant.pk)
    with tenant_scope(tenant.pk):
        assert (Permission.objects.get().provider_block_since is not None) is stays
        assert Hold.objects.filter(reason="provider_doubt").exists() is stays


@pytest.mark.parametrize("many", [False, True], ids=["one", "bulk"])
def test_a_block_of_an_erased_number_stands_when_they_come_back(
    tenant: Tenant, door: ProviderAccount, ada: Contact, offers: SenderNumber, many: bool
) -> None:
    def block(key: str) -> None:
        given = {"reason": "legal threat", "event_key": key, "actor": SYSTEM}
        if many:
            consent.bulk_block(tenant_id=tenant.pk, phone_ids=[ada.phone_id], **given)
        else:
            with tenant_scope(tenant.pk):
                consent.block(phone_id=ada.phone_id, **given)

    with tenant_scope(tenant.pk):
        consent.erase(phone_id=ada.phone_id, event_key="test:erase", actor=SYSTEM)
    block("test:block")
    block("test:again")
    with tenant_scope(tenant.pk):
        kinds = (
            ConsentEvent.objects.filter(phone_id=ada.phone_id).order_by("seq").values_list("kind", flat=True)
        )
        assert list(kinds)[-3:] == ["erased", "block", "no_effect"]
        assert fold(facts_of(ada.phone_id)).blocked_by_team
        consent.start(
            phone_id=ada.phone_id, sender_id=offers.pk, event_key="test:start", e164="+12025550142",
            occurred_at=timezone.now() + timedelta(seconds=2),
        )  # fmt: skip
        phone = PhoneNumber.objects.get(pk=ada.phone_id)
        assert (phone.status, phone.e164) == ("blocked", "+12025550142")


def test_the_link_of_a_retired_number_stops_everything(
    tenant: Tenant, door: ProviderAccount, ada: Contact, offers: SenderNumber
) -> None:
    page = handset(tenant, ada)
    with tenant_scope(tenant.pk):
        SenderNumber.objects.filter(pk=offers.pk).update(retired_at=timezone.now())
        new = add_sender(name="Offers 2", address="+12025550119", account=door, actor=SYSTEM)
        consent.opt_in(
            phone_id=ada.phone_id, sender_ids=[new.pk], method=Method.WEB, event_key="test:in2", actor=PERSON
        )
    assert gate(tenant, ada, new) == OK
    assert [row["reach"] for row in page.get().context["choices"]] == ["all"]
    assert page.post(data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert gate(tenant, ada, new) != OK


def test_no_contact_moves_to_an_erased_number(tenant: Tenant, ada: Contact) -> None:
    with tenant_scope(tenant.pk):
        gone = consent.phone_for(e164="+12025550177")
        consent.erase(phone_id=gone, event_key="test:erase", actor=SYSTEM)
        with pytest.raises(Refused) as caught:
            contacts.change_number(contact_id=ada.pk, number="+12025550177", actor=SYSTEM)
        assert (caught.value.code, caught.value.field) == ("erased", "phone")
        assert Contact.objects.get(pk=ada.pk).phone_id == ada.phone_id


def test_no_lost_id_is_given_again(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching_up, "LEFT_OUT", 1000)

    def next_ids() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(t, 'id')) FROM unnest(%s::text[]) t",
                [list(catching_up.NAMED_OUTSIDE)],
            )
            return [row[0] for row in cursor.fetchall()]

    before = next_ids()
    catching_up.leave_ids_out()
    assert {after - was for was, after in zip(before, next_ids(), strict=True)} == {1001}
    assert {"consent_phonenumber", "messaging_message"} <= set(catching_up.NAMED_OUTSIDE)

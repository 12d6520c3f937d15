"""A STOP in hard conditions: no id, odd numbers, faults between the two transactions, late and doubled ones."""

from __future__ import annotations

import base64
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from consent import actions as consent
from consent.models import ConsentEvent, Hold, Permission, PhoneNumber
from consent.models.ledger import Method
from consent.rules.evidence import Evidence
from contacts.models import Contact, Group, GroupMember
from conversations.tasks import finish_inbound
from messaging.models import Message, RawWebhook
from tenants.models import Due, ProviderAccount, SenderNumber, Tenant
from tenants.rules import PERSON as SELF
from tenants.rules import Actor, ActorKind, Refused, Role
from tenants.scope import tenant_scope
from tests.carrier import encode, inbound_fields, new_sid, post, text

PERSON = "+12025550142"
STAFF = Actor(ActorKind.STAFF, 1, "Demo Staff", Role.OWNER)


@pytest.fixture
def door(tenant: Tenant) -> ProviderAccount:
    with tenant_scope(tenant.pk):
        return ProviderAccount.objects.get()


def down(*_: Any, **__: Any) -> None:
    raise OperationalError("the database is gone")


def states(tenant: Tenant, e164: str = PERSON) -> dict[str, str]:
    with tenant_scope(tenant.pk):
        rows = Permission.objects.filter(phone__e164=e164).select_related("sender")
        return {row.sender.name: row.state for row in rows}


def again(tenant: Tenant) -> None:
    """The due work comes round."""
    waiting = Due.objects.get(kind="inbound")
    Due.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    finish_inbound(tenant.pk, waiting.ref)


def no_sid(door: ProviderAccount, body: str, person: str, to: str) -> Any:
    fields = inbound_fields(door.sid, body, person, to)
    for name in ("MessageSid", "SmsSid", "SmsMessageSid"):
        fields[name] = ""
    return post(f"/hooks/twilio/{door.inbound_key}/inbound", encode(fields))


def test_two_stops_without_an_id_both_count(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber
) -> None:
    for person in (PERSON, "+12025550143"):
        assert no_sid(door, "STOP", person, offers.address).status_code == 200
        assert states(tenant, person) == {"Offers": "opted_out"}


@pytest.mark.parametrize(
    "sid", ["SM" + "9" * 300, "SM\x00" + "9" * 20, "SM\ud83d".encode("utf-8", "replace").decode()]
)
def test_an_odd_id_loses_no_stop(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, sid: str
) -> None:
    assert text(door, "STOP", to=offers.address, sid=sid).status_code == 200
    assert states(tenant) == {"Offers": "opted_out"}


@pytest.mark.parametrize("person", ["+12025550142", "+19995550142", "whatsapp:+12025550142"])
def test_a_number_no_numbering_plan_knows_may_stop(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, person: str
) -> None:
    assert text(door, "STOP", person=person, to=offers.address).status_code == 200
    assert states(tenant, person.rpartition(":")[2]) == {"Offers": "opted_out"}


@pytest.mark.parametrize("person", ["72345", "DEMOBANK", "", "+", "anonymous"])
def test_who_is_no_person_is_kept_for_a_look(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, person: str
) -> None:
    assert text(door, "STOP", person=person, to=offers.address).status_code == 200
    with tenant_scope(tenant.pk):
        assert RawWebhook.objects.get().state == 2
        assert not PhoneNumber.objects.exists()


@pytest.mark.parametrize("body", ["STOP NEWS", "enough already"])
def test_a_hold_is_committed_before_200_whatever_becomes_of_the_text(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    """STOP NEWS of a person who is no contact is a full STOP; an unclear one is held for review."""
    with tenant_scope(tenant.pk):
        Group.objects.create(name="News", word="NEWS")
    with monkeypatch.context() as broken:
        broken.setattr("conversations.actions.stops.write_opt_out", down)
        broken.setattr("messaging.actions.inbound.record_inbound", down)
        assert text(door, body, to=offers.address).status_code == 200
    with tenant_scope(tenant.pk):
        assert Hold.objects.get().reason == "stop_in_progress"
    again(tenant)
    with tenant_scope(tenant.pk):
        assert not Hold.objects.filter(reason="stop_in_progress").exists()
        assert Hold.objects.filter(reason="under_review").exists() == (body != "STOP NEWS")


def test_a_text_that_becomes_something_else_leaves_no_hold(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The group is set up between the two transactions: a group word now, and nobody stays held for ever."""
    with monkeypatch.context() as broken:
        broken.setattr("conversations.actions.stops.record_answered", down)
        text(door, "STOP NEWS", to=offers.address)
    with tenant_scope(tenant.pk):
        phone = PhoneNumber.objects.get()
        contact = Contact.objects.create(phone=phone, first_name="Demo")
        GroupMember.objects.create(group=Group.objects.create(name="News", word="NEWS"), contact=contact)
    again(tenant)
    with tenant_scope(tenant.pk):
        assert not GroupMember.objects.exists()
        assert not Hold.objects.exists()


@pytest.mark.parametrize(
    "error", [InterfaceError("closed"), Refused("odd", "odd"), KeyError("odd"), ValueError("odd")]
)
def test_any_fault_of_the_act_is_answered_200_with_the_hold(
    tenant: Tenant,
    door: ProviderAccount,
    offers: SenderNumber,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr("conversations.actions.stops.write_opt_out", fails)
        assert text(door, "STOP", to=offers.address).status_code == 200
    with tenant_scope(tenant.pk):
        assert Hold.objects.get().reason == "stop_in_progress"
    again(tenant)
    assert states(tenant) == {"Offers": "opted_out"}


@pytest.mark.parametrize("error", [InterfaceError("closed"), KeyError("odd"), RecursionError()])
def test_a_fault_before_the_hold_asks_the_provider_to_come_again(
    tenant: Tenant,
    door: ProviderAccount,
    offers: SenderNumber,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("conversations.actions.inbound.classify", fails)
    response = text(door, "STOP", to=offers.address)
    assert (response.status_code, response["Retry-After"], response.content) == (503, "5", b"")


def test_one_unreadable_secret_does_not_close_the_door(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        ProviderAccount.objects.update(
            second_token_sealed=b"gone" + b"0" * 40, shared_keys_sealed=b"gone" + b"0" * 40
        )
    assert text(door, "STOP", to=offers.address).status_code == 200
    assert states(tenant) == {"Offers": "opted_out"}


def test_a_start_received_before_the_stop_but_worked_on_later_has_no_effect(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    text(door, "STOP", to=offers.address)
    with monkeypatch.context() as broken:
        broken.setattr("messaging.actions.inbound.record_inbound", down)
        text(door, "START", to=offers.address)
    with tenant_scope(tenant.pk):
        RawWebhook.objects.filter(state=0).update(received_at=timezone.now() - timedelta(minutes=3))
    again(tenant)
    assert states(tenant) == {"Offers": "opted_out"}
    with tenant_scope(tenant.pk):
        assert ConsentEvent.objects.order_by("-seq").first().kind == "no_effect"


def test_a_stop_worked_on_late_was_told_when_it_came(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("conversations.actions.stops.write_opt_out", down)
        text(door, "STOP", to=offers.address)
    came = timezone.now() - timedelta(minutes=3)
    with tenant_scope(tenant.pk):
        RawWebhook.objects.update(received_at=came)
    again(tenant)
    with tenant_scope(tenant.pk):
        assert ConsentEvent.objects.get().occurred_at == came


def test_a_replay_with_other_content_is_the_first_text_again(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    sid = new_sid()
    with monkeypatch.context() as broken:
        broken.setattr("messaging.actions.inbound.record_inbound", down)
        text(door, "hello", to=offers.address, sid=sid)
    text(door, "STOP", to=offers.address, sid=sid)
    with tenant_scope(tenant.pk):
        assert Message.objects.get(direction=1).body == "hello"
        assert not Hold.objects.exists(), "no hold is left without an act"


def test_start_gives_an_erased_person_their_number_back(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        phone = consent.phone_for(e164=PERSON)
        consent.erase(phone_id=phone, actor=STAFF, event_key="e")
        assert PhoneNumber.objects.get(pk=phone).e164 is None
    text(door, "STOP", to=offers.address)
    with tenant_scope(tenant.pk):
        assert PhoneNumber.objects.get(pk=phone).e164 is None, "a STOP brings nobody back"
    time.sleep(1.05)  # the ledger only grows: at the same second the STOP would win
    text(door, "START", to=offers.address)
    with tenant_scope(tenant.pk):
        kept = PhoneNumber.objects.get(pk=phone)
        assert (kept.e164, kept.status) == (PERSON, "active")


def test_start_gives_the_number_back_also_to_who_never_opted_out(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        phone = consent.phone_for(e164=PERSON)
        consent.erase(phone_id=phone, actor=STAFF, event_key="e")
    text(door, "START", to=offers.address)
    with tenant_scope(tenant.pk):
        assert PhoneNumber.objects.get(pk=phone).e164 == PERSON


def test_start_of_a_blocked_person_who_never_opted_out_is_recorded(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        phone = consent.phone_for(e164=PERSON)
        consent.block(phone_id=phone, actor=STAFF, reason="threats", event_key="b")
    text(door, "START", to=offers.address)
    text(door, "yes", to=offers.address)
    with tenant_scope(tenant.pk):
        assert PhoneNumber.objects.get(pk=phone).status == "blocked"
        assert list(ConsentEvent.objects.order_by("seq").values_list("kind", flat=True)) == [
            "block",
            "returned",
        ]
        assert not Message.objects.filter(direction=0).exists(), "no welcome to a blocked person"


def test_start_lifts_the_providers_block_though_nothing_is_opted_out(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        phone = consent.phone_for(e164=PERSON)
        before = timezone.now() - timedelta(hours=1)
        consent.opt_in(
            phone_id=phone, sender_ids=[offers.pk], method=Method.PAPER, event_key="in", actor=SELF,
            evidence=Evidence(disclosure="About four offers a month."),
        )  # fmt: skip
        consent.provider_refused(phone_id=phone, sender_id=offers.pk, event_key="r", begun_at=before)
        assert Permission.objects.get().provider_block_since is not None
    text(door, "START", to=offers.address)
    with tenant_scope(tenant.pk):
        assert Permission.objects.get().provider_block_since is None
        assert not Message.objects.filter(direction=0).exists(), "no welcome: they were never away"


def test_a_stop_to_a_retired_or_unknown_number_stops_all(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        SenderNumber.objects.filter(pk=offers.pk).update(retired_at=timezone.now())
    text(door, "STOP", to=offers.address)
    assert states(tenant) == {"Offers": "opted_out", "Orders": "opted_out"}
    with tenant_scope(tenant.pk):
        SenderNumber.objects.update(retired_at=timezone.now())
    text(door, "STOP", person="+12025550143", to="+12025550199")
    with tenant_scope(tenant.pk):
        assert PhoneNumber.objects.get(e164="+12025550143").all_stopped_event is not None


def test_a_stop_by_a_messaging_service_is_the_services(tenant: Tenant, door: ProviderAccount) -> None:
    service = "MG" + "5" * 32
    with tenant_scope(tenant.pk):
        SenderNumber.objects.create(name="Pool", address=service, account=door, kind="service")
    text(door, "STOP", to="+12025550177", MessagingServiceSid=service)
    assert states(tenant)["Pool"] == "opted_out"


@pytest.mark.parametrize(
    "words", ["STOP", "Please take me off your list and stop texting me, thank you very much"]
)
def test_a_long_text_that_comes_as_base64_is_read(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, words: str
) -> None:
    text(door, base64.b64encode(words.encode()).decode(), to=offers.address)
    assert states(tenant) == {"Offers": "opted_out"}
    with tenant_scope(tenant.pk):
        assert Message.objects.get(direction=1).body == words


@pytest.mark.parametrize(
    "words", ["goodbyes", "hello", "Thursday", "abcdefghijklmnopqrstuvwxyz01", "U1RPUA", "===="]
)
def test_an_ordinary_word_is_not_decoded(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, words: str
) -> None:
    text(door, words, to=offers.address)
    with tenant_scope(tenant.pk):
        assert Message.objects.get(direction=1).body == words

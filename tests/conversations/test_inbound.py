"""What happens when a person writes: each row of the consent table that a text can reach."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from consent.actions import phone_for
from consent.models import ConsentEvent, ConsentEvidence, Hold, Permission, PhoneNumber
from contacts.models import Contact, Group, GroupMember
from conversations.actions.reviews import lapse_reviews
from conversations.tasks import finish_inbound
from messaging.models import Message, RawWebhook, Thread
from tenants.models import Due, ProviderAccount, SenderNumber, Tenant
from tenants.scope import tenant_scope
from tests.carrier import encode, inbound_fields, new_sid, post, text

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


@pytest.fixture
def orders(tenant: Tenant) -> SenderNumber:
    with tenant_scope(tenant.pk):
        return SenderNumber.objects.get(name="Orders")


def replies(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant.pk):
        return list(
            Message.objects.filter(direction=0, message_class=0).order_by("id").values_list("body", flat=True)
        )


def state(tenant: Tenant) -> tuple[str, dict[str, str]]:
    """Status of the person, and their permission by sender name."""
    with tenant_scope(tenant.pk):
        phone = PhoneNumber.objects.get(e164=PERSON)
        rows = Permission.objects.filter(phone=phone).select_related("sender")
        return phone.status, {row.sender.name: row.state for row in rows}


def test_stop_is_committed_before_the_answer(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber
) -> None:
    response = text(door, "STOP", to=offers.address)
    assert (response.status_code, response["Content-Type"]) == (200, "text/xml")
    assert response.content.endswith(b"<Response/>")
    assert state(tenant) == ("stopped", {"Offers": "opted_out"})
    assert replies(tenant) == [
        "Demo Bakery: you are opted out and will get no more texts from this number. Reply START to come back."
    ]
    with tenant_scope(tenant.pk):
        event = ConsentEvent.objects.get()
        assert (event.kind, event.method, event.actor_kind) == ("opt_out", "keyword", "person")
        assert ConsentEvidence.objects.get(pk=event.evidence_id).words == "STOP"
        assert not Hold.objects.exists()
        assert RawWebhook.objects.get().state == 1
        assert Message.objects.get(direction=1).body == "STOP"
        assert Thread.objects.get().unread == 1
        assert not Contact.objects.exists(), (
            "an unknown number is suppressed without inventing a contact (A14)"
        )
    assert not Due.objects.filter(kind="inbound").exists()


def test_confirmation_expires_and_is_first_in_line(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber
) -> None:
    text(door, "STOP", to=offers.address)
    with tenant_scope(tenant.pk):
        reply = Message.objects.get(direction=0)
        assert reply.expires_at is not None
        assert 290 < (reply.expires_at - reply.created_at).total_seconds() <= 300
    assert Due.objects.filter(kind="send", ref=offers.pk).exists()


@pytest.mark.parametrize(
    "words", ["STOP", "stop", " Stop. ", "ST\u200bOP", "ＳＴＯＰ", "unsubscribe", "END", "opt-out"]
)
def test_every_spelling_counts(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, words: str
) -> None:
    text(door, words, to=offers.address)
    assert state(tenant)[0] == "stopped"


def test_the_same_delivery_many_times_acts_once(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber
) -> None:
    sid = new_sid()
    for _ in range(5):
        assert text(door, "STOP", to=offers.address, sid=sid).status_code == 200
    with tenant_scope(tenant.pk):
        assert ConsentEvent.objects.count() == 1
        assert Message.objects.filter(direction=1).count() == 1
        assert RawWebhook.objects.get().repeats == 4
    assert len(replies(tenant)) == 1


def test_a_replay_after_start_changes_nothing(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber
) -> None:
    sid = new_sid()
    text(door, "STOP", to=offers.address, sid=sid)
    _a_second_passes(tenant)
    text(door, "START", to=offers.address)
    text(door, "STOP", to=offers.address, sid=sid)
    assert state(tenant) == ("active", {"Offers": "opted_in"})
    assert len(replies(tenant)) == 2


def _a_second_passes(tenant: Tenant) -> None:
    """Within the second of the STOP it would win, whichever came first."""
    time.sleep(1.05)


def test_start_brings_back_and_welcomes(tenant: Tenant, door: ProviderAccount, offers: SenderNumber) -> None:
    text(door, "STOP", to=offers.address)
    _a_second_passes(tenant)
    text(door, "START", to=offers.address)
    assert state(tenant) == ("active", {"Offers": "opted_in"})
    assert replies(tenant)[1].startswith("Demo Bakery: you are back")
    with tenant_scope(tenant.pk):
        assert [e.kind for e in ConsentEvent.objects.all()] == ["opt_out", "opt_in"]


def test_at_the_same_second_stop_wins(tenant: Tenant, door: ProviderAccount, offers: SenderNumber) -> None:
    time.sleep(1.01 - time.time() % 1)  # both fall into the second that begins now
    text(door, "STOP", to=offers.address)
    text(door, "START", to=offers.address)
    assert state(tenant)[0] == "stopped"


@pytest.mark.parametrize("words", ["START", "YES", "hello there", "don't stop"])
def test_nothing_opted_out_is_an_ordinary_text(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, words: str
) -> None:
    text(door, words, to=offers.address)
    assert state(tenant) == ("active", {})
    assert replies(tenant) == []
    with tenant_scope(tenant.pk):
        assert Message.objects.filter(direction=1).count() == 1


def test_help_is_answered_also_when_stopped(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber
) -> None:
    text(door, "STOP", to=offers.address)
    text(door, "HELP", to=offers.address)
    assert "STOP to opt out" in replies(tenant)[1]
    with tenant_scope(tenant.pk):
        assert ConsentEvent.objects.count() == 1


def test_the_other_sender_goes_on(tenant: Tenant, door: ProviderAccount, offers: SenderNumber) -> None:
    text(door, "STOP", to=offers.address)
    assert "Orders" not in state(tenant)[1]


def test_stop_to_a_service_number_covers_all_under_the_us_rules(
    tenant: Tenant, door: ProviderAccount, orders: SenderNumber
) -> None:
    text(door, "STOP", to=orders.address)
    assert state(tenant) == ("stopped", {"Offers": "opted_out", "Orders": "opted_out"})
    assert "all messages from Demo Bakery" in replies(tenant)[0]


def test_the_provider_confirms_when_it_took_the_word(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        SenderNumber.objects.filter(pk=offers.pk).update(answers="provider")
    text(door, "STOP", to=offers.address)
    assert replies(tenant) == []
    with tenant_scope(tenant.pk):
        assert Permission.objects.get(sender=offers).provider_block_since is not None


def test_the_providers_word_counts_whatever_the_body(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber
) -> None:
    text(door, "schluss jetzt", to=offers.address, OptOutType="STOP")
    assert state(tenant)[0] == "stopped"
    assert replies(tenant) == []


def test_any_text_to_the_opt_out_line_stops_all(
    tenant: Tenant, door: ProviderAccount, orders: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        SenderNumber.objects.filter(pk=orders.pk).update(is_opt_out_line=True)
    text(door, "hello", to=orders.address)
    assert state(tenant) == ("stopped", {"Offers": "opted_out", "Orders": "opted_out"})


@pytest.mark.parametrize(
    "raw", [b"STOP%00", b"%ff%feSTOP", b"STOP%0D%0A%0D%0A", b"%00STOP%00", b"stop%E2%80%8B"], ids=repr
)
def test_a_stop_in_odd_bytes_still_counts(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, raw: bytes
) -> None:
    body = encode(inbound_fields(door.sid, "BODY", PERSON, offers.address)).replace(b"BODY", raw)
    assert post(f"/hooks/twilio/{door.inbound_key}/inbound", body).status_code == 200
    assert state(tenant)[0] == "stopped"


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"signature": ""}, 403),
        ({"signature": "forged"}, 403),
        ({"token": "x" * 32}, 403),
    ],
)
def test_a_forged_webhook_is_refused_and_writes_nothing(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, change: dict[str, Any], answer: int
) -> None:
    fields = inbound_fields(door.sid, "STOP", PERSON, offers.address)
    response = post(f"/hooks/twilio/{door.inbound_key}/inbound", encode(fields), **change)
    assert response.status_code == answer
    with tenant_scope(tenant.pk):
        assert not PhoneNumber.objects.exists()
        assert not RawWebhook.objects.exists()


def test_another_accounts_sid_is_refused(tenant: Tenant, door: ProviderAccount, offers: SenderNumber) -> None:
    fields = inbound_fields("AC" + "9" * 32, "STOP", PERSON, offers.address)
    assert post(f"/hooks/twilio/{door.inbound_key}/inbound", encode(fields)).status_code == 403


def test_an_unknown_path_key_is_refused(tenant: Tenant, door: ProviderAccount, offers: SenderNumber) -> None:
    fields = inbound_fields(door.sid, "STOP", PERSON, offers.address)
    assert post("/hooks/twilio/no-such-key/inbound", encode(fields)).status_code == 403


def test_too_large_a_body_is_refused_unread(tenant: Tenant, door: ProviderAccount) -> None:
    assert post(f"/hooks/twilio/{door.inbound_key}/inbound", b"Body=" + b"x" * 70_000).status_code == 413


def test_stop_with_an_unknown_word_is_a_full_stop(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber
) -> None:
    text(door, "STOP 12345", to=offers.address)
    assert state(tenant)[0] == "stopped"


def test_an_unclear_reply_holds_marketing_and_becomes_an_opt_out_at_the_deadline(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber
) -> None:
    text(door, "go away", to=offers.address)
    with tenant_scope(tenant.pk):
        hold = Hold.objects.get()
        assert (hold.reason, hold.until is not None) == ("under_review", True)
        assert not Permission.objects.exists()
        assert lapse_reviews(phone_id=hold.phone_id, now=timezone.now()) == hold.until
        assert not Permission.objects.exists(), "not before the deadline"
        later = timezone.now() + timedelta(hours=25)
        assert lapse_reviews(phone_id=hold.phone_id, now=later) is None
        event = ConsentEvent.objects.get(kind="opt_out")
        assert (event.method, event.actor_kind) == ("review_lapsed", "system")
        assert not Hold.objects.exists()
    assert state(tenant) == ("stopped", {"Offers": "opted_out"})
    assert Due.objects.get(kind="review").ref == hold.phone_id


@pytest.mark.parametrize(
    "fails", ["conversations.actions.stops.write_opt_out", "conversations.actions.stops.record_answered"]
)
def test_when_the_act_fails_the_hold_stands_and_the_work_is_done_later(
    tenant: Tenant,
    door: ProviderAccount,
    offers: SenderNumber,
    monkeypatch: pytest.MonkeyPatch,
    fails: str,
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(fails, _database_down)
        assert text(door, "STOP", to=offers.address).status_code == 200
    with tenant_scope(tenant.pk):
        assert Hold.objects.get().reason == "stop_in_progress"
        assert not ConsentEvent.objects.exists()
    waiting = Due.objects.get(kind="inbound")
    Due.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    finish_inbound(tenant.pk, waiting.ref)
    assert state(tenant) == ("stopped", {"Offers": "opted_out"})
    assert not Due.objects.filter(kind="inbound").exists()


def test_when_not_even_the_hold_can_be_kept_the_provider_is_told_to_come_again(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conversations.actions.inbound._KEEP.row", _database_down)
    response = text(door, "STOP", to=offers.address)
    assert (response.status_code, response["Retry-After"]) == (503, "5")


def _database_down(*_: Any, **__: Any) -> None:
    raise OperationalError("the database is gone")


@pytest.mark.parametrize(
    ("word", "body"),
    [("NEWS", "STOP NEWS"), ("ÉTÉ", "Stop été"), ("ÉTÉ", "STOP ETE"), ("NEWS-1", "stop news 1")],
)
def test_stop_and_a_live_word_leaves_that_group_only(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, word: str, body: str
) -> None:
    """Mutation tried: words compared with `iexact` → red for those with an accent or a sign (D1)."""
    with tenant_scope(tenant.pk):
        contact = Contact.objects.create(phone_id=phone_for(e164=PERSON), first_name="Demo")
        group = Group.objects.create(name="News", word=word)
        GroupMember.objects.create(group=group, contact=contact)
    text(door, body, to=offers.address)
    assert state(tenant) == ("active", {})
    assert "News" in replies(tenant)[0]
    with tenant_scope(tenant.pk):
        assert not GroupMember.objects.exists()
        assert not ConsentEvent.objects.exists()

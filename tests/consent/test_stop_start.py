"""CONSENT.md row by row: STOP and START by the person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from consent.actions import Evidence, block, hold, opt_in, opt_out, phone_for, start, wrong_number
from consent.models import ConsentEvent, Hold, Permission, PhoneNumber
from consent.models.ledger import Kind, Method
from tenants.models import SenderNumber
from tenants.rules import PERSON, Actor

NUMBER = "+12025550142"
NOW = timezone.now().replace(microsecond=0) - timedelta(hours=1)


def state(phone_id: int) -> dict[str, str]:
    """{sender's name: permission's state}"""
    return dict(Permission.objects.filter(phone_id=phone_id).values_list("sender__name", "state"))


def stop(phone_id: int, sender: SenderNumber | None, key: str = "in:SM1", **more: Any) -> Any:
    more = {"reach": "number", "method": Method.KEYWORD, "actor": PERSON, "occurred_at": NOW} | more
    return opt_out(phone_id=phone_id, sender_id=sender.pk if sender else None, event_key=key, **more)


def row(phone_id: int) -> PhoneNumber:
    return PhoneNumber.objects.get(id=phone_id)


@pytest.fixture
def phone(scope: int) -> int:
    return phone_for(e164=NUMBER)


@pytest.fixture
def senders(sender_a: SenderNumber, sender_b: SenderNumber) -> tuple[SenderNumber, SenderNumber]:
    return sender_a, sender_b


def test_stop_of_one_number_stops_that_number(phone: int, senders: Any) -> None:
    outcome = stop(phone, senders[0], evidence=Evidence(words="STOP"))
    assert (outcome.kind, outcome.changed, outcome.status, outcome.confirm) == (
        Kind.OPT_OUT,
        True,
        "stopped",
        True,
    )
    assert state(phone) == {"Offers": "opted_out"}
    assert row(phone).status == "stopped" and row(phone).stopped_at == NOW
    assert row(phone).all_stopped_event is None


def test_stop_of_all_covers_every_sender_and_later_ones(phone: int, senders: Any) -> None:
    outcome = stop(phone, senders[0], reach="all")
    assert state(phone) == {"Offers": "opted_out", "Orders": "opted_out"}
    assert outcome.all_senders and row(phone).all_stopped_event == outcome.seq


def test_stop_of_a_purpose_covers_the_senders_of_that_purpose(phone: int, senders: Any) -> None:
    assert state(phone) == {}
    assert stop(phone, senders[0], reach="purpose").senders == (senders[0].pk,)
    assert state(phone) == {"Offers": "opted_out"}
    assert stop(phone, senders[0], key="in:SM2", reach="purpose", purpose="service").changed
    assert state(phone) == {"Offers": "opted_out", "Orders": "opted_out"}


def test_the_provider_took_the_word(phone: int, senders: Any) -> None:
    stop(phone, senders[0], provider_took=True)
    assert Permission.objects.get(phone_id=phone, sender=senders[0]).provider_block_since is not None


def test_the_hold_of_the_same_event_goes_with_the_opt_out(phone: int, senders: Any) -> None:
    hold(phone_id=phone, reason="stop_in_progress", event_key="in:SM1")
    hold(phone_id=phone, reason="stop_in_progress", event_key="in:SM9")
    stop(phone, senders[0])
    assert list(Hold.objects.values_list("event_key", flat=True)) == ["in:SM9"]


def test_stop_under_a_block_is_recorded_and_the_block_stays(phone: int, senders: Any, actor: Actor) -> None:
    block(phone_id=phone, reason="threats", event_key="m:1", actor=actor)
    assert stop(phone, senders[0]).status == "blocked"
    assert row(phone).stopped_at is not None and state(phone) == {"Offers": "opted_out"}


def test_stop_repeated_changes_nothing_and_is_confirmed_once_a_day(phone: int, senders: Any) -> None:
    first = stop(phone, senders[0])
    again = stop(phone, senders[0], key="in:SM2", occurred_at=NOW + timedelta(minutes=1))
    assert (again.kind, again.changed, again.repeated, again.confirm) == (Kind.REPEATED, False, True, False)
    kept = Permission.objects.get(phone_id=phone)
    assert (kept.event, kept.since) == (first.seq, NOW)


def test_start_undoes_the_opt_out(phone: int, senders: Any) -> None:
    """A05: the old entry is still there."""
    stop(phone, senders[0], provider_took=True)
    outcome = start(
        phone_id=phone, sender_id=senders[0].pk, event_key="in:SM2", occurred_at=NOW + timedelta(seconds=5)
    )
    assert outcome is not None and (outcome.kind, outcome.status, outcome.confirm) == (
        Kind.OPT_IN,
        "active",
        True,
    )
    assert state(phone) == {"Offers": "opted_in"} and row(phone).stopped_at is None
    assert Permission.objects.get(phone_id=phone).provider_block_since is None
    assert list(ConsentEvent.objects.order_by("seq").values_list("kind", flat=True)) == ["opt_out", "opt_in"]


def test_start_undoes_the_whole_reach_and_leaves_the_other_senders_block(phone: int, senders: Any) -> None:
    stop(phone, senders[1], key="in:SM0", provider_took=True)
    stop(phone, senders[0], reach="all")
    start(phone_id=phone, sender_id=senders[0].pk, event_key="in:SM2", occurred_at=NOW + timedelta(seconds=5))
    assert (
        state(phone) == {"Offers": "opted_in", "Orders": "opted_in"} and row(phone).all_stopped_event is None
    )
    assert Permission.objects.get(phone_id=phone, sender=senders[1]).provider_block_since is not None


def test_start_of_one_leaves_the_others_opt_out(phone: int, senders: Any) -> None:
    stop(phone, senders[0])
    stop(phone, senders[1], key="in:SM1b")
    outcome = start(
        phone_id=phone, sender_id=senders[0].pk, event_key="in:SM2", occurred_at=NOW + timedelta(seconds=5)
    )
    assert outcome is not None and outcome.status == "stopped"
    assert state(phone) == {"Offers": "opted_in", "Orders": "opted_out"}


def test_start_with_nothing_opted_out_is_an_ordinary_text(phone: int, senders: Any) -> None:
    """A13: START and YES reach the bots and the inbox, and write nothing."""
    assert start(phone_id=phone, sender_id=senders[0].pk, event_key="in:SM2") is None
    stop(phone, senders[1])
    assert start(phone_id=phone, sender_id=senders[0].pk, event_key="in:SM3") is None
    assert ConsentEvent.objects.count() == 1 and state(phone) == {"Orders": "opted_out"}


def test_start_while_blocked_is_recorded_and_the_block_stays(phone: int, senders: Any, actor: Actor) -> None:
    """A06."""
    stop(phone, senders[0])
    block(phone_id=phone, reason="threats", event_key="m:1", actor=actor)
    outcome = start(
        phone_id=phone, sender_id=senders[0].pk, event_key="in:SM2", occurred_at=NOW + timedelta(seconds=5)
    )
    assert outcome is not None and (outcome.kind, outcome.status, outcome.confirm) == (
        Kind.RETURNED,
        "blocked",
        False,
    )
    assert state(phone) == {"Offers": "opted_in"} and row(phone).stopped_at is None


@pytest.mark.parametrize(
    ("later", "kind"), [(-60, "no_effect"), (0, "no_effect"), (0.9, "no_effect"), (1, "opt_in")]
)
def test_start_received_before_the_stop_or_in_its_second_has_no_effect(
    phone: int, senders: Any, later: float, kind: str
) -> None:
    stop(phone, senders[0])
    outcome = start(
        phone_id=phone,
        sender_id=senders[0].pk,
        event_key="in:SM2",
        occurred_at=NOW + timedelta(seconds=later),
    )
    assert outcome is not None and outcome.kind == kind
    assert state(phone) == {"Offers": "opted_in" if kind == "opt_in" else "opted_out"}


@pytest.mark.parametrize(("later", "kind"), [(59, "no_effect"), (60, "no_effect"), (61, "opt_in")])
def test_start_received_before_a_repeated_stop_has_no_effect(
    phone: int, senders: Any, later: int, kind: str
) -> None:
    """The STOP was received last and acted upon first. Mutation: `too_late` against `undone.occurred_at` alone."""
    stop(phone, senders[0])
    assert stop(phone, senders[0], key="in:SM2", occurred_at=NOW + timedelta(seconds=60)).repeated
    at = NOW + timedelta(seconds=later)
    outcome = start(phone_id=phone, sender_id=senders[0].pk, event_key="in:SM3", occurred_at=at)
    assert outcome is not None and outcome.kind == kind
    assert state(phone) == {"Offers": "opted_in" if kind == "opt_in" else "opted_out"}


def test_a_join_heard_late_does_not_undo_a_repeated_stop(phone: int, senders: Any) -> None:
    """Mutation: `_told_before` against `undone.occurred_at` alone."""
    stop(phone, senders[0])
    stop(phone, senders[0], key="in:SM2", occurred_at=NOW + timedelta(seconds=60))
    joined = opt_in(
        phone_id=phone, sender_ids=[senders[0].pk], method="keyword", event_key="join", actor=PERSON,
        occurred_at=NOW + timedelta(seconds=59),
    )  # fmt: skip
    assert joined.kind == Kind.NO_EFFECT and state(phone) == {"Offers": "opted_out"}


def test_a_refusal_of_the_carrier_since_and_a_stop_to_another_number_keep_no_start_out(
    phone: int, senders: Any
) -> None:
    """Mutations: without `of_this`, and without the carrier left out."""
    stop(phone, senders[0])
    stop(phone, senders[1], key="in:SM2")
    late = NOW + timedelta(seconds=60)
    assert stop(phone, senders[1], key="in:SM3", occurred_at=late).repeated
    assert stop(phone, senders[0], key="21610", occurred_at=late, method=Method.PROVIDER).repeated
    at = NOW + timedelta(seconds=30)
    start(phone_id=phone, sender_id=senders[0].pk, event_key="in:SM4", occurred_at=at)
    assert state(phone) == {"Offers": "opted_in", "Orders": "opted_out"}


def test_stop_at_the_second_of_a_start_wins(phone: int, senders: Any) -> None:
    """A10."""
    stop(phone, senders[0], occurred_at=NOW - timedelta(hours=1))
    start(phone_id=phone, sender_id=senders[0].pk, event_key="in:SM2", occurred_at=NOW)
    assert stop(phone, senders[0], key="in:SM3", occurred_at=NOW).changed
    assert state(phone) == {"Offers": "opted_out"}


def test_a_replayed_stop_acts_once(phone: int, senders: Any) -> None:
    """A11: SM1, then START, then SM1 again."""
    first = stop(phone, senders[0])
    start(phone_id=phone, sender_id=senders[0].pk, event_key="in:SM2", occurred_at=NOW + timedelta(seconds=5))
    replay = stop(phone, senders[0])
    assert (replay.seq, replay.changed, replay.senders, replay.status) == (
        first.seq,
        False,
        first.senders,
        "active",
    )
    assert ConsentEvent.objects.count() == 2 and state(phone) == {"Offers": "opted_in"}


def test_stop_from_a_number_without_a_contact(scope: int, senders: Any) -> None:
    """A14: the number is kept, and found again by a later import."""
    phone_id = phone_for(e164="+12025550177")
    stop(phone_id, senders[0])
    assert phone_for(e164="+12025550177") == phone_id and row(phone_id).status == "stopped"


def test_wrong_number_stops_all_and_is_told_once(phone: int, senders: Any) -> None:
    outcome = wrong_number(
        phone_id=phone, sender_id=senders[0].pk, method=Method.FREE_TEXT, event_key="in:SM1", actor=PERSON
    )
    assert outcome.all_senders and outcome.confirm and row(phone).wrong_person_at is not None
    again = wrong_number(
        phone_id=phone, sender_id=senders[0].pk, method=Method.FREE_TEXT, event_key="in:SM2", actor=PERSON
    )
    assert not again.confirm
    later = timezone.now() + timedelta(seconds=2)
    start(phone_id=phone, sender_id=senders[0].pk, event_key="in:SM3", occurred_at=later)
    assert row(phone).wrong_person_at is None and row(phone).status == "active"


def test_the_page_brings_chosen_senders_back(phone: int, senders: Any) -> None:
    """An opt-out of all still covers the senders that were not chosen, and those added later."""
    stop(phone, senders[0], reach="all")
    opt_in(
        phone_id=phone, sender_ids=[senders[0].pk], method=Method.WEB, event_key="page:1", actor=PERSON,
        evidence=Evidence(disclosure="Version 3"),
    )  # fmt: skip
    assert state(phone) == {"Offers": "opted_in", "Orders": "opted_out"}
    assert row(phone).status == "stopped" and row(phone).all_stopped_event is not None
    opt_in(
        phone_id=phone, sender_ids=[senders[1].pk], method=Method.WEB, event_key="page:2", actor=PERSON,
        evidence=Evidence(disclosure="Version 3"),
    )  # fmt: skip
    assert row(phone).status == "active" and row(phone).all_stopped_event is None

"""CONSENT.md row by row: what the team, the carrier, imports and moves do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from consent.actions import (
    Evidence,
    ask_opt_in,
    block,
    change_number,
    erase,
    hold,
    import_opt_ins,
    lapse_requests,
    mark_unusable,
    merge_numbers,
    mistake,
    opt_in,
    opt_out,
    phone_for,
    phones_for,
    provider_doubt,
    provider_refused,
    reached,
    release_hold,
    share_evidence,
    start,
    unblock,
    withdraw_import,
)
from consent.models import ConsentEvent, Hold, OptInRequest, Permission, PhoneNumber
from consent.reading import HistoryFilter, do_not_contact, history, permissions_of, reach_label, state_as_of
from tenants.models import SenderNumber
from tenants.rules import PERSON, SYSTEM, Actor, ActorKind, Refused, Role
from tests.consent.test_stop_start import NOW, row, state, stop

PROOF = Evidence(note="Signed at the counter, form 12")


@pytest.fixture
def phone(scope: int) -> int:
    return phone_for(e164="+12025550142")


@pytest.fixture
def senders(sender_a: SenderNumber, sender_b: SenderNumber) -> tuple[SenderNumber, SenderNumber]:
    return sender_a, sender_b


def agree(
    phone_id: int, *senders: SenderNumber, key: str = "m:in", actor: Actor = PERSON, **more: Any
) -> Any:
    more = {"method": "paper", "evidence": PROOF} | more
    return opt_in(phone_id=phone_id, sender_ids=[s.pk for s in senders], event_key=key, actor=actor, **more)


# ── the team ──────────────────────────────────────────────────────────────────────────────────────────


def test_team_records_an_opt_out(phone: int, senders: Any, actor: Actor) -> None:
    said = Evidence(words="take me off", note="by phone")
    outcome = stop(phone, None, key="m:1", reach="all", method="phone", actor=actor, evidence=said)
    assert outcome.status == "stopped" and not outcome.confirm
    entry = history()[0]
    assert (entry.change, entry.how, entry.senders) == ("Opted out", "By phone", ("All",))
    assert entry.evidence.actor_label == actor.label and entry.event.actor_id == actor.id


def test_a_viewer_may_record_nothing(phone: int, senders: Any) -> None:
    viewer = Actor(ActorKind.MEMBER, 7, "Demo Viewer", Role.VIEWER)
    for act in (
        lambda: stop(phone, senders[0], method="phone", actor=viewer),
        lambda: agree(phone, senders[0], actor=viewer),
        lambda: block(phone_id=phone, reason="x", event_key="m:1", actor=viewer),
        lambda: erase(phone_id=phone, event_key="m:1", actor=viewer),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "not_allowed"
    assert not ConsentEvent.objects.exists()


def test_team_needs_proof_for_an_opt_in(phone: int, senders: Any, actor: Actor) -> None:
    with pytest.raises(Refused) as refused:
        agree(phone, senders[0], actor=actor, evidence=Evidence())
    assert refused.value.code == "proof_needed"
    assert agree(phone, senders[0], actor=actor).status == "active"
    assert state(phone) == {"Offers": "opted_in"}


def test_an_agreement_older_than_the_opt_out_does_not_undo_it(phone: int, senders: Any, actor: Actor) -> None:
    stop(phone, senders[0])
    with pytest.raises(Refused) as refused:
        agree(phone, senders[0], actor=actor, occurred_at=NOW - timedelta(days=1))
    assert refused.value.code == "opted_out_later"
    assert agree(phone, senders[0], occurred_at=NOW - timedelta(days=1)).kind == "no_effect"
    assert state(phone) == {"Offers": "opted_out"}
    assert agree(phone, senders[0], key="m:2", actor=actor).status == "active"


def test_the_first_opt_in_keeps_its_date(phone: int, senders: Any) -> None:
    first = agree(phone, senders[0], occurred_at=NOW - timedelta(days=9))
    agree(phone, senders[0], key="m:2", occurred_at=NOW)
    kept = Permission.objects.get()
    assert (kept.event, kept.since) == (first.seq, NOW - timedelta(days=9))


def test_block_and_unblock_leave_the_permissions(phone: int, senders: Any, actor: Actor) -> None:
    stop(phone, senders[0])
    assert block(phone_id=phone, reason="threats", event_key="m:1", actor=actor).status == "blocked"
    assert block(phone_id=phone, reason="again", event_key="m:2", actor=actor).kind == "no_effect"
    assert row(phone).block_reason == "threats" and reach_label(row(phone)) == "Blocked"
    agent = Actor(ActorKind.MEMBER, 5, "Demo Agent", Role.AGENT)
    for who, reason, code in ((agent, "fine", "not_allowed"), (actor, " ", "reason_needed")):
        with pytest.raises(Refused) as refused:
            unblock(phone_id=phone, reason=reason, event_key="m:3", actor=who)
        assert refused.value.code == code
    assert unblock(phone_id=phone, reason="apologised", event_key="m:3", actor=actor).status == "stopped"
    assert state(phone) == {"Offers": "opted_out"} and row(phone).block_reason == ""


def test_entered_by_mistake(phone: int, senders: Any, actor: Actor) -> None:
    agree(phone, senders[0], occurred_at=NOW - timedelta(days=9))
    wrong = stop(phone, None, key="m:1", reach="all", method="phone", actor=actor)
    other = Actor(ActorKind.MEMBER, 99, "Demo Member 99", Role.OWNER)
    with pytest.raises(Refused, match="recorded this opt-out"):
        mistake(phone_id=phone, seq=wrong.seq, event_key="m:2", actor=other)
    assert mistake(phone_id=phone, seq=wrong.seq, event_key="m:2", actor=actor).status == "active"
    assert state(phone) == {"Offers": "opted_in"} and row(phone).all_stopped_event is None
    assert Permission.objects.get().since == NOW - timedelta(days=9)
    assert ConsentEvent.objects.count() == 3


def test_a_mistake_is_not_taken_back_after_more_was_said_or_by_time(
    phone: int, senders: Any, actor: Actor, monkeypatch: Any
) -> None:
    wrong = stop(phone, senders[0], key="m:1", method="phone", actor=actor)
    stop(phone, senders[0], key="in:SM2")
    with pytest.raises(Refused) as refused:
        mistake(phone_id=phone, seq=wrong.seq, event_key="m:2", actor=actor)
    assert refused.value.code == "changed_since"
    monkeypatch.setattr("consent.actions.blocking.MISTAKE_WINDOW", timedelta(0))
    with pytest.raises(Refused) as refused:
        mistake(phone_id=phone, seq=wrong.seq, event_key="m:2", actor=actor)
    assert refused.value.code == "too_late"
    with pytest.raises(Refused) as refused:
        mistake(phone_id=phone, seq=2, event_key="m:2", actor=actor)
    assert refused.value.code == "not_yours"


# ── the carrier ───────────────────────────────────────────────────────────────────────────────────────


def test_21610_opts_out_of_that_sender(phone: int, senders: Any) -> None:
    outcome = provider_refused(phone_id=phone, sender_id=senders[0].pk, event_key="21610:1", begun_at=NOW)
    assert (outcome.kind, outcome.status, outcome.confirm) == ("opt_out", "stopped", False)
    assert state(phone) == {"Offers": "opted_out"}
    assert Permission.objects.get().provider_block_since is not None
    assert ConsentEvent.objects.get().method == "provider"


@pytest.mark.parametrize(("agreed", "kind"), [(1, "provider_block"), (-1, "opt_out")])
def test_21610_against_a_newer_opt_in_is_drift(phone: int, senders: Any, agreed: int, kind: str) -> None:
    agree(phone, senders[0], occurred_at=NOW + timedelta(minutes=agreed))
    outcome = provider_refused(phone_id=phone, sender_id=senders[0].pk, event_key="21610:1", begun_at=NOW)
    assert outcome.kind == kind and Permission.objects.get().provider_block_since is not None
    assert state(phone) == {"Offers": "opted_in" if agreed > 0 else "opted_out"}
    assert row(phone).status == ("active" if agreed > 0 else "stopped")


@pytest.mark.parametrize(
    ("asked", "kind"), [(20, "provider_block"), (-20, "provider_block"), (-40, "opt_out")]
)
def test_21610_after_a_block_of_ours_that_crossed_a_start_is_drift(
    phone: int, senders: Any, asked: int, kind: str
) -> None:
    """Mutation: without `crossed` who came back is opted out again."""
    agree(phone, senders[0], occurred_at=NOW)
    outcome = provider_refused(
        phone_id=phone, sender_id=senders[0].pk, event_key="21610:1", begun_at=NOW + timedelta(minutes=5),
        asked_at=NOW + timedelta(seconds=asked),
    )  # fmt: skip
    assert outcome.kind == kind and Permission.objects.get().provider_block_since is not None


def test_a_delivered_text_lifts_block_and_doubt(phone: int, senders: Any) -> None:
    agree(phone, senders[0], occurred_at=NOW + timedelta(minutes=1))
    provider_refused(phone_id=phone, sender_id=senders[0].pk, event_key="21610:1", begun_at=NOW)
    assert provider_doubt(phone_id=phone, sender_id=senders[0].pk, event_key="30004:1")
    assert not provider_doubt(phone_id=phone, sender_id=senders[0].pk, event_key="30004:1")
    mark_unusable(phone_id=phone, code=30005)
    assert permissions_of([phone], [senders[0].pk]) == {(phone, senders[0].pk): "on_hold"}
    reached(phone_id=phone, sender_id=senders[0].pk)
    assert Permission.objects.get().provider_block_since is None and not Hold.objects.exists()
    assert row(phone).unusable_at is None
    assert permissions_of([phone], [senders[0].pk]) == {(phone, senders[0].pk): "opted_in"}


def test_a_review_holds_until_somebody_decides(phone: int, senders: Any, actor: Actor) -> None:
    assert hold(phone_id=phone, reason="under_review", event_key="in:SM5", until=NOW)
    with pytest.raises(Refused, match="Say why"):
        release_hold(phone_id=phone, event_key="in:SM5", actor=actor)
    assert release_hold(phone_id=phone, event_key="in:SM5", actor=actor, note="asked about opening hours")
    assert not release_hold(phone_id=phone, event_key="in:SM5", actor=actor, note="twice")
    assert list(ConsentEvent.objects.order_by("seq").values_list("kind", flat=True)) == ["held", "released"]


# ── double opt-in ─────────────────────────────────────────────────────────────────────────────────────


def test_double_opt_in(phone: int, senders: Any, monkeypatch: Any) -> None:
    ask = {"phone_id": phone, "sender_id": senders[0].pk, "actor": PERSON}
    assert ask_opt_in(event_key="f:1", **ask) and not ask_opt_in(event_key="f:2", **ask)
    assert permissions_of([phone], [senders[0].pk]) == {(phone, senders[0].pk): "pending"}
    monkeypatch.setattr("consent.actions.asking.ASK_AGAIN_AFTER", timedelta(0))
    assert [ask_opt_in(event_key=f"f:{n}", **ask) for n in (3, 4, 5)] == [True, True, False]
    agree(phone, senders[0], method="form")
    assert state(phone) == {"Offers": "opted_in"} and OptInRequest.objects.get().closed_at is not None


def test_double_opt_in_lapses_without_a_change(phone: int, senders: Any) -> None:
    ask_opt_in(phone_id=phone, sender_id=senders[0].pk, event_key="f:1", actor=PERSON)
    assert lapse_requests() == 0
    assert lapse_requests(now=timezone.now() + timedelta(days=31)) == 1
    assert state(phone) == {} and ConsentEvent.objects.order_by("-seq")[0].kind == "lapsed"


def test_double_opt_in_is_not_asked_of_somebody_who_opted_out(phone: int, senders: Any) -> None:
    stop(phone, senders[0])
    with pytest.raises(Refused) as refused:
        ask_opt_in(phone_id=phone, sender_id=senders[0].pk, event_key="f:1", actor=PERSON)
    assert refused.value.code == "text_start"


# ── imports ───────────────────────────────────────────────────────────────────────────────────────────


def test_an_import_with_proof_brings_nobody_back(scope: int, senders: Any, actor: Actor) -> None:
    numbers = [f"+1202555{n:04d}" for n in range(100, 106)]
    new, stopped, blocked, erased, kept, half = (phones_for(numbers)[n] for n in numbers)
    stop(stopped, senders[0])
    block(phone_id=blocked, reason="x", event_key="m:1", actor=actor)
    erase(phone_id=erased, event_key="m:2", actor=actor)
    agree(kept, senders[0], occurred_at=NOW - timedelta(days=9))
    stop(half, senders[1], key="in:SM8")
    proof = share_evidence(Evidence(note="demo.csv"), actor)
    outcomes = import_opt_ins(
        phone_ids=[new, stopped, blocked, erased, kept, half], sender_ids=[senders[0].pk], event_key="import:1",
        evidence=proof, actor=actor, occurred_at=NOW,
    )  # fmt: skip
    found = {phone: outcome for phone, (outcome, _) in outcomes.items()}
    assert found == {
        new: "opted_in", stopped: "kept_opted_out", blocked: "blocked", erased: "erased", kept: "kept_opted_in",
        half: "opted_in",
    }  # fmt: skip
    assert outcomes[stopped][1] == NOW and outcomes[kept][1] == NOW - timedelta(days=9)
    assert (state(new), state(stopped), state(blocked)) == (
        {"Offers": "opted_in"},
        {"Offers": "opted_out"},
        {},
    )
    assert row(half).status == "stopped" and PhoneNumber.objects.get(id=erased).e164 is None


def test_undoing_an_import_withdraws_only_its_own_opt_ins(scope: int, senders: Any, actor: Actor) -> None:
    numbers = [f"+1202555{n:04d}" for n in range(100, 103)]
    plain, later, before = (phones_for(numbers)[n] for n in numbers)
    agree(before, senders[0])
    import_opt_ins(
        phone_ids=[plain, later, before], sender_ids=[senders[0].pk], event_key="import:1",
        evidence=share_evidence(PROOF, actor), actor=actor,
    )  # fmt: skip
    stop(later, senders[0], key="in:SM1", occurred_at=timezone.now())
    undo = {
        "phone_ids": [plain, later, before],
        "event_key": "import:1",
        "undo_key": "undo:1",
        "actor": actor,
    }
    assert withdraw_import(**undo) == 1 and withdraw_import(**undo) == 0
    assert [state(p) for p in (plain, later, before)] == [{}, {"Offers": "opted_out"}, {"Offers": "opted_in"}]


# ── numbers ───────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_travels_to_another_number(phone: int, senders: Any, actor: Actor) -> None:
    """D12: and back again finds the old number as it was."""
    stop(phone, senders[0])
    new = phone_for(e164="+12025550143")
    change_number(old_phone_id=phone, new_phone_id=new, event_key="m:1", actor=actor)
    assert (row(phone).status, row(new).status) == ("stopped", "active") and state(new) == {}
    assert set(ConsentEvent.objects.filter(kind="number_changed").values_list("phone_id", flat=True)) == {
        phone,
        new,
    }


@pytest.mark.parametrize(("reach", "status"), [("number", "active"), ("all", "stopped")])
def test_merging_keeps_each_numbers_consent(
    phone: int, senders: Any, actor: Actor, reach: str, status: str
) -> None:
    """D13: an opt-out of all reaches the kept number, one of a single sender stays with its number."""
    kept = phone_for(e164="+12025550143")
    agree(kept, senders[0], occurred_at=NOW - timedelta(days=3))
    stop(phone, senders[0], reach=reach)
    for _ in range(2):
        merge_numbers(kept_phone_id=kept, dropped_phone_id=phone, event_key="m:1", actor=actor)
    assert row(kept).status == status and row(phone).status == "stopped"
    assert ConsentEvent.objects.filter(kind="merged").count() == 2


def test_an_erased_person_whom_the_team_had_blocked_stays_blocked(
    phone: int, senders: Any, actor: Actor
) -> None:
    block(phone_id=phone, reason="threats", event_key="m:1", actor=actor)
    erase(phone_id=phone, event_key="m:2", actor=actor)
    with pytest.raises(Refused, match="Only they can come back"):
        unblock(phone_id=phone, reason="x", event_key="m:3", actor=actor)
    outcome = start(phone_id=phone, sender_id=senders[0].pk, event_key="in:SM2", e164="+12025550142")
    assert outcome is not None and (outcome.kind, outcome.status) == ("returned", "blocked")
    assert row(phone).e164 == "+12025550142" and row(phone).block_reason != "erased"


def test_another_number_does_not_give_an_erased_one_back(phone: int, senders: Any, actor: Actor) -> None:
    erase(phone_id=phone, event_key="m:2", actor=actor)
    with pytest.raises(Refused, match="not the number"):
        start(phone_id=phone, sender_id=senders[0].pk, event_key="in:SM2", e164="+12025550143")


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────


def test_state_as_of_a_past_moment(phone: int, senders: Any) -> None:
    """H01: five entries; the answer comes from the ledger, with its evidence."""
    moments, tomorrow = [], timezone.now() + timedelta(days=1)
    acts = [
        lambda: agree(phone, senders[0], key="1"),
        lambda: stop(phone, senders[0], key="2", occurred_at=None, evidence=Evidence(words="STOP")),
        lambda: start(phone_id=phone, sender_id=senders[0].pk, event_key="3", occurred_at=tomorrow),
        lambda: stop(phone, senders[1], key="4", occurred_at=None, reach="all"),
        lambda: agree(phone, senders[0], key="5"),
    ]
    for act in acts:
        moments.append(timezone.now())
        act()
    moments.append(timezone.now())
    Permission.objects.all().delete()  # the rows are not asked
    told = [state_as_of(phone_id=phone, sender_id=senders[0].pk, at=at) for at in moments]
    assert [t.state for t in told] == [
        "unknown",
        "opted_in",
        "opted_out",
        "opted_in",
        "opted_out",
        "opted_in",
    ]
    assert [t.status for t in told] == ["active", "active", "stopped", "active", "stopped", "stopped"]
    assert told[2].event.event_key == "2" and told[2].evidence.words == "STOP" and told[0].event is None


def test_the_do_not_contact_list_and_the_history(phone: int, senders: Any, actor: Actor) -> None:
    blocked, fine = phone_for(e164="+12025550143"), phone_for(e164="+12025550144")
    stop(phone, senders[0], evidence=Evidence(words="STOP"))
    block(phone_id=blocked, reason="threats", event_key="m:1", actor=actor)
    agree(fine, senders[0])
    listed = do_not_contact()
    assert [(k.phone.pk, k.reach) for k in listed] == [(phone, "Stopped · Offers"), (blocked, "Blocked")]
    assert listed[0].why.evidence.words == "STOP" and listed[0].since == NOW
    assert [k.phone.pk for k in do_not_contact(status="blocked")] == [blocked]
    assert [k.phone.pk for k in do_not_contact(after_id=phone)] == [blocked]
    assert [e.event.seq for e in history(limit=2)] == [3, 2] and [
        e.event.seq for e in history(before_seq=2)
    ] == [1]
    assert [e.event.seq for e in history(HistoryFilter(phone_id=phone))] == [1]
    assert [e.event.seq for e in history(HistoryFilter(kinds=["block"]))] == [2]
    assert [e.event.seq for e in history(HistoryFilter(hash_prefix=history()[0].seal[:7]))] == [3]
    stop(phone, senders[1], key="in:SM2")
    assert reach_label(row(phone)) == "Stopped · all"


def test_system_opt_out_of_an_unknown_number_is_refused(scope: int) -> None:
    with pytest.raises(Refused) as refused:
        opt_out(phone_id=10**9, sender_id=None, reach="all", method="api", actor=SYSTEM, event_key="x")
    assert refused.value.code == "no_such_number"

"""Whatever happens in whatever order, folding the ledger gives the permission rows and the status.

Mutations tried, each red: `all_stopped` not cleared by a START to an opt-out of all; START undoing only the sender
texted. A second erasure recorded as another one was found by this test.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.actions import (
    Evidence,
    block,
    change_number,
    erase,
    hold,
    merge_numbers,
    mistake,
    opt_in,
    opt_out,
    phone_for,
    provider_refused,
    start,
    unblock,
    wrong_number,
)
from consent.models import ConsentEvent, Permission, PhoneNumber
from consent.reading import facts_of, phone_facts
from consent.rules.fold import Kept, PhoneState, fold
from tenants.models import SenderNumber
from tenants.rules import PERSON, Actor, ActorKind, Refused, Role

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
MEMBER = Actor(ActorKind.MEMBER, 1, "Demo Manager", Role.MANAGER)
NUMBERS = ("+12025550142", "+12025550143")

step = st.tuples(
    st.sampled_from(
        ["stop", "stop", "stop", "team_stop", "start", "start", "opt_in", "opt_in_whole", "block", "unblock", "mistake",
         "refused", "wrong", "hold", "erase", "move", "merge"]
    ),
    st.sampled_from([0, 1]),
    st.sampled_from([0, 1]),
    st.sampled_from(["number", "purpose", "all"]),
    st.integers(0, 40),
)  # fmt: skip


class Undone(Exception):
    """Takes back what one example wrote."""


def act(what: tuple[Any, ...], n: int, phones: list[int], senders: list[int]) -> None:
    """One event, told at some second of the last minute."""
    name, phone_n, sender_n, reach, second = what
    phone, sender, at = phones[phone_n], senders[sender_n], BEGAN + timedelta(seconds=second)
    key = {"phone_id": phone, "event_key": f"k{n}"}
    person = {"actor": PERSON, "evidence": Evidence(words="STOP")}
    match name:
        case "stop":
            opt_out(sender_id=sender, reach=reach, method="keyword", occurred_at=at, **key, **person)
        case "team_stop":
            opt_out(sender_id=sender, reach=reach, method="phone", actor=MEMBER, occurred_at=at, **key)
        case "start":
            start(sender_id=sender, occurred_at=at, e164=NUMBERS[phone_n], **key)
        case "opt_in" | "opt_in_whole":
            opt_in(
                sender_ids=[sender], method="web", occurred_at=at, whole_reach=name == "opt_in_whole",
                e164=NUMBERS[phone_n], **key, **person,
            )  # fmt: skip
        case "block":
            block(reason="demo", actor=MEMBER, occurred_at=at, **key)
        case "unblock":
            unblock(reason="demo", actor=MEMBER, **key)
        case "mistake":
            last = ConsentEvent.objects.filter(phone_id=phone).order_by("-seq").first()
            mistake(seq=last.seq if last else 0, actor=MEMBER, **key)
        case "refused":
            provider_refused(sender_id=sender, begun_at=at, **key)
        case "wrong":
            wrong_number(sender_id=sender, method="free_text", occurred_at=at, **key, **person)
        case "hold":
            hold(reason="under_review", **key)
        case "erase":
            erase(actor=MEMBER, **key)
        case "move":
            change_number(
                old_phone_id=phone, new_phone_id=phones[1 - phone_n], event_key=f"k{n}", actor=MEMBER
            )
        case "merge":
            merge_numbers(
                kept_phone_id=phone, dropped_phone_id=phones[1 - phone_n], event_key=f"k{n}", actor=MEMBER
            )


def rows(phone_id: int) -> PhoneState:
    """What the tables say, in the shape of the fold."""
    phone = PhoneNumber.objects.get(id=phone_id)
    kept = {
        p.sender_id: Kept(p.state, p.since, p.event) for p in Permission.objects.filter(phone_id=phone_id)
    }
    return PhoneState(
        kept, phone.all_stopped_event, phone.stopped_at, phone.blocked_at, phone.block_reason == "erased"
    )


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(step, min_size=1, max_size=14))
def test_the_rows_are_the_fold(scope: int, steps: list[tuple[Any, ...]]) -> None:
    senders = list(SenderNumber.objects.order_by("id").values_list("id", flat=True))
    try:
        with transaction.atomic():
            phones = [phone_for(e164=e164) for e164 in NUMBERS]
            for n, what in enumerate(steps):
                try:
                    with transaction.atomic():
                        act(what, n, phones, senders)
                except Refused:
                    continue
            for phone_id in phones:
                check(phone_id, senders)
            raise Undone
    except Undone:
        pass


def check(phone_id: int, senders: list[int]) -> None:
    told, found = fold(facts_of(phone_id)), rows(phone_id)
    assert dict(told.permissions) == dict(found.permissions)
    assert (told.all_stopped, told.stopped_at, told.blocked_at, told.erased) == (
        found.all_stopped,
        found.stopped_at,
        found.blocked_at,
        found.erased,
    )
    last = ConsentEvent.objects.filter(phone_id=phone_id).order_by("-seq").first()
    assert (
        PhoneNumber.objects.get(id=phone_id).status == told.status == (last.to_status if last else "active")
    )
    facts = phone_facts([phone_id], senders)
    stopped = [facts[phone_id, s].state == "opted_out" or facts[phone_id, s].covered_by_all for s in senders]
    assert stopped == [told.opted_out(s) for s in senders]
    # The Unsubscribed group is exactly those whom at least one sender may not text because they said so.
    assert (found.stopped_at is not None) == any(stopped)


def test_a_stop_of_all_undone_by_start_leaves_nothing(scope: int) -> None:
    senders = list(SenderNumber.objects.order_by("id").values_list("id", flat=True))
    phones = [phone_for(e164=e164) for e164 in NUMBERS]
    act(("stop", 0, 0, "number", 1), 1, phones, senders)
    act(("stop", 0, 1, "all", 2), 2, phones, senders)
    act(("start", 0, 0, "", 9), 3, phones, senders)
    expected = dict.fromkeys(senders, "opted_in")
    assert {s: k.state for s, k in fold(facts_of(phones[0])).permissions.items()} == expected
    check(phones[0], senders)

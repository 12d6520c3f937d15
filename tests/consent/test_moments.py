"""A moment that Python cannot read back never enters the append-only ledger, and no opt-out is lost by it (A9, B1).

Mutations tried, each red: `EventDraft.__post_init__` removed, or one of its two bounds; the refusal of an opt-in
removed; `wrong_person_at` from what was given; the ledger's CHECK removed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone as clock

from consent.actions import EventDraft, Evidence, append_events, block, opt_in, opt_out, phone_for
from consent.actions.recording import lock_phone
from consent.actions.single import write_opt_out
from consent.followers import follow
from consent.models import ConsentEvent, Permission, PhoneNumber
from consent.reading import history
from tenants.models import SenderNumber
from tenants.rules import PERSON, SYSTEM, Actor, Refused

EAST = timezone(timedelta(hours=14))
UNREADABLE = [
    datetime(1, 1, 1, tzinfo=EAST),
    datetime(1992, 12, 2, 23, 59, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-12))),
]


@pytest.fixture
def phone(scope: int) -> int:
    return phone_for(e164="+12025550142")


def read_back() -> ConsentEvent:
    """The one entry, as every reader of the ledger loads it; told at about now."""
    with follow("test") as reading:
        (event,) = reading.events
    assert history()[0].event.seq == event.seq
    assert abs(event.occurred_at - clock.now()) < timedelta(minutes=1)
    return event


@pytest.mark.parametrize("told", UNREADABLE)
def test_an_opt_out_told_at_an_impossible_time_counts_from_now(
    phone: int, sender_a: SenderNumber, actor: Actor, told: datetime
) -> None:
    opt_out(
        phone_id=phone, sender_id=None, reach="all", method="phone", event_key="m:1", actor=actor, occurred_at=told,
        kind="wrong_number",
    )  # fmt: skip
    assert read_back().kind == "wrong_number"
    kept = PhoneNumber.objects.get(pk=phone)
    assert kept.stopped_at is not None and kept.wrong_person_at is not None
    assert kept.wrong_person_at > clock.now() - timedelta(minutes=1)
    assert {p.state for p in Permission.objects.all()} == {"opted_out"}


@pytest.mark.parametrize("told", UNREADABLE)
def test_the_short_way_of_a_stop_too(phone: int, sender_a: SenderNumber, told: datetime) -> None:
    draft = EventDraft(
        phone_id=phone, kind="opt_out", method="keyword", actor=PERSON, event_key="in:1", sender_id=sender_a.pk,
        reach="number", senders=(sender_a.pk,), occurred_at=told,
    )  # fmt: skip
    write_opt_out(draft, lock_phone(phone), provider_took=False)
    read_back()


def test_a_block_counts_from_now(phone: int, actor: Actor) -> None:
    block(phone_id=phone, reason="abuse", event_key="m:1", actor=actor, occurred_at=UNREADABLE[0])
    read_back()


def test_an_opt_in_before_there_were_texts_is_refused(
    phone: int, sender_a: SenderNumber, actor: Actor
) -> None:
    with pytest.raises(Refused) as refused, transaction.atomic():
        opt_in(
            phone_id=phone, sender_ids=[sender_a.pk], method="paper", event_key="m:1", actor=actor,
            evidence=Evidence(note="form 12"), occurred_at=UNREADABLE[0],
        )  # fmt: skip
    assert (refused.value.code, refused.value.field) == ("too_long_ago", "occurred_at")
    assert not ConsentEvent.objects.exists()


@pytest.mark.parametrize("told", UNREADABLE)
def test_the_database_refuses_what_nobody_could_read(
    phone: int, monkeypatch: pytest.MonkeyPatch, told: datetime
) -> None:
    monkeypatch.setattr(EventDraft, "__post_init__", lambda self: None)
    with pytest.raises(IntegrityError, match="consent_event_told_readable"), transaction.atomic():
        append_events([EventDraft(phone, "opt_out", "phone", SYSTEM, "m:1", reach="all", occurred_at=told)])

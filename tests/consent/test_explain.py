"""What a profile says about one permission."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from consent.actions import Evidence, ask_opt_in, block, hold, mark_unusable, opt_in, opt_out, phone_for
from consent.explain import explain
from consent.rules.gate import Gate
from tenants.models import SenderNumber
from tenants.rules import PERSON, SYSTEM, Actor

AT = datetime(2026, 11, 14, 23, 2, tzinfo=UTC)  # 18:02 in New York
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MARKETING, SERVICE, REPLY = 3, 2, 0


@pytest.fixture
def phone(scope: int) -> int:
    return phone_for(e164="+12025550142")


def stop(phone: int, sender: SenderNumber, **more: Any) -> None:
    more = {
        "reach": "number",
        "method": "keyword",
        "evidence": Evidence(words="STOP"),
        "occurred_at": AT,
    } | more
    opt_out(phone_id=phone, sender_id=sender.pk, actor=PERSON, event_key="in:SM1", **more)


def states(found: Any) -> str:
    """p passed, D deciding, - not asked"""
    return "".join({"passed": "p", "deciding": "D", "not_asked": "-"}[step.state] for step in found.steps)


def test_opted_out_of_one_sender(phone: int, sender_a: SenderNumber, sender_b: SenderNumber) -> None:
    stop(phone, sender_a)
    found = explain(phone, sender_a.pk, MARKETING, now=NOW)
    assert found.gate is Gate.OPTED_OUT and states(found) == "ppD---"
    assert found.sentence == "No. Texted “STOP” on 14 Nov, 18:02."
    assert found.way_back.startswith("They text START to +1 202-555-0110, sign up again")
    assert (found.event.seq, found.words, found.sign) == (1, "STOP", "opted_out")
    other = explain(phone, sender_b.pk, SERVICE, now=NOW)
    assert other.may and states(other) == "ppp---"
    assert other.sentence == "Yes, service texts. Nothing stands against it."


def test_stopped_for_all_and_a_reply(phone: int, sender_a: SenderNumber, sender_b: SenderNumber) -> None:
    stop(phone, sender_a, reach="all", provider_took=True)
    found = explain(phone, sender_b.pk, MARKETING, now=NOW)
    assert found.gate is Gate.OPTED_OUT_ALL and states(found) == "pD----"
    carrier = explain(phone, sender_a.pk, MARKETING, now=NOW)
    assert carrier.way_back.startswith("The carrier blocks this number until they text START to ")
    assert explain(phone, sender_b.pk, REPLY, now=NOW).may
    assert explain(phone, sender_a.pk, REPLY, now=NOW).gate is Gate.PROVIDER_BLOCK


def test_a_sender_added_later_is_stopped_too(phone: int, sender_a: SenderNumber, account: Any) -> None:
    stop(phone, sender_a, reach="all")
    late = SenderNumber.objects.create(name="Reminders", address="+12025550125", account=account)
    assert explain(phone, late.pk, MARKETING).gate is Gate.OPTED_OUT_ALL


def test_blocked_unknown_pending_held_unusable(phone: int, sender_a: SenderNumber, actor: Actor) -> None:
    assert explain(phone, sender_a.pk, MARKETING, now=NOW).sentence == "No. They never opted in to Offers."
    assert explain(phone, sender_a.pk, SERVICE, now=NOW).may
    ask_opt_in(phone_id=phone, sender_id=sender_a.pk, event_key="form:1", actor=SYSTEM)
    pending = explain(phone, sender_a.pk, MARKETING, now=NOW)
    assert pending.gate is Gate.PENDING and pending.sentence.startswith("No. Waiting for their YES until ")
    opt_in(
        phone_id=phone, sender_ids=[sender_a.pk], method="form", event_key="form:2", actor=PERSON, occurred_at=AT,
        evidence=Evidence(disclosure="Version 3"),
    )  # fmt: skip
    kept = explain(phone, sender_a.pk, MARKETING, now=NOW)
    assert (kept.sentence, states(kept), kept.sign) == (
        "Yes. Signed up with a form on 14 Nov, 18:02.",
        "pppp--",
        "opted_in",
    )
    mark_unusable(phone_id=phone, code=30005)
    assert explain(phone, sender_a.pk, MARKETING).gate is Gate.UNUSABLE
    hold(phone_id=phone, reason="under_review", event_key="in:SM7", until=NOW)
    held = explain(phone, sender_a.pk, MARKETING, now=NOW)
    assert held.sentence == "No. Marketing waits until 23 Nov, 07:00 for someone to read their reply."
    block(phone_id=phone, reason="threats", event_key="m:1", actor=actor)
    blocked = explain(phone, sender_a.pk, MARKETING, now=NOW)
    assert states(blocked) == "D-----" and blocked.sentence.startswith(
        "No. Demo Manager blocked this person on "
    )


def test_every_gate_has_a_sentence_and_a_way_back(phone: int, sender_a: SenderNumber) -> None:
    from consent.rules import sentences

    asked = sentences.Asked("Offers", "+1 202-555-0110", MARKETING, "America/New_York", NOW)
    for gate in Gate:
        text = sentences.sentence(gate, asked, sentences.Said("team", AT, by="Demo Member 01"))
        assert text.startswith("Yes" if gate is Gate.OK else "No") and text.endswith(".")
        assert bool(sentences.way_back(gate, asked)) == (gate is not Gate.OK)

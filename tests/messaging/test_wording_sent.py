"""The opt-out wording as it leaves: the real sender over the simulator (A5).

Mutations tried, each made the test named red:
- rendering: `without_wording` answers who gets it                → test_first_text_with_wording_the_next_without
- rendering: it asks for every broadcast                          → test_ordinary_campaigns_never_ask
Its look at `body` is doubled by the statement's own, which tests/messaging/test_wording.py holds.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from bench.stage import Stage
from consent.models import Permission
from messaging.models import Broadcast, Message
from messaging.rules.outcomes import Phase, Receipt
from messaging.sender.rendering import Templates, _freeze
from tenants.scope import tenant_scope

WORDS = "Reply STOP to opt out."


def sent(stage: Stage, broadcast: int) -> dict[int, tuple[str, bool | None]]:
    """By phone: the text and what is on record of it; the carrier has the same bytes."""
    with tenant_scope(stage.tenant.pk):
        rows = list(Message.objects.filter(broadcast=broadcast, phase=Phase.HANDED))
    bodies = {one["sid"]: one["body"] for one in stage.carrier.ask("messages?limit=300")["messages"]}
    assert all(bodies[row.sid] == row.body for row in rows)
    return {row.phone_id: (row.body, row.worded) for row in rows}


def test_first_text_with_wording_the_next_without(stage: Stage) -> None:
    first, second, third = stage.people(3)
    with tenant_scope(stage.tenant.pk):
        Permission.objects.update(since=timezone.now() - timedelta(days=90))
    once = stage.launch(text="Rolls", footer=WORDS, footer_every=-1)
    stage.send_all()
    assert set(sent(stage, once).values()) == {(f"Rolls {WORDS}", True)}
    with tenant_scope(stage.tenant.pk):
        Message.objects.filter(phone_id=second).update(receipt=Receipt.UNDELIVERED)
        Message.objects.filter(phone_id=third).update(begun_at=timezone.now() - timedelta(days=31))
    again = stage.launch(text="Hi {{ last_name }}", footer=WORDS, footer_first=True, footer_every=-1)
    stage.send_all()
    found = sent(stage, again)
    assert found[first][0].startswith("Hi Contact ") and found[first][1] is False
    assert found[second][0].startswith(f"{WORDS} Hi Contact ") and found[second][1] is True
    assert WORDS not in found[third][0]
    with tenant_scope(stage.tenant.pk):
        Message.objects.filter(phone_id=third).update(begun_at=timezone.now() - timedelta(days=31))
    monthly = stage.launch(text="Rolls", footer=WORDS, footer_every=30)
    stage.send_all()
    assert {phone: worded for phone, (_, worded) in sent(stage, monthly).items()} == {
        first: False, second: False, third: True,
    }  # fmt: skip


def test_an_ordinary_campaign_writes_nothing_more_and_counts(stage: Stage) -> None:
    stage.people(3)
    always = stage.launch(text="Rolls", footer=WORDS)
    stage.send_all()
    assert set(sent(stage, always).values()) == {(f"Rolls {WORDS}", None)}
    first = stage.launch(text="Rolls", footer=WORDS, footer_every=-1)
    stage.send_all()
    assert set(sent(stage, first).values()) == {("Rolls", False)}


def test_a_refused_try_is_repeated_with_the_same_bytes(stage: Stage) -> None:
    (phone,) = stage.people(1)
    first = stage.launch(text="Rolls", footer=WORDS, footer_every=-1)
    with tenant_scope(stage.tenant.pk):  # as a definite refusal leaves it; meanwhile they had it elsewhere
        Message.objects.update(body=f"Rolls {WORDS}", parts=1, tries=1, worded=True)
        other = Broadcast.objects.create(sender=stage.offers, text="Cakes", footer=WORDS, status="finished")
        Message.objects.create(
            phone_id=phone, sender=stage.offers, broadcast=other, phase=Phase.HANDED, begun_at=timezone.now()
        )
    stage.send_all()
    assert sent(stage, first) == {phone: (f"Rolls {WORDS}", True)}


def test_ordinary_campaigns_never_ask() -> None:
    """What costs nothing is what is not there: no statement beside the claim."""
    templates = Templates()
    templates._known[5] = _freeze("Rolls", WORDS, False)
    rows = [(1, 77, 5, None, 0, "+12025550142", "Ada", "", "", "en", {})]
    nobody: Any = None  # a connection that would fail if it were asked
    assert asyncio.run(templates.without_wording(nobody, rows, uuid4())) == set()


def test_a_row_that_no_answer_names_carries_it() -> None:
    templates = Templates()
    templates._known[5], templates._bare[5] = _freeze("Rolls", WORDS, False), _freeze("Rolls", "", False)
    row = (1, 77, 5, None, 0, "+12025550142", "Ada", "", "", "en", {})
    assert templates.slot(row, 3, 2).body == f"Rolls {WORDS}"
    assert templates.slot(row, 3, 2, bare=True).body == "Rolls"

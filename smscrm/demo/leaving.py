"""Why people of the demo left, and what two of them complained about."""

from __future__ import annotations

import random
from datetime import timedelta

from django.utils import timezone

from consent.models import ConsentEvent
from consent.models.ledger import Kind
from conversations.actions.complaints import answer_complaint, open_complaint
from conversations.actions.learning import give_reason
from conversations.models.learning import How
from messaging.models import Message
from messaging.models.messages import Direction
from tenants.rules import PERSON, Actor

REASONS = ("too_many", "not_relevant", "too_many", "too_expensive")


def fill(actor: Actor, dice: random.Random) -> None:
    """Most of those who left said why; one complaint waits, one is overdue, one was answered."""
    gone = ConsentEvent.objects.filter(kind=Kind.OPT_OUT).order_by("seq")
    for event, reason in zip(gone, REASONS, strict=False):
        give_reason(
            phone_id=event.phone_id, event_seq=event.seq, reason_key=reason,
            method=dice.choice([How.PAGE, How.TEXT, How.EMAIL]),
        )  # fmt: skip
    texts = list(Message.objects.filter(direction=Direction.IN).order_by("pk")[:3])
    told = (
        ("Says they never agreed: “never signed up”", "I never signed up for this", timedelta(hours=2)),
        ("Talks of the law: “lawyer”", "Text me again and you hear from my lawyer", timedelta(days=9)),
        ("Says they will report it: “report you”", "I will report you", timedelta(days=6)),
    )
    made = [
        open_complaint(
            key=f"demo:{text.pk}", source="text", about=about, words=words, phone_id=text.phone_id,
            sender_id=text.sender_id, message_id=text.pk, occurred_at=timezone.now() - ago, actor=PERSON,
        )
        for text, (about, words, ago) in zip(texts, told, strict=False)
    ]  # fmt: skip
    if len(made) == len(told):
        answer_complaint(
            complaint_id=made[2].pk, text="Rang them and said sorry; they are blocked.", actor=actor
        )

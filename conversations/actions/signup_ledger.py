"""How sign-ups follow the ledger: what lapsed, what was agreed to otherwise, whom to forget."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from consent.followers import follow
from consent.models import ConsentEvent
from consent.models.ledger import Kind, Method
from consent.models.numbers import Status
from conversations.actions.noticing import is_wanted
from conversations.actions.signup import confirmed
from conversations.actions.telling import notify_team
from conversations.models.signup import Signup
from conversations.rules.telling import What

FOLLOWER = "signup"


def follow_ledger(tenant_id: int) -> int:
    """Settle the sign-ups that new entries concern; how many entries were read."""
    with follow(FOLLOWER) as reading:
        if not reading.events:
            return 0
        for event in reading.events:
            _follow(event)
        reading.moved(reading.events[-1].seq)
        return len(reading.events)


def _follow(event: ConsentEvent) -> None:
    if event.kind == Kind.OPT_IN:
        # The YES itself has settled them already; this is for who agreed by another way meanwhile.
        for sender_id in event.senders:
            confirmed(phone_id=event.phone_id, sender_id=sender_id, before=event.recorded_at)
    elif event.kind == Kind.LAPSED and event.sender_id is not None:
        waiting = Signup.objects.undecided(event.phone_id, event.sender_id)
        waiting.filter(created_at__lte=event.recorded_at).update(
            result=Signup.Result.LAPSED, details={}, settled_at=timezone.now()
        )
    elif event.kind == Kind.RETURNED and event.to_status == Status.BLOCKED:
        _tell(event)
    elif event.kind == Kind.ERASED:
        Signup.objects.filter(phone_id=event.phone_id).exclude(details={}).update(details={})


def _tell(event: ConsentEvent) -> None:
    """Somebody whom the team blocked asked to return: nothing changed, a manager decides (CONSENT.md).

    Where a rule wants such entries told, it tells this one; else the managers hear of it.
    """
    if is_wanted(event):
        return
    how = "by text" if event.method == Method.KEYWORD else "by a sign-up form"
    address = f"{settings.PUBLIC_URL}/consent/entries/{event.seq}/"
    notify_team(
        subject="Somebody you blocked asked to return",
        text=f"They asked {how}. Nothing has changed: the block stays until a manager lifts it.\n{address}",
        event_key=f"returned:{event.seq}",
        phone_id=event.phone_id,
        what=What.RETURNING,
    )

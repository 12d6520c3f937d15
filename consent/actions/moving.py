"""A contact's number changes, or two contacts become one: consent stays with each number."""

from __future__ import annotations

from dataclasses import replace

from consent.actions.ledger import EventDraft
from consent.actions.outcomes import known
from consent.actions.recording import lock_phones, record
from consent.actions.stopping import covered_senders
from consent.models import ConsentEvent
from consent.models.ledger import Kind, Method
from consent.rules.reach import Reach
from tenants.rules import Actor


def change_number(*, old_phone_id: int, new_phone_id: int, event_key: str, actor: Actor) -> None:
    """A contact moved from one number to another. Nothing travels; both histories tell of it."""
    _both(Kind.NUMBER_CHANGED, old_phone_id, new_phone_id, event_key, actor)


def merge_numbers(*, kept_phone_id: int, dropped_phone_id: int, event_key: str, actor: Actor) -> None:
    """Two contacts became one. Each number keeps its own consent; an opt-out of all reaches the kept number too."""
    _both(Kind.MERGED, dropped_phone_id, kept_phone_id, event_key, actor)
    phones = lock_phones([kept_phone_id, dropped_phone_id])
    kept, dropped = phones[kept_phone_id], phones[dropped_phone_id]
    key = f"{event_key}:all"
    if dropped.state.all_stopped is None or kept.state.all_stopped is not None or known(key):
        return
    said = ConsentEvent.objects.get(seq=dropped.state.all_stopped)
    draft = EventDraft(
        phone_id=kept.id, kind=Kind.OPT_OUT, method=Method.SYSTEM, actor=actor, event_key=key, reach=Reach.ALL,
        senders=covered_senders(Reach.ALL, None), occurred_at=said.occurred_at,
    )  # fmt: skip
    record([draft], phones)


def _both(kind: Kind, old_phone_id: int, new_phone_id: int, event_key: str, actor: Actor) -> None:
    phones = lock_phones([old_phone_id, new_phone_id])
    draft = EventDraft(
        phone_id=old_phone_id, kind=kind, method=Method.TEAM, actor=actor, event_key=f"{event_key}:from"
    )
    record([draft, replace(draft, phone_id=new_phone_id, event_key=f"{event_key}:to")], phones)

"""Opt-ins of an import that came with proof, and their undoing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from consent.actions.ledger import EventDraft, SharedEvidence
from consent.actions.recording import Phone, lock_phones, record
from consent.models import ConsentEvent
from consent.models.ledger import Kind, Method
from consent.reading import facts_of
from consent.rules.fold import fold
from tenants.models import SenderNumber
from tenants.rules import Actor


def import_opt_ins(
    *,
    phone_ids: Sequence[int],
    sender_ids: Sequence[int],
    event_key: str,
    evidence: SharedEvidence,
    actor: Actor,
    occurred_at: datetime | None = None,
) -> Mapping[int, tuple[str, datetime | None]]:
    """Opt in at most 500 people of an import that came with proof, in the caller's transaction.

    The answer says for each phone what came of it, and since when that stands: "opted_in", "kept_opted_in" (the
    earlier proof counts), "kept_opted_out" (stopped for one of the senders: the whole row), "blocked" or "erased".
    Entries get the keys "<event_key>:<phone id>".
    """
    live = set(SenderNumber.objects.filter(id__in=sender_ids).values_list("id", flat=True))
    senders = tuple(sorted(live))
    phones = lock_phones(phone_ids, exclusive=False)
    outcomes: dict[int, tuple[str, datetime | None]] = {}
    drafts = []
    for phone in phones.values():
        outcomes[phone.id] = _import_outcome(phone, senders)
        if outcomes[phone.id][0] != "opted_in":
            continue
        fresh = tuple(s for s in senders if s not in phone.state.permissions)
        drafts.append(
            EventDraft(
                phone_id=phone.id,
                kind=Kind.OPT_IN,
                method=Method.IMPORT,
                actor=actor,
                senders=fresh,
                event_key=f"{event_key}:{phone.id}",
                evidence=evidence,
                occurred_at=occurred_at,
                sender_id=senders[0] if len(senders) == 1 else None,
            )
        )
    record(drafts, phones)
    return outcomes


def withdraw_import(*, phone_ids: Sequence[int], event_key: str, undo_key: str, actor: Actor) -> int:
    """Undo an import's opt-ins of at most 500 people: only those it made and nothing has changed since.

    Permissions fall back to what they were. Returns how many entries were withdrawn.
    """
    phones = lock_phones(phone_ids)
    made = ConsentEvent.objects.filter(event_key__in=[f"{event_key}:{p}" for p in phones], kind=Kind.OPT_IN)
    drafts, before = [], {}
    for event in made:
        kept = phones[event.phone_id].state.permissions
        still = tuple(s for s in event.senders if s in kept and kept[s].event == event.seq)
        if still:
            before[event.seq] = fold(facts_of(event.phone_id, before_seq=event.seq))
            drafts.append(
                EventDraft(
                    phone_id=event.phone_id,
                    kind=Kind.WITHDRAWN,
                    method=Method.TEAM,
                    actor=actor,
                    undoes=event.seq,
                    event_key=f"{undo_key}:{event.phone_id}",
                    senders=still,
                    sender_id=event.sender_id,
                )
            )
    return sum(entry.inserted for entry in record(drafts, phones, before))


def _import_outcome(phone: Phone, senders: Sequence[int]) -> tuple[str, datetime | None]:
    state = phone.state
    if state.erased:
        return "erased", state.blocked_at
    if state.blocked_at is not None:
        return "blocked", state.blocked_at
    if any(state.opted_out(sender) for sender in senders):
        return "kept_opted_out", state.stopped_at
    kept = [state.permissions[s] for s in senders if s in state.permissions]
    if len(kept) == len(senders):
        return "kept_opted_in", min((k.since for k in kept), default=None)
    return "opted_in", None

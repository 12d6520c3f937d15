"""What an act on a phone number came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from consent.actions.ledger import EventDraft
from consent.actions.recording import Phone, Recorded, record
from consent.models import ConsentEvent
from consent.rules.fold import PhoneState


@dataclass(frozen=True, slots=True)
class Outcome:
    """The entry written, or the one that the same event key wrote before (`changed` False then).

    `senders`: sender numbers whose permission it set; `all_senders`: it covers those added later too; `status`: the
    phone number's now; `confirm`: a confirmation by text is due for this entry, by whoever answers.
    """

    seq: int
    kind: str
    changed: bool
    repeated: bool
    senders: tuple[int, ...]
    status: str
    all_senders: bool
    confirm: bool = False


def written(
    draft: EventDraft, phone: Phone, *, confirm: bool = False, undoing: PhoneState | None = None
) -> Outcome:
    """Record one entry and say what it came to. `undoing`: the state before the entry that it takes back."""
    before = {draft.undoes: undoing} if draft.undoes is not None and undoing is not None else None
    entry = record([draft], {phone.id: phone}, before)[0]
    if not entry.inserted:
        return first_answer(draft.event_key, phone)
    return told(draft, entry, confirm=confirm)


def told(draft: EventDraft, entry: Recorded, *, confirm: bool = False) -> Outcome:
    """The outcome of an entry just written."""
    kind = str(draft.kind)
    return Outcome(
        seq=entry.seq,
        kind=kind,
        changed=entry.before != entry.after,
        repeated=kind == "repeated",
        senders=tuple(sorted(draft.senders)),
        status=entry.after.status,
        all_senders=str(draft.reach) == "all",
        confirm=confirm,
    )


def first_answer(event_key: str, phone: Phone) -> Outcome:
    """What the first delivery of this event came to; nothing happens again."""
    event = ConsentEvent.objects.get(event_key=event_key)
    return Outcome(
        seq=event.seq,
        kind=event.kind,
        changed=False,
        repeated=event.kind == "repeated",
        senders=tuple(event.senders),
        status=phone.state.status,
        all_senders=event.reach == "all",
    )


def known(event_key: str) -> bool:
    """Whether an entry with this key stands in the ledger."""
    return ConsentEvent.objects.filter(event_key=event_key).exists()


def set_provider_block(
    phone_id: int, sender_id: int, since: datetime | None, *, before: datetime | None = None
) -> None:
    """Note or clear that the provider refuses this pair; the permission itself does not change.

    `before`: only a block that is older is cleared.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE consent_permission SET provider_block_since = CASE WHEN %s::timestamptz IS NULL THEN NULL "
            "ELSE COALESCE(provider_block_since, %s) END WHERE phone_id = %s AND sender_id = %s "
            "AND (%s::timestamptz IS NULL OR provider_block_since < %s)",
            [since, since, phone_id, sender_id, before, before],
        )

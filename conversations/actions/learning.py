"""Why people leave: the reasons of a tenant, and the one a person gave."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.utils import timezone

from consent.models import ConsentEvent, PhoneNumber
from conversations.actions import complaints
from conversations.models.learning import Complaint, How, Reason, ReasonGiven
from conversations.rules.reasons import HOUSE, OTHER, HouseReason
from tenants.rules import PERSON, Actor, Refused
from tenants.scope import current_tenant_id

MAX_WORDS = 2_000

_HOUSE = """
INSERT INTO conversations_reason (tenant_id, key, label, position, opens_complaint)
SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::int[], %s::bool[]) ON CONFLICT DO NOTHING
"""


def shown_reasons() -> Sequence[Reason | HouseReason]:
    """The reasons people choose from, in order, without those hidden; each has `key` and `label`."""
    rows = list(Reason.objects.all())
    return [row for row in rows if row.hidden_at is None] if rows else HOUSE


def own_reasons() -> list[Reason]:
    """The tenant's reasons as rows, made from those of the house when they are first needed; hidden ones too."""
    found = list(Reason.objects.all())
    if found:
        return found
    keys, labels = [one.key for one in HOUSE], [one.label for one in HOUSE]
    positions, complain = list(range(1, len(HOUSE) + 1)), [one.opens_complaint for one in HOUSE]
    with connection.cursor() as cursor:
        cursor.execute(_HOUSE, [current_tenant_id(), keys, labels, positions, complain])
    return list(Reason.objects.all())


def give_reason(
    *,
    phone_id: int,
    event_seq: int | None,
    reason_key: str,
    words: str = "",
    method: str = How.PAGE,
    key: str = "",
    actor: Actor = PERSON,
    matched_by: str = "",
) -> ReasonGiven:
    """Keep why a person left. Once for each opt-out (`event_seq`, its ledger number): a later answer takes its place.

    Without an `event_seq` the occasion is named by `key` (survey:12). `method`: a value of `How`. A reason that opens
    a complaint does so, once. Raises `Refused`: reason_unknown (field "reason"), not_found (another person's entry,
    or a person that was erased), key_needed.
    """
    reason = next((one for one in own_reasons() if one.key == reason_key), None)
    if reason is None:
        raise Refused("reason_unknown", "Choose one of the reasons.", "reason")
    event = _event(phone_id, event_seq)
    occasion = f"event:{event.seq}" if event else key
    if not occasion:
        raise Refused("key_needed", "Say what the reason is about.")
    fields = {
        "phone_id": phone_id,
        "reason": reason,
        "how": How(method),
        "words": words.replace("\x00", "").strip()[:MAX_WORDS],
        "event_seq": event.seq if event else None,
        "sender_id": event.sender_id if event else None,
        "broadcast_ref": event.campaign_ref if event else None,
        "left_at": event.occurred_at if event else None,
        "given_at": timezone.now(),
        "matched_by": matched_by[:60],
    }
    given: ReasonGiven
    given, _ = ReasonGiven.objects.update_or_create(key=occasion[:120], defaults=fields)
    if reason.opens_complaint and not _complained(given):
        complaints.open_complaint(
            key=f"reason:{given.key}", phone_id=phone_id, source="web", about=reason.label, words=given.words,
            event_seq=given.event_seq, sender_id=given.sender_id, broadcast_ref=given.broadcast_ref, actor=actor,
        )  # fmt: skip
    return given


def _complained(given: ReasonGiven) -> bool:
    """Their own text is a complaint by what it says; one about this opt-out is enough."""
    told = given.event_seq is not None and Complaint.objects.filter(event_seq=given.event_seq).exists()
    return told or given.how == How.TEXT


def _event(phone_id: int, seq: int | None) -> ConsentEvent | None:
    """The entry the reason is about, of this very person and not erased since."""
    if PhoneNumber.objects.filter(pk=phone_id).exclude(block_reason="erased").first() is None:
        raise Refused("not_found", "This number is not known here any more.")
    if seq is None:
        return None
    event: ConsentEvent | None = ConsentEvent.objects.filter(seq=seq, phone_id=phone_id).first()
    if event is None:
        raise Refused("not_found", "There is no such entry of this person.")
    return event


__all__ = ["MAX_WORDS", "OTHER", "give_reason", "own_reasons", "shown_reasons"]

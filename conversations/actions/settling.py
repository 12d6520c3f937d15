"""What every way to decide about a reply shares, and how reviews follow what happened elsewhere.

A review says what became of its hold: `follow_ledger` asks what was held elsewhere and closes what the person settled.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection
from django.utils import timezone

from consent import actions as consent
from consent.actions.holds import drop_doubt, drop_hold
from consent.actions.recording import lock_phones
from consent.followers import follow
from consent.models import ConsentEvent, Hold
from consent.models.ledger import Kind, Method
from consent.rules.reach import Reach
from conversations.models.reviews import Review
from conversations.rules.doubts import likely
from messaging.actions.inbound import received_at
from messaging.models import Message
from messaging.models.messages import Direction
from tenants.rules import PERSON, SYSTEM, Actor, ActorKind, Refused

FOLLOWER = "reviews"
_STOPS = frozenset({Kind.OPT_OUT, Kind.WRONG_NUMBER, Kind.REPEATED, Kind.ERASED})
_RETURNS = frozenset({Kind.OPT_IN, Kind.RETURNED})
_SETTLES = _STOPS | _RETURNS | {Kind.HELD}
_WHY_NONE = {
    Review.Decision.LAPSED: "the deadline passed, and it counts as an opt-out",
    Review.Decision.OVERTAKEN: "something clear came since",
}
# One statement, so that a review and its hold, written together, are seen together.
_VANISHED = """
UPDATE conversations_review r SET decided_at = now(), decision = 'overtaken', decided_kind = 'system'
WHERE r.decided_at IS NULL AND NOT EXISTS
    (SELECT FROM consent_hold h WHERE h.phone_id = r.phone_id AND h.event_key = r.event_key)
"""


def overtake(
    *,
    phone_id: int,
    sender_ids: Collection[int] | None,
    returned: bool,
    entry: int | None = None,
    told: datetime | None = None,
) -> int:
    """The person said clearly what they want, for these senders or (None) all: nothing is left to be read.

    Needs their lock. After an opt-out the holds go with it; after a return the release is an entry of its own.
    `entry`: only what was asked before this entry. `told`: when they asked to return; acted on late, it settles
    nothing that they wrote since.
    """
    closed = 0
    for review in Review.objects.filter(phone_id=phone_id, decided_at=None).order_by("pk"):
        if sender_ids is not None and review.sender_id is not None and review.sender_id not in sender_ids:
            continue
        if entry is not None and _asked_since(review, entry):
            continue
        if returned and told is not None and _written_since(review, told):
            continue
        if returned:
            seq: int | None = release(review, PERSON, "They asked for texts since.", method=Method.KEYWORD)
        else:
            drop_hold(phone_id, review.event_key)
            seq = entry
        settled(review, Review.Decision.OVERTAKEN, SYSTEM, "", seq)
        closed += 1
    return closed


def follow_ledger(tenant_id: int) -> bool:
    """Bring reviews up to date with the ledger: what was held elsewhere is asked, what is settled is closed."""
    with follow(FOLLOWER) as reading:
        telling = [event for event in reading.events if event.kind in _SETTLES]
        for event in telling:
            if event.kind == Kind.HELD:
                _ask(event)
        # Few people have something open: nobody else's lock is asked for, whatever a list of opt-outs brings.
        waiting = _with_open({event.phone_id for event in telling})
        lock_phones(waiting)
        for event in telling:
            if event.kind != Kind.HELD and event.phone_id in waiting:
                _follow(event)
        erased = {event.phone_id for event in telling if event.kind == Kind.ERASED}
        if erased:
            Review.objects.filter(phone_id__in=erased).update(reason="")
        with connection.cursor() as cursor:
            cursor.execute(_VANISHED)  # such as a pair in doubt that was reached
        if reading.events:
            reading.moved(reading.events[-1].seq)
        return reading.more


def _with_open(phone_ids: Collection[int]) -> set[int]:
    found = Review.objects.filter(phone_id__in=phone_ids, decided_at=None)
    return set(found.values_list("phone_id", flat=True))


def _ask(event: ConsentEvent) -> None:
    """A hold that was made elsewhere: the carrier's doubt."""
    key = event.event_key.removeprefix("held:")
    hold = Hold.objects.filter(phone_id=event.phone_id, event_key=key).first()
    if hold is not None and not Review.objects.filter(event_key=key).exists():
        of_hold(hold, event.answered_message_id)


def _follow(event: ConsentEvent) -> None:
    returned = event.kind in _RETURNS
    if returned and event.actor_kind != ActorKind.PERSON:
        return  # a consent that the team records with proof leaves the reply to be read
    everything = event.reach == Reach.ALL or event.kind == Kind.ERASED
    senders = set(event.senders) or ({event.sender_id} if event.sender_id else set())
    overtake(
        phone_id=event.phone_id,
        sender_ids=None if everything else senders,
        returned=returned,
        entry=event.seq,
        told=event.occurred_at,
    )


def find_review(review_id: int) -> Review:
    """The review of the scope. Raises `Refused("not_found")`."""
    review: Review | None = Review.objects.select_related("phone", "sender").filter(pk=review_id).first()
    if review is None:
        raise Refused("not_found", "There is no such reply to read.")
    return review


def words_of(review: Review) -> str:
    """The reply, word for word; empty where there is none or it was erased."""
    if review.message_id is None or review.why == Review.Why.DOUBT:
        return ""
    found = Message.objects.filter(pk=review.message_id, phone_id=review.phone_id).values_list(
        "body", flat=True
    )
    return found.first() or ""


def decided_sentence(review: Review) -> str:
    """Who decided what: the answer to whoever comes second."""
    said = {
        "opt_out": "recorded it as an opt-out",
        "released": "read it as no opt-out",
    }.get(review.decision)
    if said is None:
        why = _WHY_NONE.get(Review.Decision(review.decision), "") if review.decision else ""
        return f"This reply needs no decision any more: {why or 'it was decided a moment ago'}."
    return f"{review.decided_label or 'Somebody'} {said}. Nothing is recorded twice."


def release(review: Review, actor: Actor, reason: str, method: Method = Method.REVIEW) -> int | None:
    """End the hold; the ledger number that says so."""
    consent.release_hold(
        phone_id=review.phone_id, event_key=review.event_key, actor=actor, note=reason, method=method
    )
    if review.why == Review.Why.DOUBT and review.sender_id is not None:
        drop_doubt(review.phone_id, review.sender_id)
    found = ConsentEvent.objects.filter(event_key=f"released:{review.event_key}")
    return found.values_list("seq", flat=True).first()


def settled(
    review: Review, decision: Review.Decision, actor: Actor, reason: str, entry: int | None
) -> Review:
    """Write the decision, unless there is one. Under the person's lock nobody else writes meanwhile."""
    label = actor.label if actor.kind != ActorKind.SYSTEM else ""
    written = Review.objects.filter(pk=review.pk, decided_at=None).update(
        decided_at=timezone.now(), decision=decision, reason=reason, decided_kind=actor.kind, decided_id=actor.id,
        decided_label=label[:120], entry=entry,
    )  # fmt: skip
    review.refresh_from_db()
    if not written:
        raise Refused("conflict", decided_sentence(review))
    return review


def of_hold(hold: Hold | None, answered: int | None = None) -> Review:
    """The review of a hold that was made elsewhere; one for each pair in doubt."""
    assert hold is not None
    doubt = hold.reason == Hold.Reason.PROVIDER_DOUBT
    if doubt:
        same = Review.objects.filter(
            phone_id=hold.phone_id, sender_id=hold.sender_id, why="doubt", decided_at=None
        )
        known: Review | None = same.first()
        if known is not None and Hold.objects.filter(event_key=known.event_key).exists():
            return known
    kind, _, sid = hold.event_key.partition(":")
    text = None
    if kind == "in" and sid:
        text = Message.objects.filter(phone_id=hold.phone_id, sid=sid, direction=Direction.IN).first()
    made: Review = Review.objects.create(
        phone_id=hold.phone_id, event_key=hold.event_key, deadline=hold.until, created_at=hold.created_at,
        why=Review.Why.DOUBT if doubt else Review.Why.REPLY,
        sender_id=text.sender_id if text else hold.sender_id, message_id=text.pk if text else answered,
        likely=likely(text.body or "") if text else None,
    )  # fmt: skip
    return made


def answered_by(review: Review) -> int | None:
    """The text of ours that the reply answers."""
    if review.message_id is None or review.why == Review.Why.DOUBT:
        return None
    found: Iterable[int | None] = Message.objects.filter(pk=review.message_id).values_list(
        "answers_id", flat=True
    )
    return next(iter(found), None)


def _asked_since(review: Review, entry: int) -> bool:
    return bool(ConsentEvent.objects.filter(event_key=f"held:{review.event_key}", seq__gt=entry).exists())


def _written_since(review: Review, told: datetime) -> bool:
    """Whether the reply reached us after `told`. The carrier's doubt is no word of theirs."""
    if review.why == Review.Why.DOUBT or review.message_id is None:
        return False
    reply = Message.objects.filter(pk=review.message_id, phone_id=review.phone_id).first()
    return reply is not None and received_at(reply) > told

"""Replies that must be read: marketing is held until somebody decides, or the deadline does (A10, CONSENT.md).

Every way to decide comes through here, so that the review says what became of its hold: the queue, the profile, the
deadline, and what the person says or does since (`follow_ledger`). Whoever writes here takes the person's lock first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from consent import actions as consent
from consent.actions.holds import drop_doubt
from consent.actions.outcomes import Outcome
from consent.actions.recording import lock_phone
from consent.models import ConsentEvent, Hold
from consent.models.ledger import Kind, Method
from consent.rules.evidence import Evidence
from consent.rules.opting import MISTAKE_WINDOW
from consent.rules.reach import Covers, Reach, reach_of
from conversations.actions.settling import (
    answered_by,
    decided_sentence,
    find_review,
    of_hold,
    release,
    settled,
    words_of,
)
from conversations.models.reviews import Review
from conversations.rules.doubts import language_of, likely
from messaging.models import Message
from tenants import due
from tenants.models import SenderNumber, Tenant
from tenants.rules import SYSTEM, Actor, Refused, Role, require
from tenants.scope import current_tenant_id

REASON_NEEDED = "Write why you read it so."
LAPSED = "Nobody had decided by the deadline."
OPT_OUT, OPT_OUT_ALL, RELEASE = "opt_out", "opt_out_all", "release"
DECISIONS = (OPT_OUT, OPT_OUT_ALL, RELEASE)
#: How long a card counts as open before somebody after the last sign of them.
PRESENT = timedelta(seconds=20)


def ask(
    *,
    phone_id: int,
    event_key: str,
    until: datetime,
    message: Message,
    answered: Message | None,
    rule: str,
) -> Review:
    """Hold all marketing to the person and put their reply into the queue, in the caller's transaction."""
    consent.hold(
        phone_id=phone_id, reason=Hold.Reason.UNDER_REVIEW, event_key=event_key, until=until,
        answered_message_id=answered.pk if answered else None, evidence=Evidence(words=message.body or ""),
    )  # fmt: skip
    due.put("review", current_tenant_id(), phone_id, at=until)
    review, _ = Review.objects.get_or_create(
        event_key=event_key,
        defaults={
            "phone_id": phone_id, "sender_id": message.sender_id, "message_id": message.pk, "rule": rule[:40],
            "campaign_ref": answered.broadcast_id if answered else None, "deadline": until,
            "created_at": message.created_at,
            "likely": likely(message.body or ""), "language": language_of(message.body or "")[:8],
        },
    )  # fmt: skip
    found: Review = review
    return found


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision: the review as it is now, and the opt-out's outcome where it was one."""

    review: Review
    outcome: Outcome | None = None


def decide(*, review_id: int, decision: str, reason: str, actor: Actor) -> Decided:
    """Decide about a reply: an opt-out as STOP would be, of every sender, or none. With a reason, once.

    Raises `Refused`: not_allowed, not_found, decision_unknown, reason_needed, conflict (it says who decided).
    """
    require(actor, Role.AGENT, "decide about replies")
    if decision not in DECISIONS:
        raise Refused("decision_unknown", f"Choose one of {', '.join(DECISIONS)}.", "decision")
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise Refused("reason_needed", REASON_NEEDED, "reason")
    review = _undecided(review_id)
    if decision == RELEASE:
        entry = release(review, actor, reason)
        return Decided(settled(review, Review.Decision.RELEASED, actor, reason, entry))
    outcome = _opted_out(review, actor, reason, everything=decision == OPT_OUT_ALL)
    return Decided(settled(review, Review.Decision.OPT_OUT, actor, reason, outcome.seq), outcome)


def settle_review(
    *, phone_id: int, hold_key: str, opt_out: bool, reason: str, actor: Actor
) -> Outcome | None:
    """`decide` by the hold's key, as the profile knows it."""
    hold = (
        Hold.objects.filter(phone_id=phone_id, event_key=hold_key).exclude(reason="stop_in_progress").first()
    )
    review = Review.objects.filter(phone_id=phone_id, event_key=hold_key).first()
    if review is None and hold is None:
        require(actor, Role.AGENT, "decide about replies")
        raise Refused("conflict", "This reply was decided a moment ago.")
    review = review or of_hold(hold)
    return decide(
        review_id=review.pk, decision=OPT_OUT if opt_out else RELEASE, reason=reason, actor=actor
    ).outcome


def undo(*, review_id: int, actor: Actor) -> Review:
    """Entered by mistake: the same member, within ten minutes, while nothing followed; the reply is open again.

    Raises `Refused`: not_allowed, not_found, not_yours, too_late, changed_since.
    """
    require(actor, Role.AGENT, "take back a decision")
    review = find_review(review_id)
    phone = lock_phone(review.phone_id)
    review.refresh_from_db()
    if review.decision not in (Review.Decision.OPT_OUT, Review.Decision.RELEASED) or review.entry is None:
        raise Refused("not_yours", "There is no decision to take back here.")
    if (review.decided_kind, review.decided_id) != (actor.kind, actor.id):
        raise Refused("not_yours", f"Only {review.decided_label or 'who decided'} can take this back.")
    if review.decided_at is None or phone.now - review.decided_at > MISTAKE_WINDOW:
        raise Refused("too_late", "More than ten minutes have passed, so the decision stands.")
    if review.decision == Review.Decision.OPT_OUT:
        back = consent.mistake(
            phone_id=review.phone_id, seq=review.entry, event_key=f"mistake:{review.entry}", actor=actor
        )
        reopen(phone_id=review.phone_id, entry=review.entry, seq=back.seq)
    else:
        since = ConsentEvent.objects.filter(phone_id=review.phone_id, seq__gt=review.entry)
        if since.exclude(kind=Kind.NO_EFFECT).exists():
            raise Refused("changed_since", "Something was recorded after this decision, so it stands.")
        reopen(phone_id=review.phone_id, entry=review.entry, seq=review.entry)
    review.refresh_from_db()
    return review


def reopen(*, phone_id: int, entry: int, seq: int) -> None:
    """Entry `entry` was taken back by `seq`: what it decided is open again, under a new hold with the old deadline."""
    for review in Review.objects.filter(phone_id=phone_id, entry=entry).order_by("pk"):
        key = f"again:{review.pk}:{seq}"
        doubt = review.why == Review.Why.DOUBT
        consent.hold(
            phone_id=phone_id, event_key=key, until=review.deadline, sender_id=review.sender_id if doubt else None,
            reason=Hold.Reason.PROVIDER_DOUBT if doubt else Hold.Reason.UNDER_REVIEW,
            evidence=Evidence(words=words_of(review), note="The decision was entered by mistake."),
        )  # fmt: skip
        if review.deadline is not None:
            due.put("review", current_tenant_id(), phone_id, at=review.deadline)
        Review.objects.filter(pk=review.pk).update(
            event_key=key, decided_at=None, decision="", reason="", decided_kind="", decided_id=None,
            decided_label="", entry=None, opened_at=None,
        )  # fmt: skip


def look(*, review_id: int, actor: Actor) -> Review:
    """A member has the card open; until they leave, others are told who reads it."""
    mine = Q(opened_id=actor.id) | Q(opened_at=None) | Q(opened_at__lt=timezone.now() - PRESENT)
    Review.objects.filter(mine, pk=review_id, decided_at=None).update(
        opened_id=actor.id, opened_label=actor.label[:120], opened_at=timezone.now()
    )
    return find_review(review_id)


def lapse_reviews(*, phone_id: int, now: datetime) -> datetime | None:
    """Turn this person's undecided reviews into opt-outs from marketing; returns the next deadline, if any."""
    following = None
    lock_phone(phone_id)
    for hold in Hold.objects.filter(phone_id=phone_id, reason=Hold.Reason.UNDER_REVIEW).order_by("until"):
        if hold.until is not None and hold.until > now:
            following = following or hold.until
            continue
        review = Review.objects.filter(event_key=hold.event_key).first() or of_hold(hold)
        outcome = consent.opt_out(
            phone_id=phone_id,
            sender_id=review.sender_id,
            reach=Reach.PURPOSE if review.sender_id or _sells() else Reach.ALL,
            purpose=SenderNumber.Purpose.MARKETING,
            method=Method.REVIEW_LAPSED,
            event_key=hold.event_key,
            actor=SYSTEM,
            evidence=Evidence(words=words_of(review), note=LAPSED),
            answered_message_id=answered_by(review),
            campaign_ref=review.campaign_ref,
        )
        settled(review, Review.Decision.LAPSED, SYSTEM, LAPSED, outcome.seq)
    return following


def covers_of(review: Review, tenant: Tenant) -> Covers:
    """What an opt-out would cover, had it been a plain STOP to the sender they wrote to."""
    sender = review.sender
    return reach_of(
        stop_covers=tenant.stop_covers, us_rules=tenant.us_rules, purpose=sender.purpose if sender else "",
        is_opt_out_line=sender is None,
    )  # fmt: skip


def _undecided(review_id: int) -> Review:
    """The review under its person's lock: open while its hold stands. Raises `Refused("conflict")` with who decided."""
    review = find_review(review_id)
    lock_phone(review.phone_id)
    review.refresh_from_db()
    held = Hold.objects.filter(phone_id=review.phone_id, event_key=review.event_key).exists()
    if not held:
        raise Refused("conflict", decided_sentence(review))
    return review


def _opted_out(review: Review, actor: Actor, reason: str, *, everything: bool) -> Outcome:
    tenant = Tenant.objects.get(pk=current_tenant_id())
    covers = Covers(Reach.ALL) if everything else covers_of(review, tenant)
    outcome = consent.opt_out(
        phone_id=review.phone_id,
        sender_id=review.sender_id,
        reach=covers.reach,
        purpose=covers.purpose,
        method=Method.REVIEW,
        event_key=review.event_key,
        actor=actor,
        evidence=Evidence(words=words_of(review), note=reason),
        answered_message_id=answered_by(review),
        campaign_ref=review.campaign_ref,
    )
    if review.why == Review.Why.DOUBT and review.sender_id is not None:
        drop_doubt(review.phone_id, review.sender_id)
    return outcome


def _sells() -> bool:
    return bool(SenderNumber.objects.filter(purpose=SenderNumber.Purpose.MARKETING, retired_at=None).exists())

"""Blocking and unblocking by the team, and taking back an opt-out that was entered by mistake."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from consent.actions.ledger import EventDraft
from consent.actions.outcomes import Outcome, first_answer, known, written
from consent.actions.recording import lock_phone
from consent.models import ConsentEvent
from consent.models.ledger import Kind, Method
from consent.reading import facts_of
from consent.rules.evidence import Evidence
from consent.rules.fold import fold
from consent.rules.opting import MISTAKE_WINDOW
from tenants.rules import Actor, ActorKind, Refused, Role, require

_BLOCKERS = frozenset({ActorKind.STAFF, ActorKind.SYSTEM, ActorKind.BOT})


def block(
    *,
    phone_id: int,
    reason: str,
    event_key: str,
    actor: Actor,
    method: Method | str = Method.TEAM,
    occurred_at: datetime | None = None,
    evidence: Evidence | None = None,
) -> Outcome:
    """No sender texts this number, whatever the person sends. Permissions stay as they are.

    Of an erased number too: the block then stands when the person comes back.

    By a member from agent, staff, or a bot that the team wrote; with a reason of at most 200 characters.
    """
    may_block(actor)
    reason = reason_of(reason, "Say why you block them.")
    phone = lock_phone(phone_id)
    if known(event_key):
        return first_answer(event_key, phone)
    draft = EventDraft(
        phone_id=phone_id, kind=Kind.BLOCK, method=method, actor=actor, event_key=event_key,
        occurred_at=occurred_at, evidence=evidence or Evidence(note=reason),
    )  # fmt: skip
    if phone.state.blocked_by_team:
        return written(replace(draft, kind=Kind.NO_EFFECT), phone)
    phone.block_reason = phone.block_reason if phone.state.erased else reason
    return written(draft, phone)


def unblock(*, phone_id: int, reason: str, event_key: str, actor: Actor) -> Outcome:
    """Lift a block of the team: Stopped or Active again, as the person left it. By a manager, an owner or staff."""
    require(actor, Role.MANAGER, "unblock people")
    reason = reason_of(reason, "Say why you unblock them.")
    phone = lock_phone(phone_id)
    if known(event_key):
        return first_answer(event_key, phone)
    if phone.state.erased:
        raise Refused("erased", "This person was erased. Only they can come back, by START or by signing up.")
    draft = EventDraft(
        phone_id=phone_id, kind=Kind.UNBLOCK, method=Method.TEAM, actor=actor, event_key=event_key,
        evidence=Evidence(note=reason),
    )  # fmt: skip
    if phone.state.blocked_at is None:
        return written(replace(draft, kind=Kind.NO_EFFECT), phone)
    phone.block_reason = ""
    return written(draft, phone)


def mistake(*, phone_id: int, seq: int, event_key: str, actor: Actor, note: str = "") -> Outcome:
    """Take back an opt-out that the same member recorded less than ten minutes ago; nothing may have followed it.

    Adds an entry, deletes none; every permission is again as it was.
    """
    phone = lock_phone(phone_id)
    if known(event_key):
        return first_answer(event_key, phone)
    wrong = ConsentEvent.objects.filter(phone_id=phone_id, seq=seq, kind=Kind.OPT_OUT).first()
    if wrong is None or wrong.actor_kind != ActorKind.MEMBER:
        raise Refused("not_yours", "Only an opt-out that you recorded can be taken back.")
    if (wrong.actor_kind, wrong.actor_id) != (actor.kind, actor.id):
        raise Refused("not_yours", "Only the member who recorded this opt-out can take it back.")
    if phone.now - wrong.recorded_at > MISTAKE_WINDOW:
        raise Refused("too_late", "More than ten minutes have passed. The person can come back by START.")
    later = ConsentEvent.objects.filter(phone_id=phone_id, seq__gt=seq).exclude(kind=Kind.NO_EFFECT)
    if later.exists():
        raise Refused("changed_since", "Something was recorded after this opt-out, so it stands.")
    draft = EventDraft(
        phone_id=phone_id, kind=Kind.MISTAKE, method=Method.TEAM, actor=actor, event_key=event_key, undoes=seq,
        sender_id=wrong.sender_id, reach=wrong.reach, senders=tuple(wrong.senders), evidence=Evidence(note=note),
    )  # fmt: skip
    return written(draft, phone, undoing=fold(facts_of(phone_id, before_seq=seq)))


def may_block(actor: Actor) -> None:
    """Members from agent, staff and bots that the team wrote may block."""
    if actor.kind not in _BLOCKERS:
        require(actor, Role.AGENT, "block people")


def reason_of(reason: str, message: str) -> str:
    """A reason on one line, at most 200 characters; refuses an empty one."""
    reason = " ".join(reason.split())
    if not reason:
        raise Refused("reason_needed", message, "reason")
    return reason[:200]

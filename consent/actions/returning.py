"""Coming back: START, sign-up, the page, and opt-ins that the team records with proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Max, Q

from consent.actions.files import attach_file
from consent.actions.holds import drop_doubt
from consent.actions.ledger import EventDraft
from consent.actions.numbers import give_back
from consent.actions.outcomes import Outcome, first_answer, known, set_provider_block, written
from consent.actions.recording import BLOCKED_BEFORE, Phone, lock_phone
from consent.models import ConsentEvent, OptInRequest
from consent.models.ledger import Kind, Method
from consent.rules.evidence import Evidence
from consent.rules.fold import PhoneState
from consent.rules.opting import too_late
from consent.rules.reach import Reach
from tenants.models import SenderNumber
from tenants.rules import PERSON, Actor, ActorKind, Refused, Role, require

_TEAM = frozenset({ActorKind.MEMBER, ActorKind.STAFF, ActorKind.API})


def start(
    *,
    phone_id: int,
    sender_id: int,
    event_key: str,
    occurred_at: datetime | None = None,
    provider_took: bool = False,
    evidence: Evidence = Evidence(),  # noqa: B008  frozen
    answered_message_id: int | None = None,
    e164: str | None = None,
) -> Outcome | None:
    """The person texted START (UNSTOP, or YES where it means that) to a sender number.

    Undoes the whole opt-out that covers this sender. None: nothing was opted out, an ordinary text. Blocked: the
    opt-in is recorded as `returned` and the block stays. A START not later than the STOP it would undo (same second
    included) is `no_effect`. `e164` gives an erased person their number back. An opt-in needs `occurred_at` of the
    receiving clock; None: now.
    """
    phone = lock_phone(phone_id)
    if known(event_key):
        return first_answer(event_key, phone)
    told_at = occurred_at or phone.now
    draft = EventDraft(
        phone_id=phone_id, kind=Kind.OPT_IN, method=Method.KEYWORD, actor=PERSON, event_key=event_key,
        sender_id=sender_id, occurred_at=told_at, answered_message_id=answered_message_id, evidence=evidence,
    )  # fmt: skip
    undone = _opt_out_of(phone, sender_id)
    if undone is not None and too_late(told_at, _last_told(phone, undone, sender_id)):
        return written(replace(draft, kind=Kind.NO_EFFECT), phone)
    # START through a sender lifts the provider's own block of it, whatever the ledger says.
    set_provider_block(phone_id, sender_id, None)
    drop_doubt(phone_id, sender_id)
    if undone is None and phone.state.blocked_at is None:
        return None
    senders = _reach_of(phone, undone, sender_id)
    reach = Reach.ALL if undone is not None and undone.seq == phone.state.all_stopped else ""
    kind = _returning(phone, e164)
    return _opted_in(replace(draft, kind=kind, senders=senders, reach=reach), phone)


def opt_in(
    *,
    phone_id: int,
    sender_ids: Sequence[int],
    method: Method | str,
    event_key: str,
    actor: Actor,
    evidence: Evidence = Evidence(),  # noqa: B008  frozen
    occurred_at: datetime | None = None,
    provider_start: bool = False,
    whole_reach: bool = False,
    sender_id: int | None = None,
    answered_message_id: int | None = None,
    e164: str | None = None,
    file_id: int | None = None,
) -> Outcome:
    """Opt a phone number in to senders: a form, the page, a double opt-in, or the team with proof.

    `whole_reach`: also to every sender of the opt-outs that cover these. `provider_start`: it was a START through
    `sender_id`, which lifts the provider's block. An opt-in told before the opt-out in force, or before a STOP that
    repeated it, does not undo it: refused for the team ("opted_out_later"), `no_effect` for the person. `file_id`: a
    kept file that proves it.
    Refuses "proof_needed" when the team gives neither words, disclosure, note nor file, "erased" when anyone but the
    person brings an erased number back, "file_unknown" and "file_taken".
    """
    if not sender_ids:
        raise Refused("sender_needed", "Choose at least one sender number.", "senders")
    _may_record(actor, evidence, file_id)
    phone = lock_phone(phone_id)
    if known(event_key):
        return first_answer(event_key, phone)
    if phone.state.erased and actor.kind in _TEAM | {ActorKind.BOT}:
        raise Refused("erased", "This person was erased. Only they can come back, by START or by signing up.")
    if file_id is not None:
        evidence = replace(evidence, file=attach_file(file_id=file_id, phone_id=phone_id, actor=actor))
    draft = EventDraft(
        phone_id=phone_id, kind=Kind.OPT_IN, method=method, actor=actor, event_key=event_key, evidence=evidence,
        sender_id=sender_id if sender_id is not None else (sender_ids[0] if len(set(sender_ids)) == 1 else None),
        occurred_at=occurred_at, answered_message_id=answered_message_id,
    )  # fmt: skip
    wanted = _wanted(phone, sender_ids, whole_reach)
    allowed = {s for s in wanted if not _told_before(phone, s, occurred_at)}
    if not allowed:
        return _nothing_undone(draft, phone, actor)
    if provider_start and draft.sender_id is not None:
        set_provider_block(phone_id, draft.sender_id, None)
        drop_doubt(phone_id, draft.sender_id)
    reach = Reach.ALL if _undoes_all(phone, allowed, whole_reach) else ""
    kind = Kind.OPT_IN if actor.kind in _TEAM else _returning(phone, e164)
    return _opted_in(replace(draft, kind=kind, senders=tuple(sorted(allowed)), reach=reach), phone)


def wish_to_return(
    *,
    phone_id: int,
    event_key: str,
    evidence: Evidence,
    method: Method | str = Method.FORM,
    e164: str | None = None,
) -> Outcome | None:
    """The person signed up where a block stands: recorded as `returned`, and no permission changes by it.

    A block of the team stays. An erased person is open again, and their number stands in its row again; what they
    agree to is for the caller to record or to ask. None: nothing blocks them.
    """
    phone = lock_phone(phone_id)
    if known(event_key):
        return first_answer(event_key, phone)
    if phone.state.blocked_at is None:
        return None
    _returning(phone, e164)
    draft = EventDraft(
        phone_id=phone_id,
        kind=Kind.RETURNED,
        method=method,
        actor=PERSON,
        event_key=event_key,
        evidence=evidence,
    )
    return written(draft, phone)


def _may_record(actor: Actor, evidence: Evidence, file_id: int | None) -> None:
    if actor.kind == ActorKind.MEMBER:
        require(actor, Role.AGENT, "record an opt-in")
    if actor.kind in _TEAM and not evidence.proves and file_id is None:
        raise Refused(
            "proof_needed", "Say how they agreed: their words, the file, or where it is kept.", "words"
        )


def _returning(phone: Phone, e164: str | None) -> Kind:
    """What a person's wish to return is called: `returned` where a block of the team stands."""
    state = phone.state
    if state.erased:
        if e164 is not None:
            give_back(phone.id, e164)
        phone.block_reason = BLOCKED_BEFORE if state.blocked_before else ""
        return Kind.RETURNED if state.blocked_before else Kind.OPT_IN
    return Kind.RETURNED if state.blocked_at is not None else Kind.OPT_IN


def _opted_in(draft: EventDraft, phone: Phone) -> Outcome:
    phone.wrong_person_at = None
    outcome = written(draft, phone, confirm=draft.kind == Kind.OPT_IN and phone.state.blocked_at is None)
    open_requests = OptInRequest.objects.filter(phone_id=phone.id, closed_at__isnull=True)
    open_requests.filter(sender_id__in=draft.senders).update(closed_at=phone.now)
    return outcome


def _opt_out_of(phone: Phone, sender_id: int) -> ConsentEvent | None:
    """The entry that opted this sender out, or None."""
    if not phone.state.opted_out(sender_id):
        return None
    kept = phone.state.permissions.get(sender_id)
    seq = kept.event if kept is not None and kept.state == "opted_out" else phone.state.all_stopped
    return ConsentEvent.objects.get(seq=seq)


def _reach_of(phone: Phone, undone: ConsentEvent | None, sender_id: int) -> tuple[int, ...]:
    """Every sender that the same opt-out, and no later one, keeps out."""
    if undone is None:
        return ()
    kept = phone.state.permissions
    same = {s for s, k in kept.items() if k.state == "opted_out" and k.event == undone.seq}
    return tuple(sorted(same | {sender_id}))


def _wanted(phone: Phone, sender_ids: Sequence[int], whole_reach: bool) -> set[int]:
    wanted = set(sender_ids)
    if whole_reach:
        for sender in sender_ids:
            undone = _opt_out_of(phone, sender)
            wanted |= set(_reach_of(phone, undone, sender))
    return wanted


def _told_before(phone: Phone, sender_id: int, told_at: datetime | None) -> bool:
    """Whether the opt-out of this sender was told after the agreement."""
    if told_at is None:
        return False
    undone = _opt_out_of(phone, sender_id)
    return undone is not None and told_at < _last_told(phone, undone, sender_id)


def _last_told(phone: Phone, undone: ConsentEvent, sender_id: int) -> datetime:
    """When the person last asked for what this opt-out gave them: by it, or by a STOP since that repeated it.

    Acts need not come in the order of the texts: a START that was received between two STOPs may be acted upon last.
    What the carrier says of its block is nothing that the person has said now.
    """
    again = ConsentEvent.objects.filter(phone_id=phone.id, seq__gt=undone.seq, kind=Kind.REPEATED)
    of_this = Q(sender_id=sender_id) | Q(sender_id=None) | ~Q(reach=Reach.NUMBER)
    last = again.filter(of_this).exclude(method=Method.PROVIDER).aggregate(at=Max("occurred_at"))["at"]
    return max(undone.occurred_at, last) if last else undone.occurred_at


def _nothing_undone(draft: EventDraft, phone: Phone, actor: Actor) -> Outcome:
    if actor.kind in _TEAM:
        raise Refused(
            "opted_out_later",
            "They opted out after that date, so this agreement no longer counts. Record what they said since.",
            "occurred_at",
        )
    return written(replace(draft, kind=Kind.NO_EFFECT), phone)


def _undoes_all(phone: Phone, allowed: set[int], whole_reach: bool) -> bool:
    """Whether an opt-out of all senders ends: it is undone whole, or nobody is left whom it keeps out."""
    state: PhoneState = phone.state
    if state.all_stopped is None:
        return False
    covered = {s for s in allowed if state.opted_out(s)}
    if whole_reach and covered:
        return any(_opt_out_seq(state, s) == state.all_stopped for s in covered)
    live = set(SenderNumber.objects.filter(retired_at__isnull=True).values_list("id", flat=True))
    left = {s for s in live | set(state.permissions) if state.opted_out(s)}
    return bool(covered) and left <= allowed


def _opt_out_seq(state: PhoneState, sender_id: int) -> int | None:
    kept = state.permissions.get(sender_id)
    return kept.event if kept is not None and kept.state == "opted_out" else state.all_stopped

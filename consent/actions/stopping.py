"""Opt-outs: by the person, by the team, told by the carrier. An opt-out is never refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from consent.actions.holds import drop_hold
from consent.actions.ledger import EventDraft
from consent.actions.outcomes import Outcome, first_answer, known, set_provider_block, written
from consent.actions.recording import Phone, lock_phone
from consent.models import ConsentEvent
from consent.models.ledger import Kind, Method
from consent.rules.evidence import Evidence
from consent.rules.opting import confirmation_due
from consent.rules.reach import Reach
from tenants.models import SenderNumber
from tenants.rules import PROVIDER, Actor, ActorKind, Role, require

#: Ways in which a person is there to read a confirmation by text; a page and the carrier answer for themselves.
_SPOKEN = frozenset({Method.KEYWORD, Method.FREE_TEXT, Method.OPT_OUT_LINE, Method.BOT})

#: How long a START may be under way from the provider while we tell it of the STOP before.
CROSSING = timedelta(seconds=30)


def opt_out(
    *,
    phone_id: int,
    sender_id: int | None,
    reach: Reach | str,
    method: Method | str,
    event_key: str,
    actor: Actor,
    evidence: Evidence = Evidence(),  # noqa: B008  frozen
    answered_message_id: int | None = None,
    campaign_ref: int | None = None,
    occurred_at: datetime | None = None,
    provider_took: bool = False,
    sender_ids: Sequence[int] | None = None,
    purpose: str = "",
    kind: Kind = Kind.OPT_OUT,
) -> Outcome:
    """Opt a phone number out of the senders in reach, in the caller's transaction; its commit is the opt-out's time.

    Waits first for texts already leaving. `sender_ids` names the senders of reach "number" where there is more than
    `sender_id`; `purpose` is that of reach "purpose" (default: the sender's). `provider_took`: the provider heard the
    word and blocks the pair itself. Deletes the `stop_in_progress` hold of `event_key`. The same event key again
    gives the first answer. A member needs the role of an agent.
    """
    if actor.kind == ActorKind.MEMBER:
        require(actor, Role.AGENT, "record an opt-out")
    phone = lock_phone(phone_id)
    if known(event_key):
        drop_hold(phone_id, event_key)
        return first_answer(event_key, phone)
    reach = Reach(reach)
    covered = covered_senders(reach, sender_id, sender_ids, purpose)
    repeated = stopped_already(phone, reach, covered) and kind == Kind.OPT_OUT
    draft = EventDraft(
        phone_id=phone_id,
        kind=Kind.REPEATED if repeated else kind,
        method=method,
        actor=actor,
        event_key=event_key,
        sender_id=sender_id,
        reach=reach,
        senders=() if repeated else covered,
        occurred_at=occurred_at,
        answered_message_id=answered_message_id,
        campaign_ref=campaign_ref,
        evidence=evidence,
    )
    if kind == Kind.WRONG_NUMBER:
        confirm = phone.wrong_person_at is None
        phone.wrong_person_at = phone.wrong_person_at or draft.occurred_at or phone.now
    else:
        confirm = method in _SPOKEN and (not repeated or _confirm_again(phone))
    outcome = written(draft, phone, confirm=confirm)
    if provider_took and sender_id is not None:
        set_provider_block(phone_id, sender_id, phone.now)
    drop_hold(phone_id, event_key)
    return outcome


def wrong_number(
    *,
    phone_id: int,
    sender_id: int | None,
    method: Method | str,
    event_key: str,
    actor: Actor,
    evidence: Evidence = Evidence(),  # noqa: B008  frozen
    answered_message_id: int | None = None,
    occurred_at: datetime | None = None,
) -> Outcome:
    """The number belongs to somebody else: no sender texts it until its owner asks for it. Confirmed once."""
    return opt_out(
        phone_id=phone_id, sender_id=sender_id, reach=Reach.ALL, method=method, event_key=event_key, actor=actor,
        evidence=evidence, answered_message_id=answered_message_id, occurred_at=occurred_at, kind=Kind.WRONG_NUMBER,
    )  # fmt: skip


def provider_refused(
    *,
    phone_id: int,
    sender_id: int,
    event_key: str,
    begun_at: datetime | None = None,
    message_id: int | None = None,
    asked_at: datetime | None = None,
) -> Outcome:
    """The provider refused a text because it blocks the pair (21610): the person told it STOP, unknown when.

    An opt-in newer than the refused text (`begun_at`) stands, and so does one in spite of a block that was known: an
    opt-out that we told it ourselves does not end when the person comes back in another way than START. Where it took
    that opt-out (`asked_at`) at about the moment of their START, nobody knows which it had first. Then only the
    provider's block is noted (drift).
    """
    phone = lock_phone(phone_id)
    kept = phone.state.permissions.get(sender_id)
    newer = kept is not None and begun_at is not None and kept.since > begun_at
    crossed = kept is not None and asked_at is not None and asked_at > kept.since - CROSSING
    ours = crossed or sender_id in phone.provider_blocks
    drift = kept is not None and kept.state == "opted_in" and (newer or ours)
    if drift and not phone.state.opted_out(sender_id):
        draft = EventDraft(
            phone_id=phone_id, kind=Kind.PROVIDER_BLOCK, method=Method.PROVIDER, actor=PROVIDER, event_key=event_key,
            sender_id=sender_id, answered_message_id=message_id,
        )  # fmt: skip
        outcome = written(draft, phone)
        set_provider_block(phone_id, sender_id, phone.now)
        return outcome
    return opt_out(
        phone_id=phone_id, sender_id=sender_id, reach=Reach.NUMBER, method=Method.PROVIDER, event_key=event_key,
        actor=PROVIDER, answered_message_id=message_id, provider_took=True,
    )  # fmt: skip


def covered_senders(
    reach: Reach, sender_id: int | None, sender_ids: Sequence[int] | None = None, purpose: str = ""
) -> tuple[int, ...]:
    """Sender numbers that an opt-out reaches: the one texted always, and of the others those in use."""
    live = dict(SenderNumber.objects.filter(retired_at__isnull=True).values_list("id", "purpose"))
    if reach == Reach.PURPOSE and not purpose and sender_id is not None:
        purpose = SenderNumber.objects.values_list("purpose", flat=True).get(id=sender_id)
    return covered_of(live, reach, sender_id, sender_ids, purpose)


def covered_of(
    live: Mapping[int, str],
    reach: Reach,
    sender_id: int | None,
    sender_ids: Sequence[int] | None = None,
    purpose: str = "",
) -> tuple[int, ...]:
    """`covered_senders` where the senders in use, with their purposes, have been read."""
    named = set(sender_ids or ()) | ({sender_id} if sender_id is not None else set())
    if reach == Reach.ALL:
        return tuple(sorted(named | set(live)))
    if reach == Reach.PURPOSE:
        return tuple(sorted(named | {s for s, p in live.items() if p == purpose}))
    if not named:
        raise ValueError("reach 'number' names no sender")
    return tuple(sorted(named))


def stopped_already(phone: Phone, reach: Reach, covered: Sequence[int]) -> bool:
    """Whether an opt-out of this reach would change nothing."""
    if reach == Reach.ALL and phone.state.all_stopped is None:
        return False
    return all(phone.state.opted_out(sender) for sender in covered)


def _confirm_again(phone: Phone) -> bool:
    """By their own texts: an opt-out on the page, by the team or by the carrier was confirmed by no text."""
    told = ConsentEvent.objects.filter(
        phone_id=phone.id, kind__in=[Kind.OPT_OUT, Kind.WRONG_NUMBER, Kind.REPEATED], method__in=_SPOKEN
    )
    return confirmation_due(told.order_by("seq").values_list("kind", "recorded_at"), phone.now)

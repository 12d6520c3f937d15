"""What the team does about one person: opt-outs told by other ways, consent with proof, blocks, reviews, texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from consent import actions as consent
from consent.actions import Outcome
from consent.models import Disclosure, PhoneNumber
from consent.models.ledger import Kind, Method
from consent.rules.evidence import Evidence
from consent.rules.reach import Reach
from contacts.models import Contact
from conversations.actions import reviews
from conversations.actions.acting import CONFIRMATION_LIFE
from conversations.actions.signup import TEXT_LIFE
from conversations.rules import wording
from conversations.rules.signup import welcome_text
from messaging.actions.replies import may_text, queue_confirmation, queue_sign_up_text, queue_text
from messaging.models import Message
from messaging.models.messages import MessageClass
from tenants.models import SenderNumber, Tenant
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id

CLASSES = {
    "marketing": MessageClass.MARKETING,
    "service": MessageClass.SERVICE,
    "transactional": MessageClass.TRANSACTIONAL,
}
_AHEAD = timedelta(minutes=1)


def record_opt_out(
    *,
    phone_id: int,
    key: str,
    how: str,
    words: str,
    actor: Actor,
    sender_ids: Sequence[int] = (),
    told_at: datetime | None = None,
    note: str = "",
    confirm: bool = False,
    wrong_person: bool = False,
) -> Outcome:
    """Record what the person told the team (R1: any reasonable way counts). No sender chosen: all of them (A9).

    `key` is the form's own, so that a form sent twice acts once; `confirm` sends our one confirmation text.
    `wrong_person`: the number belongs to somebody else, so every sender stops.
    Raises `Refused`: not_allowed, future, sender_unknown.
    """
    _not_ahead(told_at)
    senders = _known(sender_ids)
    everyone = wrong_person or not sender_ids or set(_live()) <= set(senders)
    outcome = consent.opt_out(
        phone_id=phone_id,
        sender_id=None if everyone or len(senders) != 1 else senders[0],
        sender_ids=None if everyone else senders,
        reach=Reach.ALL if everyone else Reach.NUMBER,
        method=Method(how),
        event_key=f"team:{phone_id}:{key}",
        actor=actor,
        evidence=Evidence(words=words, note=note),
        occurred_at=told_at,
        kind=Kind.WRONG_NUMBER if wrong_person else Kind.OPT_OUT,
    )
    if confirm and outcome.changed:
        _confirm(phone_id, outcome, wrong_person=wrong_person)
    return outcome


def _confirm(phone_id: int, outcome: Outcome, *, wrong_person: bool) -> None:
    """Our confirmation, from the first sender that the carrier lets through."""
    tenant = Tenant.objects.get(pk=current_tenant_id())
    body = wording.confirmation(
        tenant.brand,
        reach="all" if outcome.all_senders else "number",
        sender_count=len(_live()),
        wrong_number=wrong_person,
    )
    for sender_id in outcome.senders:
        if not may_text(phone_id=phone_id, sender_id=sender_id, message_class=MessageClass.REPLY):
            expires = timezone.now() + CONFIRMATION_LIFE
            queue_confirmation(phone_id=phone_id, sender_id=sender_id, body=body, expires_at=expires)
            return


def record_opt_in(
    *,
    phone_id: int,
    key: str,
    how: str,
    sender_ids: Sequence[int],
    words: str,
    disclosure: str,
    note: str,
    actor: Actor,
    told_at: datetime | None = None,
    taken_by: str = "",
    wording_id: int | None = None,
    file_id: int | None = None,
) -> Outcome:
    """Record a consent with its proof, for the senders named (A12: never without evidence), and welcome them once.

    What they were shown is a kept wording (`wording_id`), or other words (`disclosure`), which are kept as a version.
    `file_id`: a file kept before. It brings back what they opted out of before they agreed; no hold, no block of the
    team and no block of the provider ends by it.
    Raises `Refused`: not_allowed, proof_needed, sender_needed, opted_out_later, future, erased, wording_unknown,
    file_unknown, file_taken.
    """
    require(actor, Role.AGENT, "record an opt-in")
    _not_ahead(told_at)
    shown, version = _shown(Method(how), disclosure, wording_id, actor)
    outcome = consent.opt_in(
        phone_id=phone_id,
        sender_ids=_known(sender_ids),
        method=Method(how),
        event_key=f"team:{phone_id}:{key}",
        actor=actor,
        evidence=Evidence(
            words=words, disclosure=shown, note=note, taken_by=taken_by, wording_version=version
        ),
        occurred_at=told_at,
        file_id=file_id,
    )
    if outcome.confirm and outcome.changed:
        _welcome(phone_id, outcome)
    return outcome


def _shown(how: Method, words: str, wording_id: int | None, actor: Actor) -> tuple[str, str]:
    """What they were shown, and the name of the version that it is."""
    if wording_id is None and not words.strip():
        return "", ""
    if wording_id is not None:
        kept = Disclosure.objects.filter(pk=wording_id).first()
        if kept is None:
            raise Refused("wording_unknown", "Choose from the wordings you keep.", "wording")
    else:
        kept = consent.save_wording(name=f"Told the team: {how.label.lower()}", wording=words, actor=actor)
    return kept.wording, str(kept)


def _welcome(phone_id: int, outcome: Outcome) -> None:
    """The one welcome, which names STOP (A4), from the first sender number that may text them now."""
    brand = Tenant.objects.values_list("brand", flat=True).get(pk=current_tenant_id())
    language = Contact.objects.filter(phone_id=phone_id).values_list("language", flat=True).first() or "en"
    body = welcome_text(brand, "", language)
    for sender_id in outcome.senders:
        expires = timezone.now() + TEXT_LIFE
        if queue_sign_up_text(phone_id=phone_id, sender_id=sender_id, body=body, expires_at=expires):
            return


def take_back(*, phone_id: int, seq: int, actor: Actor) -> Outcome:
    """Entered by mistake: the same member, within ten minutes, while nothing followed."""
    require(actor, Role.AGENT, "take back an opt-out")
    outcome = consent.mistake(phone_id=phone_id, seq=seq, event_key=f"mistake:{seq}", actor=actor)
    reviews.reopen(phone_id=phone_id, entry=seq, seq=outcome.seq)
    return outcome


def block_person(*, phone_id: int, key: str, reason: str, actor: Actor) -> Outcome:
    """No sender texts them any more, whatever they send (A8)."""
    return consent.block(phone_id=phone_id, reason=reason, event_key=f"block:{phone_id}:{key}", actor=actor)


def unblock_person(*, phone_id: int, key: str, reason: str, actor: Actor) -> Outcome:
    """Back to what the person said themselves; a manager, an owner or staff, with a reason (A8)."""
    return consent.unblock(
        phone_id=phone_id, reason=reason, event_key=f"unblock:{phone_id}:{key}", actor=actor
    )


def write_to(*, phone_id: int, sender_id: int, body: str, actor: Actor) -> Message:
    """A text to one person, of the kind its sender number is for. Raises `Refused` with the gate's reason."""
    sender = SenderNumber.objects.filter(pk=sender_id, retired_at__isnull=True).first()
    if sender is None:
        raise Refused("sender_unknown", "Choose from your sender numbers.", "sender")
    return queue_text(
        phone_id=phone_id, sender_id=sender.pk, body=body, message_class=CLASSES[sender.purpose], actor=actor
    )


def find_phone(phone_id: int) -> PhoneNumber:
    """The number of the tenant of the scope. Raises `Refused("not_found")`."""
    phone: PhoneNumber | None = PhoneNumber.objects.filter(pk=phone_id).first()
    if phone is None:
        raise Refused("not_found", "This number is not known here.")
    return phone


def _known(sender_ids: Sequence[int]) -> list[int]:
    found = set(SenderNumber.objects.filter(pk__in=sender_ids).values_list("pk", flat=True))
    if set(sender_ids) - found:
        raise Refused("sender_unknown", "Choose from your sender numbers.", "senders")
    return sorted(found)


def _live() -> list[int]:
    return list(SenderNumber.objects.filter(retired_at__isnull=True).values_list("pk", flat=True))


def _not_ahead(told_at: datetime | None) -> None:
    if told_at is not None and told_at > timezone.now() + _AHEAD:
        raise Refused("future", "This time has not come yet.", "told_at")

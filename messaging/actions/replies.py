"""Single texts: the reply class, and what a member or integrator writes to one person."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from consent.reading import phone_facts
from consent.rules.gate import Gate, decide
from consent.rules.opting import CONFIRM_AGAIN_AFTER
from contacts.models import Contact
from messaging.actions.inbound import touch_thread
from messaging.models import Message
from messaging.models.messages import Direction, MessageClass
from messaging.rules.outcomes import NotSent, Phase
from messaging.rules.parts import count_parts
from tenants import due
from tenants.models import Tenant
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id

MAX_CHARACTERS = 1600  # Twilio's limit of a body (error 21617)


def queue_reply(
    *, phone_id: int, sender_id: int, body: str, answers_id: int, expires_at: datetime
) -> Message:
    """Queue the one confirmation, answer to HELP or START welcome of an inbound text; first in line.

    At most one per inbound text: a second call for the same `answers_id` returns the first message (I13).
    """
    earlier = Message.objects.filter(
        phone_id=phone_id, answers_id=answers_id, direction=Direction.OUT, message_class=MessageClass.REPLY
    ).first()
    if earlier:
        return earlier
    return _queue(phone_id, sender_id, body, MessageClass.REPLY, answers_id=answers_id, expires_at=expires_at)


def queue_confirmation(*, phone_id: int, sender_id: int, body: str, expires_at: datetime) -> Message:
    """Queue the one confirmation of an opt-out that was told otherwise than by text, where the team chose one.

    The caller calls it once: when the entry was written, never for a repeated one.
    """
    return _queue(phone_id, sender_id, body, MessageClass.REPLY, expires_at=expires_at)


def confirmed_lately(phone_id: int) -> bool:
    """Whether the team has had an opt-out of theirs confirmed by text within a day: a STOP by text gets no second."""
    of_team = Message.objects.filter(
        phone_id=phone_id, direction=Direction.OUT, message_class=MessageClass.REPLY, answers_id=None,
        created_at__gt=timezone.now() - CONFIRM_AGAIN_AFTER,
    )  # fmt: skip
    return bool(of_team.exclude(phase__in=[Phase.NOT_SENT, Phase.ABSENT]).exists())


def queue_sign_up_text(*, phone_id: int, sender_id: int, body: str, expires_at: datetime) -> Message | None:
    """Queue what a sign-up by form is answered with: the question of a double opt-in, or the one welcome.

    Class transactional, since nobody may have agreed yet: a block, a hold and an opt-out of this sender all hold it
    back. None where the gate says no now, as after the provider's own block.
    """
    if may_text(phone_id=phone_id, sender_id=sender_id, message_class=MessageClass.TRANSACTIONAL):
        return None
    return _queue(phone_id, sender_id, body, MessageClass.TRANSACTIONAL, expires_at=expires_at)


def queue_answer(
    *, phone_id: int, sender_id: int, body: str, message_class: int, answers_id: int, expires_at: datetime
) -> Message:
    """Queue what a bot answers to a person's own text; the caller has asked `may_text`, the sender asks again.

    Called last in a transaction: it locks the sender's due row, which the sender process must never have to wait for.
    """
    touch_thread(phone_id=phone_id, sender_id=sender_id, text=body, direction=Direction.OUT)
    return _queue(phone_id, sender_id, body, message_class, answers_id=answers_id, expires_at=expires_at)


def queue_text(*, phone_id: int, sender_id: int, body: str, message_class: int, actor: Actor) -> Message:
    """Queue a text to one person. Raises `Refused(<gate reason>)` when the sender may not text them."""
    require(actor, Role.AGENT, "text people")
    text = body.strip()
    if not text:
        raise Refused("empty", "Write the text first.", "body")
    if len(text) > MAX_CHARACTERS:
        raise Refused("too_long", f"Shorten it to {MAX_CHARACTERS:,} characters.", "body")
    gate = may_text(phone_id=phone_id, sender_id=sender_id, message_class=message_class)
    if gate:
        reason = NotSent(gate)
        raise Refused(reason.code, f"You can’t text this person from here. {reason.label}.")
    touch_thread(phone_id=phone_id, sender_id=sender_id, text=text, direction=Direction.OUT)
    # Last: it locks the sender's due row, which the sender process must never have to wait for.
    return _queue(phone_id, sender_id, text, message_class)


def queue_notice(*, phone_id: int, sender_id: int, body: str) -> Message:
    """Queue a notice to a number of the team; no conversation in the inbox. It passes the gate like any text.

    Raises `Refused(<gate reason>)` when the number may not be texted: whoever opted out gets nothing.
    """
    gate = may_text(phone_id=phone_id, sender_id=sender_id, message_class=MessageClass.TRANSACTIONAL)
    if gate:
        reason = NotSent(gate)
        raise Refused(reason.code, f"This number gets no texts. {reason.label}.")
    return _queue(phone_id, sender_id, body, MessageClass.TRANSACTIONAL)


def may_text(*, phone_id: int, sender_id: int, message_class: int) -> Gate:
    """The gate's answer now; it is asked again at the moment the message begins."""
    facts = phone_facts([phone_id], [sender_id]).get((phone_id, sender_id))
    if facts is None:
        raise Refused("not_found", "There is no such person.")
    needed = Tenant.objects.values_list("marketing_needs_opt_in", flat=True).get(pk=current_tenant_id())
    return decide(facts, message_class=message_class, needs_opt_in=needed)


def _queue(
    phone_id: int,
    sender_id: int,
    body: str,
    message_class: int,
    answers_id: int | None = None,
    expires_at: datetime | None = None,
) -> Message:
    contact = Contact.objects.filter(phone_id=phone_id).values_list("pk", flat=True).first()
    message: Message = Message.objects.create(
        message_class=message_class,
        phone_id=phone_id,
        sender_id=sender_id,
        contact_id=contact,
        answers_id=answers_id,
        body=body,
        parts=count_parts(body).parts,
        expires_at=expires_at,
    )
    due.put("send", current_tenant_id(), sender_id)
    return message

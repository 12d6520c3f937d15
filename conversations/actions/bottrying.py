"""Trying bots out: the real run, for a person and a text of one's choice, and everything taken back at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from consent import actions as consent
from consent.models import PhoneNumber
from consent.rules.keywords import Heard
from contacts.actions.words import group_named, group_words
from contacts.models import Contact
from conversations import botting
from conversations.actions import surveys
from conversations.actions.botruns import match_for, perform
from conversations.actions.botsteps import DONE, Step
from conversations.actions.inbound import OPT_OUT_LINE
from conversations.actions.signup import joined
from conversations.models.signup import SignupForm
from conversations.rules.bots import LEAVE, Match, Plan, heard_as
from messaging.models import Message
from messaging.models.messages import Direction
from messaging.rules.outcomes import Phase
from messaging.rules.parts import count_parts
from tenants.models import SenderNumber
from tenants.rules import Refused

_NOBODY = "+1202555{:04d}"  # the numbers that no person has (North American numbering plan, 555-0100 to 0199)
MAX_TEXT = 1600
_OPTS_OUT = "This opts them out, before any bot."


@dataclass(frozen=True, slots=True)
class Tried:
    """What would happen: the bot that answers (None and `why`), each step, the texts that would leave."""

    who: str
    match: Match | None
    steps: tuple[Step, ...] = ()
    replies: tuple[str, ...] = ()
    parts: int = 0
    why: str = ""


def try_out(*, plans: Sequence[Plan], text: str, phone_id: int | None, sender_id: int) -> Tried:
    """What these bots would do about the text from this person (None: a number nobody knows). Changes nothing.

    Raises `Refused`: empty, too_long, sender_unknown, not_found.
    """
    if not text.strip():
        raise Refused("empty", "Write what the person texts.", "try_text")
    if len(text) > MAX_TEXT:
        raise Refused("too_long", f"Shorten it to {MAX_TEXT:,} characters.", "try_text")
    if not SenderNumber.objects.filter(pk=sender_id, retired_at=None).exists():
        raise Refused("sender_unknown", "Choose from your sender numbers.", "try_sender")
    if phone_id is not None and not PhoneNumber.objects.filter(pk=phone_id).exists():
        raise Refused("not_found", "There is no such person.", "who")
    with transaction.atomic():
        tried = _tried(list(plans), text, phone_id, sender_id)
        transaction.set_rollback(True)  # what the bots did never happened
    return tried


def _tried(plans: list[Plan], text: str, phone_id: int | None, sender_id: int) -> Tried:
    phone = phone_id if phone_id is not None else consent.phone_for(e164=_unused())
    contact = Contact.objects.select_related("phone").filter(phone_id=phone).first()
    who = str(contact) if contact else "Someone new"
    message = Message.objects.create(
        direction=Direction.IN, message_class=2, phase=Phase.HANDED, phone_id=phone, sender_id=sender_id,
        contact_id=contact.pk if contact else None, body=text,
    )  # fmt: skip
    heard = _heard(plans, text, sender_id)
    taken = _taken_before(heard, message)
    if taken:
        return Tried(who, None, why=taken)
    match = match_for(message, plans)
    if heard.reach == "group" and (match is None or contact is None):
        return Tried(who, None, why=_leaves(heard, contact))
    if match is None:
        return Tried(who, None, why="No bot answers. The text goes to the inbox.")
    run, steps = perform(match, message)
    bodies = tuple(answer.body for answer in run.answers if answer.step.result == DONE)
    return Tried(who, match, tuple(steps), bodies, sum(count_parts(body).parts for body in bodies))


def _heard(plans: list[Plan], text: str, sender_id: int) -> Heard:
    """As the text would be heard with these bots, whatever is on today, and with the words of groups."""
    if SenderNumber.objects.filter(pk=sender_id, is_opt_out_line=True).exists():
        return OPT_OUT_LINE
    words = {word.key for plan in plans if plan.on for word in plan.words if word.kind == LEAVE}
    return heard_as(text, words=botting.keywords(), live_words=frozenset(words | group_words()))


def _taken_before(heard: Heard, message: Message) -> str:
    """Who has the text before any bot; "" when nobody does."""
    if PhoneNumber.objects.filter(pk=message.phone_id, blocked_at__isnull=False).exists():
        return "They are blocked, so no bot hears them."
    if heard == OPT_OUT_LINE:
        return "Any text to this number opts out of all your numbers, before any bot."
    if heard.label == "optout" and heard.reach != "group":
        if heard.confidence == "clear":
            return _OPTS_OUT
        return "This may be an opt-out: a person reads it, no bot hears it."
    if heard.label == "help":
        return "They get the help text, before any bot."
    if heard.label == "optin" and heard.confidence == "clear":
        return "This brings people back or confirms a sign-up. No bot hears it."
    if heard.label != "optout" and surveys.take_answer(message=message):
        return "This answers the survey that asked them why they left. No bot hears it."
    form = SignupForm.objects.filter(
        word=joined(message.body or ""), word_sender_id=message.sender_id, state=SignupForm.State.LIVE
    ).first()
    return f"The sign-up form “{form.name}” has this word, so it signs them up." if form else ""


def _leaves(heard: Heard, contact: Contact | None) -> str:
    """What STOP and a live word does where no bot of this word hears this person: a group's word, or an opt-out."""
    group = group_named(heard.group_word or "") if contact else None
    return f"They leave the group “{group.name}”, before any bot." if group else _OPTS_OUT


def _unused() -> str:
    numbers = [_NOBODY.format(n) for n in range(199, 99, -1)]
    known = set(PhoneNumber.objects.filter(e164__in=numbers).values_list("e164", flat=True))
    return next((number for number in numbers if number not in known), numbers[0])

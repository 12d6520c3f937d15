"""The one survey a person may get by text, and what they answer (C3, decision 0017)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from consent.models import Permission, PhoneNumber
from consent.rules.texts import key
from conversations import botting
from conversations.actions import botruns, signup
from conversations.actions.learning import give_reason, own_reasons, shown_reasons
from conversations.actions.learning_settings import learning_settings
from conversations.models.learning import How, LearningSettings, SurveyAsked
from conversations.rules.bots import ANY
from conversations.rules.reasons import OTHER, chosen_number, may_be_an_answer, reason_in
from conversations.rules.surveys import survey_text
from messaging.actions.replies import may_text, queue_text
from messaging.models import Message
from messaging.models.messages import MessageClass
from tenants import due
from tenants.models import SenderNumber, Tenant
from tenants.rules import SYSTEM
from tenants.scope import current_tenant_id

#: Not with the confirmation that they left: whoever wants to stop everything says so first.
AFTER = timedelta(minutes=15)
MOST = 5  # reasons offered in one text
State = SurveyAsked.State
_CLASS = {
    "marketing": MessageClass.MARKETING,
    "service": MessageClass.SERVICE,
    "transactional": MessageClass.TRANSACTIONAL,
}


def ask_later(*, phone_id: int, sender_id: int, group_name: str) -> SurveyAsked | None:
    """Somebody left a group by its word and stopped nothing: ask why, once in their life, if the tenant wants it.

    None where it is switched off, where they were asked before, or where they may not be asked now. Part of the
    caller's transaction; whether the text may go is decided when it is time, and again by the gate when it begins.
    """
    if not learning_settings().survey_on:
        return None
    if _refusal(phone_id, sender_id) or SurveyAsked.objects.filter(phone_id=phone_id).exists():
        return None
    try:
        with transaction.atomic():
            asked: SurveyAsked = SurveyAsked.objects.create(
                phone_id=phone_id, sender_id=sender_id, group_name=group_name[:80]
            )
    except IntegrityError:  # they left two groups at once; one question is the most they get
        return None
    due.put("survey", current_tenant_id(), asked.pk, at=timezone.now() + AFTER)
    return asked


def ask(*, survey_id: int) -> SurveyAsked | None:
    """Send the question, once; or keep why it may not be sent. Needs the scope."""
    asked: SurveyAsked | None = (
        SurveyAsked.objects.select_for_update(no_key=True).filter(pk=survey_id, state=State.WAITING).first()
    )
    if asked is None:
        return None
    settings = learning_settings()
    refusal = "switched_off" if not settings.survey_on else _refusal(asked.phone_id, asked.sender_id)
    if refusal:
        asked.state, asked.why_not = State.REFUSED, refusal
        asked.save(update_fields=["state", "why_not"])
        return asked
    _send(asked, settings)
    return asked


def _send(asked: SurveyAsked, settings: LearningSettings) -> None:
    tenant, sender = Tenant.objects.get(pk=current_tenant_id()), SenderNumber.objects.get(pk=asked.sender_id)
    offered = list(shown_reasons())[:MOST]
    body = survey_text(
        tenant.brand, asked.group_name, [one.label for one in offered], question=settings.survey_text
    )
    message = queue_text(
        phone_id=asked.phone_id,
        sender_id=sender.pk,
        body=body,
        message_class=_CLASS[sender.purpose],
        actor=SYSTEM,
    )
    now = timezone.now()
    asked.state, asked.asked_at, asked.message_id = State.ASKED, now, message.pk
    asked.options, asked.until = [one.key for one in offered], now + timedelta(hours=settings.survey_hours)
    asked.save(update_fields=["state", "asked_at", "message_id", "options", "until"])


def _refusal(phone_id: int, sender_id: int) -> str:
    """Why this person may not be asked from this sender; "" where they may (decision 0017).

    Stricter than the gate: nobody who has stopped or is blocked anywhere, and nobody who never opted in.
    """
    phone = PhoneNumber.objects.filter(pk=phone_id).first()
    if phone is None or phone.status != "active":
        return phone.status if phone else "unknown"
    opted_in = Permission.objects.filter(phone_id=phone_id, sender_id=sender_id, state="opted_in")
    sender = SenderNumber.objects.filter(pk=sender_id, retired_at=None).first()
    if sender is None or not opted_in.exists():
        return "no_opt_in" if sender else "sender_retired"
    gate = may_text(phone_id=phone_id, sender_id=sender_id, message_class=_CLASS[sender.purpose])
    return gate.name.lower() if gate else ""


def take_answer(*, message: Message) -> bool:
    """Whether an inbound text is the answer to an open survey; then the reason is kept and nothing else hears it.

    A number picks a reason as it was offered; other words are matched to one, or kept as they are where they can only
    be meant as an answer. A word of a bot or a form and a question to the team is left to them. The text that answered
    is known by its time: a worker that died is followed by one to whom it is the answer still.
    """
    now = timezone.now()
    asked: SurveyAsked | None = (
        SurveyAsked.objects.select_for_update(no_key=True, of=("self",))
        .filter(
            Q(state=State.ASKED, until__gt=now) | Q(state=State.ANSWERED, answered_at=message.created_at),
            phone_id=message.phone_id, sender_id=message.sender_id,
        )
        .exclude(phone__block_reason="erased")  # no word of theirs is kept
        .first()
    )  # fmt: skip
    text = (message.body or "").strip()
    if asked is None or not text:
        return False
    if asked.state == State.ANSWERED:
        return True
    found = _reason(text, asked.options)
    if found is None or (found[1] and _is_a_word(message)):
        return False
    reason, words, because = found
    give_reason(
        phone_id=asked.phone_id, event_seq=None, key=f"survey:{asked.pk}", reason_key=reason, words=words,
        method=How.SURVEY, matched_by=because,
    )  # fmt: skip
    asked.state, asked.answered_at = State.ANSWERED, message.created_at
    asked.save(update_fields=["state", "answered_at"])
    return True


def _is_a_word(message: Message) -> bool:
    """Whether a bot or a sign-up form has a word for the text; who answers any other text is not asked."""
    with_words = [
        replace(plan, words=tuple(word for word in plan.words if word.kind != ANY))
        for plan in botting.plans(only_on=True)
    ]
    return signup.form_of(message) is not None or botruns.match_for(message, with_words) is not None


def is_offered(text: str) -> bool:
    """Whether a text is a reason word for word as the survey offers it: an answer, and nothing else."""
    return key(text) in {key(one.label) for one in shown_reasons()}


def _reason(text: str, options: list[str]) -> tuple[str, str, str] | None:
    """(reason, their words, what in them decided), or None where the text is no answer."""
    known = {one.key for one in own_reasons()}
    number = chosen_number(text, len(options))
    if number is not None:
        return (options[number - 1], "", "") if options[number - 1] in known else None
    meant = reason_in(text, known)
    if meant is not None:
        return meant.key, text, meant.because
    if OTHER in known and may_be_an_answer(text):
        return OTHER, text, ""
    return None

"""What a person's text asks for is done, in transaction 2: the rows of the consent table that a text can reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from consent import actions as consent
from consent.actions.recording import lock_phones
from consent.models.ledger import Kind, Method
from consent.rules.evidence import Evidence
from consent.rules.keywords import Heard, provider_took
from consent.rules.reach import Covers, reach_of
from consent.rules.texts import key
from contacts.models import Contact
from conversations.actions import botleaving, reviews, settling, signup, surveys
from conversations.actions.hearing import hear_later
from conversations.rules import wording
from messaging.actions import inbound as kept_texts
from messaging.actions.replies import confirmed_lately, queue_reply
from messaging.models import Message
from messaging.webhooks import Fields
from tenants.models import SenderNumber, Tenant
from tenants.rules import PERSON

CONFIRMATION_LIFE = timedelta(minutes=5)  # 47 CFR 64.1200(a)(12): later would need a justification
# A field that only `replaying` writes: the provider signs all of its own, and knows none of this name.
REPLAYED = "SmscrmReplayed"
# Rules of `consent.rules.keywords` that found the word itself rather than a sentence.
KEYWORD_RULES = frozenset(
    {"keyword", "repeated", "stretched", "typo", "provider_type", "polite_keyword", "stop_and_word"}
)


@dataclass(frozen=True, slots=True)
class Text:
    """An inbound text with everything needed to act on it."""

    raw_id: int
    fields: Fields
    body: str
    phone_id: int
    e164: str
    sender: SenderNumber
    heard: Heard
    received_at: datetime | None = None

    @property
    def event_key(self) -> str:
        """The provider's id; a text without one is known by its kept bytes."""
        return f"in:{self.fields.sid or f'raw-{self.raw_id}'}"

    @property
    def replayed(self) -> bool:
        """Read from the provider's list after a restore: it is acted upon, but nobody is answered once more."""
        return bool(self.fields[REPLAYED])

    @property
    def provider_took(self) -> bool:
        return provider_took(
            self.body,
            opt_out_type=self.fields["OptOutType"],
            answers=self.sender.answers,
            kind=self.sender.kind,
        )


def act(tenant_id: int, text: Text) -> None:
    """Record the text and do what it asks for, under the lock of its webhook."""
    heard = text.heard
    is_start = (heard.label, heard.confidence) == ("optin", "clear") or _is_start(text)
    if heard.label == "optout" or is_start:
        lock_phones(
            [text.phone_id]
        )  # before any row of theirs: the plain STOP (`stops`) takes them in this order
    tenant = Tenant.objects.get(pk=tenant_id)
    contact = Contact.objects.filter(phone_id=text.phone_id).first()
    answered = kept_texts.answered_message(phone_id=text.phone_id, sender_id=text.sender.pk)
    message = kept_texts.record_inbound(
        fields=text.fields,
        text=text.body,
        phone_id=text.phone_id,
        sender_id=text.sender.pk,
        contact_id=contact.pk if contact else None,
        answers_id=answered.pk if answered else None,
    )
    if heard.label == "optout":
        _opt_out(tenant, text, message, answered, contact)
    elif heard.label == "help" and not text.provider_took:
        _reply(text, message, wording.help_answer(tenant.brand, tenant.help_contact))
    elif heard.label != "help" and not (is_start and _start(tenant, text, message)) and not text.replayed:
        hear_later(message_id=message.pk)


def _opt_out(
    tenant: Tenant, text: Text, message: Message, answered: Message | None, contact: Contact | None
) -> None:
    heard = text.heard
    wrong_number = heard.rule == "wrong_number"
    evidence = Evidence(words=text.body)
    if heard.confidence == "unclear":
        _ask(tenant, text, message, answered)
        return
    if heard.reach == "group" and contact is not None and heard.group_word:
        later = botleaving.others_wait(text.phone_id)
        left, by_bot = botleaving.leave_named(
            contact_id=contact.pk, phone_id=text.phone_id, sender_id=text.sender.pk, word=heard.group_word
        )
        if left:
            _reply(text, message, wording.group_left(tenant.brand, left))
            if not text.replayed:
                surveys.ask_later(phone_id=text.phone_id, sender_id=text.sender.pk, group_name=left)
            if (by_bot or later) and not text.replayed:
                hear_later(message_id=message.pk)
            return
    covers = covers_of(text, stop_covers=tenant.stop_covers, us_rules=tenant.us_rules)
    outcome = consent.opt_out(
        phone_id=text.phone_id,
        sender_id=text.sender.pk,
        reach=covers.reach,
        purpose=covers.purpose,
        method=method_of(text),
        event_key=text.event_key,
        actor=PERSON,
        evidence=evidence,
        answered_message_id=answered.pk if answered else None,
        campaign_ref=answered.broadcast_id if answered else None,
        occurred_at=text.received_at,
        provider_took=text.provider_took,
        kind=Kind.WRONG_NUMBER if wrong_number else Kind.OPT_OUT,
    )
    stopped = None if outcome.all_senders else {text.sender.pk, *outcome.senders}
    settling.overtake(phone_id=text.phone_id, sender_ids=stopped, returned=False, entry=outcome.seq)
    confirmed = outcome.repeated and confirmed_lately(text.phone_id)
    if outcome.confirm and not text.provider_took and not confirmed:
        words = wording.confirmation(
            tenant.brand,
            reach=covers.reach,
            sender_count=SenderNumber.objects.filter(retired_at=None).count(),
            wrong_number=wrong_number,
        )
        _reply(text, message, words)


def _ask(tenant: Tenant, text: Text, message: Message, answered: Message | None) -> None:
    reviews.ask(
        phone_id=text.phone_id,
        event_key=text.event_key,
        until=timezone.now() + timedelta(hours=tenant.review_hours),
        message=message,
        answered=answered,
        rule=text.heard.rule,
    )
    # It may answer our own survey as well; the reason is kept while somebody reads whether they also leave.
    surveys.take_answer(message=message)


def covers_of(text: Text, *, stop_covers: str, us_rules: bool) -> Covers:
    """Which senders the opt-out covers, by the words, the setting and the law."""
    return reach_of(
        stop_covers=stop_covers,
        us_rules=us_rules,
        purpose=text.sender.purpose,
        is_opt_out_line=text.sender.is_opt_out_line,
        words_reach="all" if text.heard.rule == "wrong_number" else text.heard.reach,
    )


def method_of(text: Text) -> Method:
    """How the opt-out was told."""
    if text.sender.is_opt_out_line:
        return Method.OPT_OUT_LINE
    return Method.KEYWORD if text.heard.rule in KEYWORD_RULES else Method.FREE_TEXT


def _is_start(text: Text) -> bool:
    """START where nothing is opted out lifts the carrier's block, brings an erased person back, and is recorded of a
    blocked one. YES is an ordinary text then."""
    told = text.fields["OptOutType"].strip().upper() == "START"
    return text.heard.rule == "nothing_opted_out" and (told or key(text.body) != "yes")


def _start(tenant: Tenant, text: Text, message: Message) -> bool:
    """Whether the person came back, or asked to: else it is an ordinary text."""
    outcome = consent.start(
        phone_id=text.phone_id,
        sender_id=text.sender.pk,
        event_key=text.event_key,
        occurred_at=text.received_at,
        provider_took=text.provider_took,
        evidence=Evidence(words=text.body),
        e164=text.e164,
    )
    took = text.provider_took
    if outcome is None:
        outcome = consent.confirm_opt_in(
            phone_id=text.phone_id,
            sender_id=text.sender.pk,
            event_key=text.event_key,
            occurred_at=text.received_at,
            evidence=Evidence(words=text.body),
        )
        # A provider answers YES and START only of somebody whom it blocks, unless it says that it took the word.
        took = bool(text.fields["OptOutType"])
    if outcome is None and not _is_start(text):
        return False  # a YES where nothing waits for one says nothing about what is left to be read
    if outcome is None or outcome.kind != Kind.NO_EFFECT:
        back = {text.sender.pk, *(outcome.senders if outcome else ())}
        settling.overtake(
            phone_id=text.phone_id,
            sender_ids=back,
            returned=True,
            entry=outcome.seq if outcome else None,
            told=text.received_at,
        )
    if outcome is not None and outcome.kind == Kind.OPT_IN and outcome.changed:
        welcome = signup.confirmed(phone_id=text.phone_id, sender_id=text.sender.pk)
        if welcome is not None and not took and not text.replayed:
            signup.welcome(phone_id=text.phone_id, sender_id=text.sender.pk, body=welcome)
        elif not took:
            _reply(text, message, wording.welcome_back(tenant.brand))
    return outcome is not None


def _reply(text: Text, message: Message, body: str) -> None:
    if text.replayed:
        return
    queue_reply(
        phone_id=text.phone_id,
        sender_id=text.sender.pk,
        body=body,
        answers_id=message.pk,
        expires_at=timezone.now() + CONFIRMATION_LIFE,
    )

"""How conversations learn from the ledger: one e-mail that asks why, reasons in the words themselves, complaints, and
what is forgotten with an erased person (C2, C3)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models.functions import Coalesce, Now
from django.template.loader import render_to_string
from django.utils import timezone

from consent.actions import channels
from consent.followers import follow
from consent.models import ChannelConsent, ConsentEvent, ConsentEvidence, PhoneNumber
from consent.models.ledger import Kind
from consent.reading import evidence_of
from consent.rules.hearing import classify
from contacts.models import Contact
from conversations.actions import complaints
from conversations.actions.learning import give_reason, shown_reasons
from conversations.actions.telling import queue_email
from conversations.models.learning import (
    Complaint,
    ComplaintNote,
    FollowUp,
    How,
    LearningSettings,
    ReasonGiven,
)
from conversations.models.leaving import Wish
from conversations.models.telling import Notification
from conversations.returning import way_back
from conversations.rules.complaints import complaint_in
from conversations.rules.reasons import reason_in
from conversations.why_links import Link, mail_url, why_url
from messaging.models import Message
from tenants.models import Tenant
from tenants.rules import PERSON, ActorKind

log = logging.getLogger(__name__)

FOLLOWER = "learning"
#: Older entries are history: a tenant that switches the e-mail on does not write to those who left last year.
FRESH = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries with what is read once for all of them."""

    events: list[ConsentEvent]
    words: dict[int, ConsentEvidence]
    phones: dict[int, PhoneNumber]
    settings: LearningSettings
    tenant: Tenant
    now: datetime


def follow_ledger(tenant_id: int) -> bool:
    """Read the entries since last time; True when more wait. In the open scope, one transaction."""
    with follow(FOLLOWER, after=channels.FOLLOWER) as reading:  # an opt-out may have extended to e-mail
        if not reading.events:
            return False
        now = timezone.now()
        fresh = [one for one in reading.events if one.recorded_at > now - FRESH and _by_the_person(one)]
        if fresh:
            _learn(tenant_id, fresh, now)
        forget(one.phone_id for one in reading.events if one.kind == Kind.ERASED)
        reading.moved(reading.events[-1].seq)
        return reading.more


def _by_the_person(event: ConsentEvent) -> bool:
    if event.kind == Kind.HELD:
        return _sid(event) != ""
    return event.actor_kind == ActorKind.PERSON and event.kind in {
        Kind.OPT_OUT,
        Kind.WRONG_NUMBER,
        Kind.REPEATED,
    }


def _sid(event: ConsentEvent) -> str:
    """The provider's id of the text that made the entry; "" where none did."""
    key = event.event_key.removeprefix("held:")
    return key.removeprefix("in:") if key.startswith("in:") else ""


def _learn(tenant_id: int, events: list[ConsentEvent], now: datetime) -> None:
    phones = PhoneNumber.objects.in_bulk({one.phone_id for one in events})
    known = [
        one for one in events if one.phone_id in phones and phones[one.phone_id].block_reason != "erased"
    ]
    batch = Batch(
        events=known,
        words=evidence_of(known),
        phones=phones,
        settings=LearningSettings.objects.first() or LearningSettings(),
        tenant=Tenant.objects.get(pk=tenant_id),
        now=now,
    )
    _hear_complaints(batch)
    _hear_reasons(batch)
    _write_mails(batch)


# ── what their own words say ──────────────────────────────────────────────────────────────────────────
def _hear_complaints(batch: Batch) -> None:
    for event in batch.events:
        words = batch.words[event.seq].words if event.seq in batch.words else ""
        if words and _sid(event):
            _open_from_words(words, event)


def _open_from_words(words: str, event: ConsentEvent) -> None:
    """A complaint where a text that opted out, or is under review, complains."""
    found = complaint_in(words, classify(words).rule)
    if found is None:
        return
    sid = _sid(event)
    text = Message.objects.filter(sid=sid).values_list("pk", flat=True).first()
    complaints.open_complaint(
        key=f"in:{sid}", source="text", about=found.sentence, words=words, phone_id=event.phone_id,
        sender_id=event.sender_id, event_seq=event.seq, message_id=text, broadcast_ref=event.campaign_ref,
        occurred_at=event.occurred_at, actor=PERSON,
    )  # fmt: skip


def hear_complaint(message: Message) -> bool:
    """A listener of ordinary texts: opens a complaint where one is made. Never takes the text."""
    words = message.body or ""
    found = complaint_in(words, classify(words).rule)
    if found is not None:
        answered = Message.objects.filter(pk=message.answers_id).first() if message.answers_id else None
        complaints.open_complaint(
            key=f"in:{message.sid or message.pk}", source="text", about=found.sentence, words=words,
            phone_id=message.phone_id, sender_id=message.sender_id, message_id=message.pk,
            broadcast_ref=answered.broadcast_id if answered else None, occurred_at=message.created_at, actor=PERSON,
        )  # fmt: skip
    return False


def _hear_reasons(batch: Batch) -> None:
    """What the opt-out itself says: "too many texts, stop". What they choose on a page counts more."""
    kinds = {Kind.OPT_OUT, Kind.WRONG_NUMBER}
    leaving = [one for one in batch.events if one.kind in kinds and _sid(one)]
    if not leaving:
        return
    given = set(
        ReasonGiven.objects.filter(event_seq__in=[one.seq for one in leaving]).values_list(
            "event_seq", flat=True
        )
    )
    known = {one.key for one in shown_reasons()}
    for event in leaving:
        words = batch.words[event.seq].words if event.seq in batch.words else ""
        meant = reason_in(words, known) if words else None
        if meant is not None and event.seq not in given:
            give_reason(
                phone_id=event.phone_id, event_seq=event.seq, reason_key=meant.key, words=words, method=How.TEXT,
                matched_by=meant.because,
            )  # fmt: skip


# ── the one e-mail ────────────────────────────────────────────────────────────────────────────────────
def _write_mails(batch: Batch) -> None:
    """To people who opted out themselves, have an address and agreed to e-mail; at most one in so many days."""
    if not batch.settings.email_on:
        return
    leaving = [
        one for one in batch.events if one.kind == Kind.OPT_OUT and _still_out(batch.phones[one.phone_id])
    ]
    people = {
        c.phone_id: c
        for c in Contact.objects.filter(phone_id__in={e.phone_id for e in leaving}).exclude(email="")
    }
    willing = _willing(people.values())
    since = batch.now - timedelta(days=batch.settings.email_every_days)
    lately = set(
        FollowUp.objects.filter(phone_id__in=willing, made_at__gt=since).values_list("phone_id", flat=True)
    )
    for event in leaving:
        if event.phone_id in willing and event.phone_id not in lately:
            lately.add(event.phone_id)
            _write_mail(batch, event, people[event.phone_id])


def unwanted_since(mails: Iterable[Notification]) -> set[int]:
    """Which of these e-mails ask why, and of somebody who opted out of e-mail, came back or moved meanwhile."""
    asking = {mail.pk: mail for mail in mails if mail.event_key.startswith("why:")}
    if not asking:
        return set()
    people = Contact.objects.filter(phone_id__in={mail.phone_id for mail in asking.values()}).select_related(
        "phone"
    )
    found = {one.phone_id: one for one in people if _still_out(one.phone)}
    willing = _willing(found.values())
    return {
        pk
        for pk, mail in asking.items()
        if mail.phone_id not in willing or found[mail.phone_id].email != mail.recipient
    }


def _still_out(phone: PhoneNumber) -> bool:
    return phone.stopped_at is not None and phone.blocked_at is None


def _willing(people: Iterable[Contact]) -> set[int]:
    """Phones whose person agreed to e-mail, and whose address nobody told to stop."""
    found = list(people)
    states = ChannelConsent.objects.filter(channel="email")
    agreed = set(
        states.filter(phone_id__in=[c.phone_id for c in found], state="opted_in").values_list(
            "phone_id", flat=True
        )
    )
    stopped = set(
        Contact.objects.filter(
            email__in={c.email for c in found},
            phone__channels__channel="email",
            phone__channels__state="opted_out",
        ).values_list("email", flat=True)
    )
    return {
        c.phone_id for c in found if c.phone_id in agreed and c.email not in stopped and _is_address(c.email)
    }


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _write_mail(batch: Batch, event: ConsentEvent, contact: Contact) -> None:
    FollowUp.objects.create(phone_id=event.phone_id, event_seq=event.seq, made_at=batch.now)
    subject, text, html, headers = follow_up_mail(batch.tenant, event)
    queue_email(
        to=contact.email, subject=subject, text=text, html=html, headers=headers, phone_id=event.phone_id,
        event_key=f"why:{event.seq}",
    )  # fmt: skip


def follow_up_mail(tenant: Tenant, event: ConsentEvent) -> tuple[str, str, str, dict[str, str]]:
    """Subject, text, HTML and headers of the e-mail about one opt-out. It sells nothing."""
    link = Link(tenant.pk, event.phone_id, event.seq)
    leave = mail_url(link)
    context = {
        "tenant": tenant,
        "event": event,
        "back": way_back(event),
        "reasons": [{"label": one.label, "url": why_url(link, one.key)} for one in shown_reasons()],
        "why_url": why_url(link),
        "leave_url": leave,
    }
    headers = {"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    text = render_to_string("conversations/mail_why.txt", context)
    html = render_to_string("conversations/mail_why.html", context)
    return f"Why did you leave the texts of {tenant.brand}?", text, html, headers


# ── forgetting ────────────────────────────────────────────────────────────────────────────────────────
def forget(phone_ids: Iterable[int]) -> None:
    """What erased people said goes; that a reason was given, and that a complaint was answered, stays."""
    ids = set(phone_ids)
    if not ids:
        return
    ReasonGiven.objects.filter(phone_id__in=ids).update(words="", matched_by="")
    ComplaintNote.objects.filter(complaint__phone_id__in=ids).update(text="")
    Complaint.objects.filter(phone_id__in=ids).update(words="", who="")
    Wish.objects.filter(phone_id__in=ids).update(ip=None, user_agent="", ended_at=Coalesce("ended_at", Now()))

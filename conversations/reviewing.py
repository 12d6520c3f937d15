"""The review queue: replies in the order of their deadlines, one of them open as a card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from consent.models import PhoneNumber
from consent.reading import phone_facts
from consent.rules.gate import PhoneFacts
from consent.rules.numbers import show
from consent.rules.opting import MISTAKE_WINDOW
from consent.rules.reach import Covers, Reach
from contacts.models import Contact
from conversations.actions.reviews import OPT_OUT, OPT_OUT_ALL, PRESENT, RELEASE, covers_of
from conversations.actions.settling import decided_sentence, words_of
from conversations.models.reviews import Review
from conversations.reading import language_name, rights_of
from conversations.rules.doubts import ACT, LEAVE, likely, weigh, why_unclear
from conversations.rules.timeline import when
from conversations.timeline import campaign_names
from conversations.views import Asked
from messaging.models import Message
from messaging.models.messages import Direction
from messaging.rules.errors import code_label
from tenants.models import SenderNumber, Tenant
from tenants.rules import Actor

PAGE = 50
BEFORE = 4
#: Said for whoever opts out with one key: when in doubt, it is one.
DEFAULT_REASONS = {OPT_OUT: "Read as an opt-out.", OPT_OUT_ALL: "Read as an opt-out of every sender."}
REASONS = (
    "They answer something else",
    "They ask a question",
    "They mean one campaign only",
    "A joke among friends",
)
SHORT_OF_TIME = 3 * 60


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The filter of the queue: by sender number and by language, "" for any."""

    sender: str = ""
    language: str = ""

    @property
    def query(self) -> str:
        """As an address."""
        return urlencode({k: v for k, v in (("sender", self.sender), ("language", self.language)) if v})


def read_filter(given: Any) -> Narrowed:
    """The filter of an address; what is not understood is left out."""
    sender, language = given.get("sender", ""), given.get("language", "")
    return Narrowed(
        sender if sender.isdecimal() and len(sender) < 19 else "", language if language.isalpha() else ""
    )


def open_reviews(narrowed: Narrowed | None = None) -> QuerySet[Review]:
    """What waits for a reader, soonest deadline first; doubts about the carrier have none and come last."""
    found: QuerySet[Review] = Review.objects.filter(decided_at=None)
    if narrowed and narrowed.sender:
        found = found.filter(sender_id=int(narrowed.sender))
    if narrowed and narrowed.language:
        found = found.filter(language=narrowed.language)
    return found.order_by(F("deadline").asc(nulls_last=True), "pk")


def count_open() -> int:
    """How many wait; a partial index answers."""
    return open_reviews().count()


def queue_context(
    request: Asked, *, review_id: int | None = None, refused: dict[str, str] | None = None
) -> dict[str, Any]:
    """The list, and the card of the reply asked for, else of the first; `refused` is shown beside the reason."""
    narrowed, now = read_filter(request.GET), timezone.now()
    found = open_reviews(narrowed)
    rows = list(found.select_related("phone", "sender")[:PAGE])
    chosen = _chosen(review_id, rows)
    people = _people([*rows, *([chosen] if chosen else [])])
    items = [_row(row, people, narrowed, now) for row in rows]
    at = next((i for i, row in enumerate(rows) if chosen and row.pk == chosen.pk), None)
    return {
        "items": items,
        "total": found.count() if len(rows) == PAGE else len(rows),
        "card": _card(chosen, people, request.tenant, now) if chosen else None,
        "chosen_id": chosen.pk if chosen else 0,
        "on_a_card": review_id is not None,
        "next_url": items[at + 1]["url"] if at is not None and at + 1 < len(items) else "",
        "previous_url": items[at - 1]["url"] if at else "",
        "position": at + 1 if at is not None else 0,
        "filters": _filters(narrowed),
        "narrowed": narrowed,
        "done": _done(request, people, now),
        "refused": refused or {},
        "reasons": REASONS,
        "rights": rights_of(request.actor),
        "queue_url": _url(reverse("conversations:reviews"), narrowed),
        "undecided": review_id is None or bool(chosen and chosen.decided_at is None),
    }


def presence_of(review: Review, actor: Actor) -> dict[str, Any]:
    """Whether it is decided, or who else reads it just now."""
    if review.decided_at is not None:
        return {"decided": decided_sentence(review)}
    fresh = review.opened_at is not None and timezone.now() - review.opened_at < PRESENT
    return {"other": review.opened_label if fresh and review.opened_id != actor.id else ""}


def left(deadline: datetime | None, now: datetime) -> str:
    """ "2 h 40 min", "3 d 4 h"; "" where there is no deadline."""
    if deadline is None:
        return ""
    minutes = max(0, int((deadline - now).total_seconds() // 60))
    if minutes >= 48 * 60:
        return f"{minutes // 1440} d {minutes % 1440 // 60} h"
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"


def _chosen(review_id: int | None, rows: Sequence[Review]) -> Review | None:
    if review_id is None:
        return rows[0] if rows else None
    for row in rows:
        if row.pk == review_id:
            return row
    found: Review | None = Review.objects.select_related("phone", "sender").filter(pk=review_id).first()
    if found is None:
        raise Http404("no such reply")
    return found


def _people(reviews: Iterable[Review]) -> dict[str, Any]:
    """Contacts and words of some reviews: two queries."""
    found = list(reviews)
    contacts = {c.phone_id: c for c in Contact.objects.filter(phone_id__in={r.phone_id for r in found})}
    ids = {r.message_id for r in found if r.message_id and r.why == Review.Why.REPLY}
    bodies = dict(Message.objects.filter(pk__in=ids).values_list("pk", "body"))
    return {"contacts": contacts, "bodies": bodies}


def _who(review: Review, people: dict[str, Any]) -> str:
    contact = people["contacts"].get(review.phone_id)
    return str(contact or show(review.phone.e164 or "") or "Erased person")


def _row(review: Review, people: dict[str, Any], narrowed: Narrowed, now: datetime) -> dict[str, Any]:
    words = people["bodies"].get(review.message_id) or ""
    doubt = review.why == Review.Why.DOUBT
    remaining = left(review.deadline, now)
    return {
        "id": review.pk,
        "url": _url(reverse("conversations:review_card", args=[review.pk]), narrowed),
        "who": _who(review, people),
        "words": "The carrier may have blocked them" if doubt else f"“{' '.join(words.split())}”",
        "sender": f"{'From' if doubt else 'To'} {review.sender.name}" if review.sender else "",
        "left": remaining or "No deadline",
        "soon": review.deadline is not None and (review.deadline - now).total_seconds() < SHORT_OF_TIME * 60,
        "likely": "" if doubt else f"{review.likely or likely(words)} % likely an opt-out",
    }


def _card(review: Review, people: dict[str, Any], tenant: Tenant, now: datetime) -> dict[str, Any]:
    doubt, words = review.why == Review.Why.DOUBT, words_of(review)
    phone: PhoneNumber = review.phone
    senders = list(SenderNumber.objects.filter(retired_at=None))
    covers = covers_of(review, tenant)
    chance = review.likely or likely(words)
    texts = _before(review)
    campaigns = campaign_names([review.campaign_ref, *(t.broadcast_id for t in texts)])
    return {
        "id": review.pk,
        "doubt": doubt,
        "who": _who(review, people),
        "contact": people["contacts"].get(review.phone_id),
        "number": show(phone.e164 or ""),
        "status": phone.status,
        "sender": review.sender.name if review.sender else "",
        "wrote": when(review.created_at, tenant.zone, now).replace("Today, ", "today "),
        "campaign": campaigns.get(review.campaign_ref or 0, ""),
        "words": words,
        "left": left(review.deadline, now),
        "weights": weigh(words) if words else [],
        "likely": chance,
        "leave": LEAVE,
        "act": ACT,
        "rule": review.rule.replace("_", " "),
        "why": why_unclear(review.rule),
        "language": language_name(review.language) if review.language else "",
        "permissions": _permissions(phone, senders),
        "options": _options(review, covers, senders),
        "lapse": _lapse(review, senders, tenant, now),
        "before": [_line(t, campaigns, {s.pk: s.name for s in senders}, tenant, now) for t in texts],
        "decided": decided_sentence(review) if review.decided_at else "",
        "entry": review.entry,
        "refused_text": _refused_text(review) if doubt else None,
    }


def _permissions(phone: PhoneNumber, senders: Sequence[SenderNumber]) -> list[tuple[str, str]]:
    """Without the holds: what they said themselves, for each sender."""
    facts = phone_facts([phone.pk], [s.pk for s in senders])
    return [(s.name, _said(facts[phone.pk, s.pk])) for s in senders]


def _said(facts: PhoneFacts) -> str:
    if facts.state == "opted_out" or facts.covered_by_all:
        return "opted_out"
    return "pending" if facts.pending else facts.state or "unknown"


def _options(review: Review, covers: Covers, senders: Sequence[SenderNumber]) -> list[dict[str, str]]:
    """The decisions in the order of their keys; as STOP would be and of all are one where STOP covers all."""
    name = review.sender.name if review.sender else ""
    names = ", ".join(s.name for s in senders)
    options = []
    if covers.reach == Reach.NUMBER:
        options.append((OPT_OUT, "opted_out", f"Opt out of {name}", "the number they wrote to"))
    elif covers.reach == Reach.PURPOSE:
        of = [s.name for s in senders if s.purpose == covers.purpose]
        options.append((OPT_OUT, "opted_out", f"Opt out of {covers.purpose}", ", ".join(of)))
    options.append((OPT_OUT_ALL, "stopped", "Stop all senders", names))
    calm = (
        ("Not blocked", "lift the hold")
        if review.why == Review.Why.DOUBT
        else ("Not an opt-out", "lift the hold")
    )
    options.append((RELEASE, "opted_in", *calm))
    return [
        {"value": value, "sign": sign, "label": label, "detail": detail, "key": str(n)}
        for n, (value, sign, label, detail) in enumerate(options, 1)
    ]


def _lapse(review: Review, senders: Sequence[SenderNumber], tenant: Tenant, now: datetime) -> str:
    """What happens when nobody decides."""
    if review.deadline is None:
        return "No deadline: marketing from this number waits until you decide, or a text shows it is not blocked."
    selling = [s.name for s in senders if s.purpose == SenderNumber.Purpose.MARKETING]
    named = {review.sender.name} if review.sender else set()
    names = sorted({*selling, *named}, key=[s.name for s in senders].index)
    whom = ", ".join(names) if names else "every sender"
    at = when(review.deadline, tenant.zone, now).removeprefix("Today, ")
    return f"No decision by {at}? They are opted out of {whom}."


def _before(review: Review) -> list[Message]:
    texts = Message.objects.filter(phone_id=review.phone_id)
    if review.why == Review.Why.REPLY and review.message_id:
        texts = texts.filter(pk__lt=review.message_id)
    return list(texts.exclude(body=None).order_by("-pk")[:BEFORE])


def _line(
    text: Message, campaigns: dict[int, str], names: dict[int, str], tenant: Tenant, now: datetime
) -> dict[str, str]:
    inbound, sender = text.direction == Direction.IN, names.get(text.sender_id, "a retired sender")
    campaign = campaigns.get(text.broadcast_id or 0, "")
    at = text.begun_at or text.created_at
    title = f"{campaign}, from {sender}" if campaign else f"From {sender}"
    return {
        "icon": "arrow-down-left" if inbound else "arrow-up-right",
        "way": "They wrote" if inbound else "They got",
        "when": when(at, tenant.zone, now),
        "iso": at.isoformat(),
        "title": f"Wrote to {sender}" if inbound else title,
        "words": " ".join((text.body or "").split()),
    }


def _refused_text(review: Review) -> dict[str, str] | None:
    text = Message.objects.filter(pk=review.message_id, phone_id=review.phone_id).first()
    if text is None:
        return None
    return {"body": text.body or "", "why": code_label(text.error_code) if text.error_code else ""}


def _filters(narrowed: Narrowed) -> dict[str, Any]:
    """Sender numbers and languages that something waits for."""
    waiting = Review.objects.filter(decided_at=None)
    senders = SenderNumber.objects.filter(pk__in=waiting.values("sender_id")).order_by("pk")
    languages = sorted(set(waiting.exclude(language="").values_list("language", flat=True)))
    return {
        "senders": [(str(pk), name) for pk, name in senders.values_list("pk", "name")],
        "languages": [(code, language_name(code)) for code in languages],
        "any": bool(narrowed.query),
    }


def _done(request: Asked, people: dict[str, Any], now: datetime) -> dict[str, Any] | None:
    """The decision that this member made a moment ago, while it can be taken back."""
    asked = request.GET.get("done", "")
    if not asked.isdecimal() or len(asked) > 18:
        return None
    review = Review.objects.select_related("phone").filter(pk=int(asked)).first()
    if review is None or review.decided_at is None or now - review.decided_at > MISTAKE_WINDOW:
        return None
    if (review.decided_kind, review.decided_id) != (request.actor.kind, request.actor.id):
        return None
    people = people if review.phone_id in people["contacts"] else _people([review])
    said = "Recorded as an opt-out" if review.decision == Review.Decision.OPT_OUT else "Released, no opt-out"
    return {"id": review.pk, "who": _who(review, people), "said": said, "entry": review.entry}


def _url(base: str, narrowed: Narrowed) -> str:
    return f"{base}?{narrowed.query}" if narrowed.query else base

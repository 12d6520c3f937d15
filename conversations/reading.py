"""What the profile of one person shows: status with its reach, facts, may each sender text them, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Count, Q
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_info

from consent.explain import Explanation, explain
from consent.models import ConsentEvent, Hold, Permission, PhoneNumber
from consent.reading import evidence_of, permissions_of, stopped_from
from consent.rules.gate import MARKETING, SERVICE, TRANSACTIONAL
from consent.rules.numbers import show
from consent.rules.opting import MISTAKE_WINDOW
from contacts.models import Contact, ContactTag, FieldDefinition, Group, GroupMember, ImportJob, Tag
from conversations.models.leaving import Wish
from conversations.rules.timeline import when
from conversations.timeline import campaign_names, last_event
from messaging.models import Message
from messaging.models.messages import Direction
from messaging.rules.outcomes import Phase
from tenants.models import SenderNumber, Tenant
from tenants.rules import Actor, Role

PURPOSES = {"marketing": MARKETING, "service": SERVICE, "transactional": TRANSACTIONAL}
_RECENT = 20


def find_contact(contact_id: int) -> Contact:
    """The contact with its number, of the tenant of the scope; else 404."""
    contact: Contact | None = Contact.objects.select_related("phone").filter(pk=contact_id).first()
    if contact is None:
        raise Http404("no such contact")
    return contact


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's status, with the names of the senders they stopped ("all" for every one, "" for none)."""

    status: str
    stopped: str
    unsubscribed: bool
    states: dict[int, str]
    reason: str = ""

    @property
    def pill(self) -> str:
        """Names for the status pill: '' means all there."""
        return "" if self.stopped == "all" else self.stopped


def standing_of(phone: PhoneNumber) -> Standing:
    """Status, reach and the permission of every sender number, retired ones too; five queries."""
    senders = list(SenderNumber.objects.order_by("pk"))
    found = permissions_of([phone.pk], [sender.pk for sender in senders])
    states = {sender.pk: found[phone.pk, sender.pk] for sender in senders}
    stopped = stopped_from(phone.pk, found, senders) if phone.stopped_at is not None else ""
    return Standing(phone.status, stopped, phone.stopped_at is not None, states, phone.block_reason)


def version_of(phone_id: int) -> str:
    """Changes whenever the page would: status, permissions, holds, newest entry and newest texts; four queries."""
    phone = PhoneNumber.objects.filter(pk=phone_id).values_list("status", "stopped_at", "unusable_at").first()
    seq = (
        ConsentEvent.objects.filter(phone_id=phone_id).order_by("-seq").values_list("seq", flat=True).first()
    )
    holds = list(Hold.objects.filter(phone_id=phone_id).order_by("pk").values_list("pk", flat=True))
    texts = Message.objects.filter(phone_id=phone_id).order_by("-pk")[:_RECENT]
    moved = list(texts.values_list("pk", "phase", "receipt"))
    facts = (phone, seq, holds, moved[:1], sum(p * 100 + r for _, p, r in moved))
    return f"{abs(hash_of(repr(facts))):x}"


def hash_of(text: str) -> int:
    """A short fingerprint that is the same in every process."""
    value = 14695981039346656037
    for byte in text.encode():
        value = ((value ^ byte) * 1099511628211) & 0xFFFFFFFFFFFFFFFF
    return value


def senders_of() -> list[SenderNumber]:
    """The tenant's sender numbers in use."""
    return list(SenderNumber.objects.filter(retired_at__isnull=True).order_by("pk"))


def cards_of(
    phone: PhoneNumber,
    standing: Standing,
    senders: Sequence[SenderNumber],
    *,
    chosen: int,
    purpose: str,
    page: str,
) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """A card for each sender, asked for its own kind of text, and the gate of the chosen one asked for `purpose`."""
    cards, gate = [], None
    answers: dict[int, Explanation] = {}
    for sender in senders:
        answers[sender.pk] = explain(phone.pk, sender.pk, PURPOSES[sender.purpose])
    campaigns = campaign_names(a.event.campaign_ref for a in answers.values() if a.event is not None)
    for sender in senders:
        answer = answers[sender.pk]
        cards.append(_card(phone, standing, sender, answer, campaigns, chosen=sender.pk == chosen, page=page))
        if sender.pk == chosen:
            asked = answer if purpose == sender.purpose else explain(phone.pk, sender.pk, PURPOSES[purpose])
            gate = _gate(sender, asked, purpose)
    return cards, gate


def _card(
    phone: PhoneNumber, standing: Standing, sender: SenderNumber, answer: Explanation, campaigns: dict[int, str],
    *, chosen: bool, page: str,
) -> dict[str, Any]:  # fmt: skip
    verdict, _, sentence = answer.sentence.partition(" ")
    event = answer.event or _event_of(phone.pk, sender.pk)
    state = "blocked" if standing.status == "blocked" else standing.states[sender.pk]
    campaign = campaigns.get(event.campaign_ref or 0, "") if event else ""
    return {
        "state": state,
        "sender": sender.name,
        "sender_id": sender.pk,
        "number_end": sender.tail,
        "purpose": sender.get_purpose_display(),
        "verdict": verdict,
        "sentence": sentence[:1].upper() + sentence[1:] if verdict.endswith(".") else sentence,
        "source": f"Answering “{campaign}”." if campaign else "",
        "file": answer.file,
        "proof_url": reverse("conversations:entry", args=[event.seq]) if event else "",
        "proof_number": f"{event.seq:,}" if event else "",
        "chosen": chosen,
        "choose_url": f"{page}?sender={sender.pk}",
        "may": answer.may,
        "way_back": answer.way_back,
    }


def _event_of(phone_id: int, sender_id: int) -> ConsentEvent | None:
    """The entry behind the permission, where the gate's answer names none."""
    seq = (
        Permission.objects.filter(phone_id=phone_id, sender_id=sender_id)
        .values_list("event", flat=True)
        .first()
    )
    found: ConsentEvent | None = ConsentEvent.objects.filter(seq=seq).first() if seq else None
    return found


def _gate(sender: SenderNumber, answer: Explanation, purpose: str) -> dict[str, Any]:
    what = {"marketing": "marketing", "service": "service texts", "transactional": "transactional texts"}[
        purpose
    ]
    results = {"passed": "passed", "deciding": "deciding", "not_asked": "skipped"}
    return {
        "question": f"Why {'' if answer.may else 'no '}{what} from {sender.name}?",
        "note": "" if answer.may else "The first “no” decides; later rules are not asked.",
        "steps": [
            {"label": s.label, "note": s.detail, "result": results[s.state], "state": answer.sign}
            for s in answer.steps
        ],
        "way_back": answer.way_back,
    }


def facts_of(contact: Contact, tenant: Tenant, now: datetime) -> list[tuple[str, str]]:
    """E-mail, language, own fields, when added and from where: label and value, empty ones left out."""
    own = dict(FieldDefinition.objects.order_by("pk").values_list("key", "label"))
    source = f", {source_of(contact)}" if contact.source else ""
    rows = [
        ("E-mail", contact.email),
        ("Language", language_name(contact.language)),
        *(
            (own.get(key, key), str(value))
            for key, value in contact.fields.items()
            if value not in ("", None)
        ),
        ("Asked for", ", ".join(wishes_of(contact))),
        ("Added", f"{when(contact.created_at, tenant.zone, now).partition(',')[0]}{source}"),
    ]
    return [(label, value) for label, value in rows if value]


def source_of(contact: Contact) -> str:
    """Where they came from, in words: an import by its file's name, never by its number."""
    kind, _, number = str(contact.source).partition(":")
    if kind != "import" or not number.isdecimal():
        return str(contact.source)
    name = ImportJob.objects.filter(pk=number).values_list("file_name", flat=True).first()
    return f"from the file “{name}”" if name else "by an import"


def wishes_of(contact: Contact) -> list[str]:
    """What they ticked instead, when they left; only who has stopped was asked."""
    if contact.phone.stopped_at is None:
        return []
    return list(Wish.objects.standing().filter(phone_id=contact.phone_id).values_list("label", flat=True))


def language_name(code: str) -> str:
    """The name of a language tag that people know."""
    short = code.lower().partition("-")[0]
    try:
        return str(get_language_info(short)["name"])
    except KeyError:
        return code


def local_time(phone: PhoneNumber, now: datetime) -> str:
    """ "13:45 there, New York"; empty where the zone is not known."""
    if not phone.zone:
        return ""
    try:
        local = now.astimezone(ZoneInfo(phone.zone))
    except (ZoneInfoNotFoundError, ValueError):
        return ""
    return f"{local:%H:%M} there, {phone.zone.rpartition('/')[2].replace('_', ' ')}"


def sets_of(contact: Contact) -> dict[str, Any]:
    """The person's groups and tags, and those they could be put into."""
    groups = list(
        GroupMember.objects.filter(contact=contact).order_by("group__name").values("group_id", "group__name")
    )
    tags = list(
        ContactTag.objects.filter(contact=contact).order_by("tag__name").values("tag_id", "tag__name")
    )
    free_groups = Group.objects.filter(kind=Group.Kind.MANUAL).exclude(pk__in=[g["group_id"] for g in groups])
    free_tags = Tag.objects.exclude(pk__in=[t["tag_id"] for t in tags])
    return {
        "groups": [(g["group_id"], g["group__name"]) for g in groups],
        "tags": [(t["tag_id"], t["tag__name"]) for t in tags],
        "free_groups": list(free_groups.order_by("name").values_list("pk", "name")[:200]),
        "free_tags": list(free_tags.order_by("name").values_list("pk", "name")[:200]),
    }


def figures_of(phone_id: int, now: datetime) -> dict[str, int]:
    """Texts received, answers and texts held back in 90 days."""
    recent = Message.objects.filter(phone_id=phone_id, created_at__gte=now - timedelta(days=90))
    out = Q(direction=Direction.OUT)
    found: dict[str, int] = recent.aggregate(
        received=Count("pk", filter=out & Q(phase=Phase.HANDED)),
        replied=Count("pk", filter=Q(direction=Direction.IN)),
        held_back=Count("pk", filter=out & Q(phase=Phase.NOT_SENT)),
    )
    return found


@dataclass(frozen=True, slots=True)
class OpenReview:
    """A reply that must be read: its words, the sender it was written to, until when, and the hold's key."""

    key: str
    words: str
    sender: str
    at: datetime
    until: datetime | None
    entry: int | None


def review_of(phone_id: int) -> OpenReview | None:
    """The oldest reply of this person that waits for a reader."""
    hold = Hold.objects.filter(phone_id=phone_id, reason=Hold.Reason.UNDER_REVIEW).order_by("pk").first()
    if hold is None:
        return None
    event = ConsentEvent.objects.filter(event_key=f"held:{hold.event_key}").first()
    evidence = evidence_of([event]).get(event.seq) if event else None
    text = reply_behind(phone_id, hold.event_key)
    sender = SenderNumber.objects.filter(pk=text.sender_id).first() if text else None
    words = evidence.words if evidence and evidence.words else (text.body or "" if text else "")
    return OpenReview(
        hold.event_key,
        words,
        sender.name if sender else "",
        hold.created_at,
        hold.until,
        event.seq if event else None,
    )


def reply_behind(phone_id: int, event_key: str) -> Message | None:
    """The inbound text that an event key ("in:<provider's id>") names."""
    kind, _, sid = event_key.partition(":")
    if kind != "in" or not sid:
        return None
    found: Message | None = Message.objects.filter(phone_id=phone_id, sid=sid, direction=Direction.IN).first()
    return found


def own_slip(phone_id: int, actor: Actor, now: datetime) -> ConsentEvent | None:
    """The opt-out that this member recorded less than ten minutes ago, while nothing followed it."""
    event = last_event(phone_id)
    if (
        event is None
        or event.kind != "opt_out"
        or (event.actor_kind, event.actor_id) != (actor.kind, actor.id)
    ):
        return None
    return event if now - event.recorded_at < MISTAKE_WINDOW else None


def rights_of(actor: Actor) -> dict[str, bool]:
    """Which acts the page offers: `act` from agent, `manage` from manager."""
    return {"act": actor.may(Role.AGENT), "manage": actor.may(Role.MANAGER)}


def title_of(contact: Contact) -> str:
    """Name, else number."""
    return contact.name or show(contact.phone.e164 or "") or "Erased person"


def now_of() -> datetime:
    """The clock of the pages."""
    return timezone.now()

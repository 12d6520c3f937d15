"""What the consent pages show: the permission history line by line, one entry with all its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.http import Http404
from django.utils import timezone

from consent.models import ConsentEvent, EvidenceFile
from consent.models.ledger import Kind, Method
from consent.reading import Entry, HistoryFilter, evidence_of, facts_of, history
from consent.rules.fold import Fact, PhoneState, fold
from consent.rules.numbers import show
from consent.rules.sentences import by_day_only
from contacts.models import Contact
from conversations.rules.timeline import entry_line, plain, when
from conversations.timeline import campaign_names, told_of
from messaging.models import Message
from messaging.rules.links import without_tokens
from tenants.files import path_of
from tenants.models import SenderNumber, Tenant
from tenants.rules import Refused

_ACTORS = {
    "person": "The person",
    "member": "A member",
    "staff": "Staff",
    "bot": "A bot",
    "api": "Another system",
    "provider": "The carrier",
    "system": "smscrm",
}
_AFTER = {
    "opt_out": "opted_out",
    "wrong_number": "stopped",
    "repeated": "opted_out",
    "opt_in": "opted_in",
    "block": "blocked",
    "asked": "pending",
    "lapsed": "unknown",
    "held": "on_hold",
    "erased": "blocked",
}
#: Kinds that change the person as a whole rather than one sender's permission.
_PERSON = frozenset({"block", "unblock", "erased"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the history: states are words of the consent vocabulary, "" where nothing changed."""

    seq: int
    at: str
    iso: str
    who: str
    contact_id: int | None
    number: str
    sender: str
    before: str
    after: str
    stopped: str
    change: str
    how: str
    by: str
    seal: str
    file: str


def rows_of(
    wanted: HistoryFilter, tenant: Tenant, *, before_seq: int | None = None, limit: int = 50
) -> list[Row]:
    """Lines newest first, `limit` below `before_seq`; a fixed number of queries."""
    return rows_from(history(wanted, before_seq=before_seq, limit=limit), tenant)


def rows_from(entries: Sequence[Entry], tenant: Tenant) -> list[Row]:
    """The lines of some entries, with the state before and after each."""
    phones = {entry.event.phone_id for entry in entries}
    people = {c.phone_id: c for c in Contact.objects.filter(phone_id__in=phones)}
    campaigns = campaign_names(e.event.campaign_ref for e in entries)
    facts = _facts(phones)
    names = dict(SenderNumber.objects.values_list("pk", "name"))
    now = timezone.now()
    return [
        _row(entry, people.get(entry.event.phone_id), campaigns, facts, names, tenant, now)
        for entry in entries
    ]


def _row(
    entry: Entry, contact: Contact | None, campaigns: dict[int, str], facts: dict[int, list[Fact]],
    names: dict[int, str], tenant: Tenant, now: datetime,
) -> Row:  # fmt: skip
    event = entry.event
    before, after, stopped = change_of(event, facts.get(event.phone_id, []), names)
    number = show(entry.e164) if entry.e164 else "Erased"
    told = told_of(entry, campaigns)
    sender = "All" if event.reach == "all" or event.kind in _PERSON else ", ".join(entry.senders)
    return Row(
        seq=event.seq,
        at=when(event.recorded_at, tenant.zone, now),
        iso=event.recorded_at.isoformat(),
        who=contact.name or number if contact else number,
        contact_id=contact.pk if contact else None,
        number=number,
        sender=sender or names.get(event.sender_id or 0, ""),
        before=before,
        after=after,
        stopped=stopped,
        change="" if after else plain(entry_line(told).title.replace("*", "")),
        how=_how(entry),
        by=actor_of(entry),
        seal=f"{entry.seal[:4]}…{entry.seal[-4:]}",
        file=entry.evidence.file.name if entry.evidence and entry.evidence.file else "",
    )


def change_of(event: ConsentEvent, facts: Sequence[Fact], names: dict[int, str]) -> tuple[str, str, str]:
    """State before and after an entry, and the names of the stopped senders after it ("" means all).

    States are those of the sender's permission where the entry is about one, else of the person; ("", "", "") where
    nothing changed.
    """
    old = fold(f for f in facts if f.seq < event.seq)
    new = fold(f for f in facts if f.seq <= event.seq)
    after = _AFTER.get(event.kind, "")
    if event.kind in {"unblock", "mistake", "returned", "withdrawn", "released"} or event.kind in _PERSON:
        before_word, after_word = person_word(old), after or person_word(new)
        before_word = "on_hold" if event.kind == "released" else before_word
        return before_word, after_word, stopped_names(new, names)
    if not after:
        return "", "", ""
    if event.reach == "all" and event.kind in {"opt_out", "wrong_number"}:
        return person_word(old), "stopped", ""
    sender = event.senders[0] if event.senders else event.sender_id
    return _word(old, sender), after, ""


def person_word(state: PhoneState) -> str:
    """A person's state in the words of the vocabulary."""
    if state.status != "stopped":
        return state.status
    return "stopped" if state.all_stopped is not None else "stopped_some"


def stopped_names(state: PhoneState, names: dict[int, str]) -> str:
    """Names of the senders that keep the person out, "" where it is all of them or none."""
    if state.all_stopped is not None:
        return ""
    return ", ".join(
        names.get(s, "") for s, kept in sorted(state.permissions.items()) if kept.state == "opted_out"
    )


def _word(state: PhoneState, sender: int | None) -> str:
    if sender is None:
        return person_word(state)
    if state.opted_out(sender):
        return "opted_out"
    kept = state.permissions.get(sender)
    return kept.state if kept else "unknown"


def actor_of(entry: Entry) -> str:
    """Who did it, by name where one is kept."""
    label = entry.evidence.actor_label if entry.evidence else ""
    return label or _ACTORS.get(entry.event.actor_kind, entry.event.actor_kind)


def _how(entry: Entry) -> str:
    words = " ".join((entry.evidence.words if entry.evidence else "").split())
    if words:
        short = words if len(words) <= 40 else words[:39] + "…"
        return f"“{short}”, {entry.how[:1].lower()}{entry.how[1:]}"
    return entry.how


def _facts(phone_ids: Iterable[int]) -> dict[int, list[Fact]]:
    rows = ConsentEvent.objects.filter(phone_id__in=phone_ids).order_by("seq")
    found: dict[int, list[Fact]] = {}
    for phone_id, seq, kind, at, reach, senders, undoes in rows.values_list(
        "phone_id", "seq", "kind", "occurred_at", "reach", "senders", "undoes"
    ):
        found.setdefault(phone_id, []).append(Fact(seq, kind, at, reach, tuple(senders), undoes))
    return found


def entry_context(seq: int, tenant: Tenant) -> dict[str, Any]:
    """One entry with everything kept about it; 404 where the tenant has none of this number."""
    found = history(HistoryFilter(number=seq), limit=1)
    if not found:
        raise Http404("no such entry")
    entry = found[0]
    event = entry.event
    names = dict(SenderNumber.objects.values_list("pk", "name"))
    before, after, stopped = change_of(event, facts_of(event.phone_id), names)
    campaigns = campaign_names([event.campaign_ref])
    line = entry_line(told_of(entry, campaigns))
    answered = _answered(event)
    return {
        "entry": entry,
        "event": event,
        "line": line,
        "title": f"Entry {event.seq:,}",
        "before": before,
        "after": after,
        "stopped": stopped,
        "number": show(entry.e164) if entry.e164 else "Erased",
        "contact": Contact.objects.filter(phone_id=event.phone_id).first(),
        "who_did": actor_of(entry),
        "sender_names": "every sender, later ones too" if event.reach == "all" else ", ".join(entry.senders),
        "texted": names.get(event.sender_id or 0, ""),
        "told_at": _told(event.occurred_at, tenant),
        "recorded_at": _exact(event.recorded_at, tenant),
        "how": Method(event.method).label,
        "kind": Kind(event.kind).label,
        "campaign": campaigns.get(event.campaign_ref or 0, ""),
        "answered": answered,
        "answered_text": without_tokens(answered.body or "") if answered else "",
        "evidence": entry.evidence,
        "erased": event.evidence_id is not None and entry.evidence is None,
        "file_seal": _grouped(_file_seal(entry)),
        "seal": _grouped(entry.seal),
        "prev": _grouped(bytes(event.prev).hex()),
        "digest": _grouped(bytes(event.evidence_digest).hex()),
        "nav_key": "consent",
    }


def file_of(seq: int) -> EvidenceFile:
    """The file of an entry; 404 where it has none, or none any more."""
    event = ConsentEvent.objects.filter(seq=seq).first()
    evidence = evidence_of([event]).get(seq) if event is not None else None
    if evidence is None or evidence.file is None:
        raise Http404("no such file")
    return evidence.file


def open_file(file: EvidenceFile) -> IO[bytes]:
    """Its bytes. Raises `Refused("not_found")` where the disk has lost them."""
    try:
        return path_of(file.path).open("rb")
    except FileNotFoundError:
        told = "This file is missing on the server’s disk. Check the ledger, and tell who runs the server."
        raise Refused("not_found", told) from None


def _file_seal(entry: Entry) -> str:
    file = entry.evidence.file if entry.evidence else None
    return bytes(file.sha256).hex() if file else ""


def _answered(event: ConsentEvent) -> Message | None:
    if not event.answered_message_id:
        return None
    found: Message | None = Message.objects.filter(
        pk=event.answered_message_id, phone_id=event.phone_id
    ).first()
    return found


def _exact(at: datetime, tenant: Tenant) -> str:
    local = at.astimezone(ZoneInfo(tenant.zone))
    return f"{local.day} {local:%b %Y, %H:%M:%S} ({tenant.zone.rpartition('/')[2].replace('_', ' ')})"


def _told(at: datetime, tenant: Tenant) -> str:
    local = at.astimezone(ZoneInfo(tenant.zone))
    return f"{local.day} {local:%b %Y}" if by_day_only(at, tenant.zone) else _exact(at, tenant)


def _grouped(text: str) -> str:
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))

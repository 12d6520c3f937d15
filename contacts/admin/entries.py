"""The permission history as people read it, and as it is handed out: lines, CSV, JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.db.models import QuerySet
from django.urls import reverse

from consent.actions.ledger import COLUMNS
from consent.models import ConsentEvent, ConsentEvidence, PhoneNumber
from consent.models.ledger import Kind, Method
from consent.reading import evidence_of
from consent.rules.evidence import FileProof
from consent.rules.numbers import show
from contacts.models import Contact
from contacts.rules.guard import guarded
from tenants.admin.site import names_of
from tenants.models import SenderNumber
from tenants.rules import Refused

CHUNK = 2000
MOST = 200_000
IN_MEMORY = 4 * 1024 * 1024
_NAMES = [name for name, _ in COLUMNS]
HEADER = [
    "entry", "recorded_at", "told_at", "number", "what", "how", "reach", "sender_numbers", "from_status", "to_status",
    "who", "who_label", "words", "disclosure", "note", "taken_by", "wording_version", "ip", "user_agent", "url", "file",
    "file_sha256", "answered_message", "campaign", "event_key", "evidence_erased", "evidence_digest", "seal_before",
    "seal",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One entry with everything that is known around it; `erased`: its evidence was taken away by an erasure."""

    event: ConsentEvent
    number: str
    e164: str
    contact: str
    what: str
    how: str
    change: str
    senders: str
    who: str
    evidence: ConsentEvidence | None
    erased: bool
    campaign: str
    campaign_url: str
    message_url: str
    seal: str

    @property
    def words(self) -> str:
        return self.evidence.words if self.evidence else ""

    @property
    def disclosure(self) -> str:
        return self.evidence.disclosure if self.evidence else ""

    @property
    def note(self) -> str:
        return self.evidence.note if self.evidence else ""

    @property
    def file(self) -> FileProof | None:
        return self.evidence.file.proof() if self.evidence and self.evidence.file else None

    @property
    def at(self) -> datetime:
        return self.event.recorded_at


def lines_of(events: Sequence[ConsentEvent]) -> list[Line]:
    """Lines in the order given, in a constant number of queries."""
    evidence = evidence_of(events)
    phones = {e.phone_id for e in events}
    numbers = dict(PhoneNumber.objects.filter(pk__in=phones).values_list("pk", "e164"))
    people = {c.phone_id: c.name for c in Contact.objects.filter(phone_id__in=phones)}
    senders = dict(SenderNumber.objects.values_list("pk", "name"))
    campaigns = names_of("broadcast", (e.campaign_ref for e in events))
    return [_line(e, evidence.get(e.seq), numbers, people, senders, campaigns) for e in events]


def lines_of_phone(phone_id: int, limit: int = 50) -> list[Line]:
    """The newest entries of one number."""
    return lines_of(list(ConsentEvent.objects.filter(phone_id=phone_id).order_by("-seq")[:limit]))


def _line(
    event: ConsentEvent,
    evidence: ConsentEvidence | None,
    numbers: dict[int, str | None],
    people: dict[int, str],
    senders: dict[int, str],
    campaigns: dict[int, tuple[str, str]],
) -> Line:
    e164 = numbers.get(event.phone_id) or ""
    named = [senders.get(one, f"#{one}") for one in event.senders]
    campaign, campaign_url = campaigns.get(event.campaign_ref or 0, ("", ""))
    if event.campaign_ref and not campaign:
        campaign = f"broadcast {event.campaign_ref}"
    answered = event.answered_message_id
    return Line(
        event=event,
        number=show(e164) if e164 else "(erased)",
        e164=e164,
        contact=people.get(event.phone_id, ""),
        what=str(Kind(event.kind).label),
        how=str(Method(event.method).label),
        change=f"{event.from_status.title() or '–'} → {event.to_status.title() or '–'}",
        senders="All" if event.reach == "all" else ", ".join(named),
        who=_who(event, evidence),
        evidence=evidence,
        erased=event.evidence_id is not None and evidence is None,
        campaign=campaign,
        campaign_url=campaign_url,
        message_url=reverse("admin:messaging_message_change", args=[answered]) if answered else "",
        seal=bytes(event.hash).hex(),
    )


def _who(event: ConsentEvent, evidence: ConsentEvidence | None) -> str:
    kind = {
        "person": "The person",
        "provider": "The carrier",
        "system": "The system",
        "api": "An API key",
    }.get(event.actor_kind, event.actor_kind.title())
    label = evidence.actor_label if evidence else ""
    if label and label.lower() != kind.lower():
        return f"{label} ({kind.lower()})"
    return f"{kind} {event.actor_id}" if event.actor_id else kind


def export(found: QuerySet[ConsentEvent], form: str) -> tuple[IO[bytes], int]:
    """Write the entries, oldest first, into a temporary file as "csv" or "json"; answers it and their number.

    CSV is for people and spreadsheets, formulas disarmed. JSON has every column of the canonical form, the evidence
    with its salt, and both seals: an evidence pack that can be verified without the product. Refuses "too_many".
    """
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  handed to the response, which closes it
    count = (_write_csv if form == "csv" else _write_json)(file, _chunks(found.order_by("seq")))
    file.seek(0)
    return file, count


def _chunks(found: QuerySet[ConsentEvent]) -> Iterator[list[ConsentEvent]]:
    after, total = 0, 0
    while rows := list(found.filter(seq__gt=after)[:CHUNK]):
        total += len(rows)
        if total > MOST:
            raise Refused("too_many", f"More than {MOST:,} entries. Choose a shorter time.")
        yield rows
        after = rows[-1].seq


def _write_csv(file: Any, chunks: Iterable[list[ConsentEvent]]) -> int:
    text = _Encoded(file)
    writer = csv.writer(text)
    text.write("\ufeff")  # spreadsheets read UTF-8 only when told
    writer.writerow(HEADER)
    count = 0
    for rows in chunks:
        for line in lines_of(rows):
            writer.writerow([guarded(cell) for cell in _cells(line)])
            count += 1
    return count


_TEXTS = (
    "actor_label", "words", "disclosure", "note", "taken_by", "wording_version", "ip", "user_agent", "url",
)  # fmt: skip


def _cells(line: Line) -> list[object]:
    e, kept = line.event, line.evidence
    return [
        e.seq, e.recorded_at.isoformat(), e.occurred_at.isoformat(), line.e164, line.what, line.how, e.reach,
        line.senders, e.from_status, e.to_status, e.actor_kind,
        *(getattr(kept, name) if kept else "" for name in _TEXTS), line.file.name if line.file else "",
        line.file.sha256 if line.file else "", e.answered_message_id, line.campaign, e.event_key,
        "yes" if line.erased else "", bytes(e.evidence_digest).hex(), bytes(e.prev).hex(), line.seal,
    ]  # fmt: skip


def _write_json(file: Any, chunks: Iterable[list[ConsentEvent]]) -> int:
    text = _Encoded(file)
    text.write("[")
    count = 0
    for rows in chunks:
        for line in lines_of(rows):
            text.write(
                ("\n" if not count else ",\n") + json.dumps(_pack(line), default=_plain, ensure_ascii=False)
            )
            count += 1
    text.write("\n]\n")
    return count


def _pack(line: Line) -> dict[str, Any]:
    event, kept = line.event, line.evidence
    entry: dict[str, Any] = {name: getattr(event, name) for name in _NAMES}
    entry |= {"prev": event.prev, "hash": event.hash, "number": line.e164, "campaign": line.campaign}
    entry["sender_names"] = line.senders
    entry["evidence"] = kept.proof().facts() | {"salt": kept.salt} if kept else None
    return entry


def _plain(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value.isoformat() if isinstance(value, datetime) else str(value)


class _Encoded:
    """The text side of a binary file."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, text: str) -> int:
        return int(self._file.write(text.encode("utf-8", "replace")))

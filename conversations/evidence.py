"""Evidence packs: entries of the permission history as files that anyone can check, inert in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from consent.history import export
from consent.models import ConsentEvidence, PhoneNumber
from consent.reading import Entry, HistoryFilter, history
from contacts.rules.guard import guarded
from conversations.timeline import campaign_names
from tenants.actions import audit
from tenants.models import SenderNumber, Tenant
from tenants.rules import Actor

COLUMNS = (
    "entry", "recorded_at", "occurred_at", "number", "kind", "how", "reach", "senders", "told_to", "from_status",
    "to_status",
    "actor_kind", "actor", "words", "disclosure", "note", "taken_by", "wording_version", "file", "file_sha256", "ip",
    "user_agent", "url", "campaign", "answered_message",
    "takes_back_entry", "evidence_erased", "evidence_digest", "evidence_salt", "previous_seal", "seal",
)  # fmt: skip

#: More entries than any person has; a pack is never cut silently below it.
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Pack:
    """A file to hand out."""

    body: str
    content_type: str
    file_name: str


def pack_of(tenant: Tenant, phone: PhoneNumber, actor: Actor, *, as_json: bool) -> Pack:
    """All entries of one number, oldest first, with evidence and seals. Handing it out is audited."""
    entries = list(export(tenant.pk, phone_id=phone.pk))
    number = phone.e164 or "erased"
    name = f"evidence-{number.lstrip('+')}-{timezone.now():%Y%m%d}"
    audit(actor, "evidence_exported", "phone", phone.pk, entries=len(entries))
    if as_json:
        body = json.dumps(
            {
                "tenant": tenant.name,
                "number": phone.e164,
                "status": phone.status,
                "made_at": timezone.now(),
                "entries": entries,
            },
            default=_plain,
            indent=1,
        )
        return Pack(body, "application/json", f"{name}.json")
    oldest_first = history(HistoryFilter(phone_id=phone.pk), limit=MOST)[::-1]
    body = csv_text([COLUMNS, *lines_of(oldest_first)])
    return Pack(body, "text/csv; charset=utf-8", f"{name}.csv")


def lines_of(entries: Iterable[Entry]) -> Iterator[list[object]]:
    """Lines of a file in the order of `COLUMNS`; three queries for all of them."""
    found = list(entries)
    senders = dict(SenderNumber.objects.values_list("pk", "name"))
    campaigns = campaign_names(entry.event.campaign_ref for entry in found)
    for entry in found:
        yield _line(entry, senders, campaigns)


def _line(entry: Entry, senders: dict[int, str], campaigns: dict[int, str]) -> list[object]:
    event, kept = entry.event, entry.evidence
    if event.reach == "all":
        reached = "every sender"
    else:
        reached = ", ".join(senders.get(one, "") for one in event.senders)
    return [
        event.seq, event.recorded_at.isoformat(), event.occurred_at.isoformat(), entry.e164 or "erased",
        entry.change, entry.how, event.reach, reached, senders.get(event.sender_id or 0, ""), event.from_status,
        event.to_status, event.actor_kind, kept.actor_label if kept else "", kept.words if kept else "",
        kept.disclosure if kept else "", kept.note if kept else "", kept.taken_by if kept else "",
        kept.wording_version if kept else "", *_file(kept), (kept.ip or "") if kept else "",
        kept.user_agent if kept else "", kept.url if kept else "", campaigns.get(event.campaign_ref or 0, ""),
        event.answered_message_id or "", event.undoes or "",
        "yes" if event.evidence_id is not None and kept is None else "no", bytes(event.evidence_digest).hex(),
        bytes(kept.salt).hex() if kept else "", bytes(event.prev).hex(), entry.seal,
    ]  # fmt: skip


def _file(kept: ConsentEvidence | None) -> tuple[str, str]:
    """That there is a file, by its name and the SHA-256 of its bytes."""
    file = kept.file if kept else None
    return (file.name, bytes(file.sha256).hex()) if file else ("", "")


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Lines of CSV; a cell that a spreadsheet might compute gets a quote before it."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
    return out.getvalue()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes | memoryview) else str(value)

"""The do-not-contact list, and both consent lists as files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from consent.models import PhoneNumber
from consent.models.ledger import Method
from consent.reading import HistoryFilter, Kept, do_not_contact, history
from contacts.models import Contact, ImportJob
from contacts.models.jobs import JobStatus
from conversations.browsing import find_number, shown_number
from conversations.evidence import COLUMNS, csv_text, lines_of
from conversations.ledger import actor_of
from conversations.rules.timeline import when_told
from tenants.models import Tenant
from tenants.scope import tenant_scope

PAGE = 50
CHUNK = 500
LIST_COLUMNS = ("number", "status", "reach", "since", "why", "how", "words", "by", "entry")
STATUSES = (("", "All"), ("stopped", "Stopped"), ("blocked", "Blocked"))


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What a page of the list shows: `q` a number or a part of one, `how` it was told, on the list `since` a day."""

    q: str = ""
    status: str = ""
    how: str = ""
    since: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> ListFilter:
        """From an address; what is not understood is left out."""
        status, how = given.get("status", ""), given.get("how", "")
        since = given.get("since", "")[:10]
        return cls(
            q=given.get("q", "").strip()[:80],
            status=status if status in {"stopped", "blocked"} else "",
            how=how if how in Method.values else "",
            since=since if _day(since, "UTC") else "",
        )

    @property
    def query(self) -> dict[str, str]:
        """The filter as names of an address, without those that narrow nothing."""
        values = {"q": self.q, "status": self.status, "how": self.how, "since": self.since}
        return {name: value for name, value in values.items() if value}

    def narrowing(self, zone: str) -> dict[str, Any]:
        """As `consent.reading.do_not_contact` takes it."""
        digits = digits_of(self.q)
        return {"status": self.status, "method": self.how, "since": _day(self.since, zone), "digits": digits}


def digits_of(text: str) -> str:
    """The digits of a part of a number; "" when there are fewer than three, or letters among them."""
    found = re.sub(r"[\s().+-]", "", text)
    return found if len(found) >= 3 and found.isascii() and found.isdecimal() else ""


def _day(text: str, zone: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        return None


def list_page(tenant: Tenant, wanted: ListFilter, *, after: int) -> dict[str, Any]:
    """One page of the list; or the one number that a search means, on the list or not; or those with its digits."""
    searched = find_number(wanted.q, tenant) if wanted.q else None
    if searched is not None or (wanted.q and not digits_of(wanted.q)):
        kept, more = _only(searched), False
    else:
        kept = do_not_contact(after_id=after, limit=PAGE + 1, **wanted.narrowing(tenant.zone))
        more, kept = len(kept) > PAGE, kept[:PAGE]
    return {
        "rows": rows_of(kept, tenant),
        "q": wanted.q,
        "status": wanted.status,
        "known": searched,
        "known_number": shown_number(searched) if searched else "",
        "next_after": kept[-1].phone.pk if more else None,
        "first": after == 0,
        "pasted": _pasted(),
    }


def rows_of(kept: list[Kept], tenant: Tenant) -> list[dict[str, Any]]:
    """Lines of the list, with the contact where there is one."""
    people = {c.phone_id: c for c in Contact.objects.filter(phone_id__in=[k.phone.pk for k in kept])}
    now = timezone.now()
    return [
        {
            "contact": people.get(k.phone.pk),
            "number": shown_number(k.phone),
            "status": k.phone.status,
            "stopped": k.reach.removeprefix("Stopped · ") if k.reach.startswith("Stopped · ") else "",
            "since": when_told(k.since, tenant.zone, now),
            "iso": k.since.isoformat(),
            "why": _why(k),
            "by": actor_of(k.why) if k.why else "",
            "entry": k.why.event.seq if k.why else None,
        }
        for k in kept
    ]


def _only(phone: PhoneNumber | None) -> list[Kept]:
    if phone is None:
        return []
    found = do_not_contact(after_id=phone.pk - 1, limit=1)
    return found if found and found[0].phone.pk == phone.pk else []


def _why(kept: Kept) -> str:
    if kept.phone.block_reason == "erased":
        return "Erased at their wish"
    if kept.phone.blocked_at is not None:
        return kept.phone.block_reason
    if kept.why is None:
        return ""
    words = " ".join((kept.why.evidence.words if kept.why.evidence else "").split())
    short = words if len(words) <= 40 else words[:39] + "…"
    return f"“{short}”, {kept.why.how[:1].lower()}{kept.why.how[1:]}" if short else kept.why.how


def _pasted() -> list[ImportJob]:
    """The last lists of opt-outs that were pasted or imported, while they are news."""
    recent = ImportJob.objects.filter(consent__kind__in=["opt_outs", "never_contact"])
    recent = recent.exclude(status=JobStatus.DRAFT)
    return list(recent.filter(created_at__gte=timezone.now() - timedelta(days=1)).order_by("-pk")[:3])


def count_of() -> int:
    """How many numbers are on the list; its two partial indexes answer."""
    found: int = PhoneNumber.objects.do_not_contact().count()
    return found


def history_csv(tenant_id: int, wanted: HistoryFilter) -> Iterator[str]:
    """The filtered history, newest first, in pieces; each piece reads in a scope of its own."""
    return _streamed(tenant_id, COLUMNS, _history_chunks(wanted))


def list_csv(tenant: Tenant, wanted: ListFilter) -> Iterator[str]:
    """The do-not-contact list in pieces."""
    return _streamed(tenant.pk, LIST_COLUMNS, _list_chunks(wanted.narrowing(tenant.zone)))


Chunks = Callable[[Any], tuple[list[list[object]], Any]]


def _streamed(tenant_id: int, columns: tuple[str, ...], read: Chunks) -> Iterator[str]:
    yield csv_text([list(columns)])
    after: Any = None
    while True:
        with tenant_scope(tenant_id):
            rows, after = read(after)
            text = csv_text(rows)
        if text:
            yield text
        if after is None:
            return


def _history_chunks(wanted: HistoryFilter) -> Chunks:
    def read(before: Any) -> tuple[list[list[object]], Any]:
        entries = history(wanted, before_seq=before, limit=CHUNK)
        return list(lines_of(entries)), entries[-1].event.seq if len(entries) == CHUNK else None

    return read


def _list_chunks(narrowing: dict[str, Any]) -> Chunks:
    def read(after: Any) -> tuple[list[list[object]], Any]:
        kept = do_not_contact(after_id=after or 0, limit=CHUNK, **narrowing)
        return [_list_line(k) for k in kept], kept[-1].phone.pk if len(kept) == CHUNK else None

    return read


def _list_line(kept: Kept) -> list[object]:
    why, evidence = kept.why, kept.why.evidence if kept.why else None
    return [
        kept.phone.e164 or "erased", kept.phone.status, kept.reach, kept.since.isoformat(),
        kept.phone.block_reason if kept.phone.blocked_at else (why.change if why else ""), why.how if why else "",
        evidence.words if evidence else "", actor_of(why) if why else "", why.event.seq if why else "",
    ]  # fmt: skip

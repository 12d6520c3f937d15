"""One page of the contact list: 50 contacts by cursor, with all that is shown of them in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from consent.models import ConsentEvent, ConsentEvidence
from consent.models.ledger import Kind, Method
from consent.reading import permissions_of, stopped_from
from consent.rules.numbers import show
from contacts.models import Contact, ContactTag, GroupMember
from tenants.models import SenderNumber

PAGE = 50
_SPOKEN = {Method.KEYWORD, Method.FREE_TEXT, Method.OPT_OUT_LINE}


@dataclass(frozen=True, slots=True)
class LastEvent:
    """The last entry of a number's history, in few words."""

    text: str
    at: datetime


@dataclass(slots=True)
class ListRow:
    """One line: `permissions` in the order of the senders; empty texts where the person's status answers for all."""

    contact: Contact
    number: str
    status: str
    stopped: str
    permissions: list[tuple[SenderNumber, str]]
    groups: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    last: LastEvent | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page; `after` and `before` are contact ids for the next and previous page, None where there is none."""

    rows: list[ListRow]
    senders: list[SenderNumber]
    after: int | None
    before: int | None


def page_of(found: QuerySet[Contact], *, after: int | None = None, before: int | None = None) -> Page:
    """The newest contacts first; `after` an id: the page behind it, `before`: the page in front of it."""
    wanted = found.select_related("phone")
    if before is not None:
        contacts = list(wanted.filter(pk__gt=before).order_by("pk")[: PAGE + 1])
        more_in_front, contacts = len(contacts) > PAGE, contacts[:PAGE][::-1]
        more_behind = True
    else:
        wanted = wanted.filter(pk__lt=after) if after is not None else wanted
        contacts = list(wanted.order_by("-pk")[: PAGE + 1])
        more_in_front, more_behind, contacts = after is not None, len(contacts) > PAGE, contacts[:PAGE]
    senders = list(SenderNumber.objects.order_by("pk"))
    return Page(
        rows=_rows(contacts, senders),
        senders=[sender for sender in senders if sender.retired_at is None],
        after=contacts[-1].pk if contacts and more_behind else None,
        before=contacts[0].pk if contacts and more_in_front else None,
    )


def _rows(contacts: list[Contact], senders: list[SenderNumber]) -> list[ListRow]:
    phones = [contact.phone_id for contact in contacts]
    states = permissions_of(phones, [sender.pk for sender in senders])
    groups = _names(GroupMember, "group__name", contacts)
    tags = _names(ContactTag, "tag__name", contacts)
    last = last_events(phones)
    rows = []
    for contact in contacts:
        phone = contact.phone
        pairs = [(sender, states[phone.pk, sender.pk]) for sender in senders if sender.retired_at is None]
        stopped = stopped_from(phone.pk, states, senders)
        row = ListRow(contact, show(phone.e164 or ""), phone.status, stopped, pairs)
        row.groups, row.tags = groups.get(contact.pk, []), tags.get(contact.pk, [])
        row.last = last.get(contact.phone_id)
        if row.status == "blocked" or (row.status == "stopped" and row.stopped == "all"):
            row.permissions = [(sender, "") for sender in senders]
        rows.append(row)
    return rows


def _names(model: Any, column: str, contacts: list[Contact]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    ids = [contact.pk for contact in contacts]
    for contact_id, name in (
        model.objects.filter(contact_id__in=ids).order_by("pk").values_list("contact_id", column)
    ):
        found.setdefault(contact_id, []).append(name)
    return found


def last_events(phone_ids: list[int]) -> dict[int, LastEvent]:
    """The last entry of each number's history, two queries."""
    events = list(
        ConsentEvent.objects.filter(phone_id__in=phone_ids).order_by("phone_id", "-seq").distinct("phone_id")
    )
    spoken = [event.evidence_id for event in events if event.method in _SPOKEN and event.evidence_id]
    words = dict(ConsentEvidence.objects.filter(pk__in=spoken).values_list("pk", "words"))
    return {e.phone_id: LastEvent(_told(e, words.get(e.evidence_id, "")), e.occurred_at) for e in events}


def _told(event: ConsentEvent, words: str) -> str:
    words = " ".join(words.split())
    if words:
        return f"“{words[:28]}…”" if len(words) > 29 else f"“{words}”"
    return (
        f"{Kind(event.kind).label}, {Method(event.method).label[:1].lower()}{Method(event.method).label[1:]}"
    )


def count_exactly(found: QuerySet[Contact]) -> int:
    """How many match; may take a second in a big tenant, so a page asks for it later."""
    return found.count()


def count_about(found: QuerySet[Contact]) -> int:
    """The planner's estimate, in a millisecond or two."""
    sql, params = found.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0]
    return int(plan[0]["Plan"]["Plan Rows"])

"""Reasons and complaints as CSV, in pieces; each piece reads in a scope of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from conversations.evidence import csv_text
from conversations.models.learning import Complaint, ReasonGiven
from conversations.timeline import campaign_names
from tenants.scope import tenant_scope

CHUNK = 500
COMPLAINT_COLUMNS = (
    "complaint", "state", "opened", "due", "answered", "closed", "number", "who", "source", "about", "words", "sender",
    "campaign", "entry", "assigned_to", "steps",
)  # fmt: skip
REASON_COLUMNS = (
    "given", "left", "number", "reason", "how", "words", "read_from_words", "sender", "campaign", "entry",
)  # fmt: skip


def complaints_csv(tenant_id: int, *, state: str = "") -> Iterator[str]:
    """Complaints, oldest first, with their steps in one cell."""
    yield csv_text([list(COMPLAINT_COLUMNS)])
    after = 0
    while True:
        with tenant_scope(tenant_id):
            rows = Complaint.objects.filter(pk__gt=after).select_related("phone", "sender", "assignee__user")
            if state in Complaint.State.values:
                rows = rows.filter(state=state)
            found = list(rows.prefetch_related("notes").order_by("pk")[:CHUNK])
            names = campaign_names(one.broadcast_ref for one in found)
            text = csv_text([_complaint_line(one, names) for one in found])
        if text:
            yield text
        if len(found) < CHUNK:
            return
        after = found[-1].pk


def _complaint_line(one: Complaint, campaigns: dict[int, str]) -> list[object]:
    steps = " | ".join(
        f"{note.at.isoformat(timespec='minutes')} {note.verb} by {note.actor_label or 'smscrm'}"
        f"{': ' + ' '.join(note.text.split()) if note.text else ''}"
        for note in one.notes.all()
    )
    return [
        one.pk, one.state, _at(one.opened_at), _at(one.due_at), _at(one.answered_at), _at(one.closed_at),
        (one.phone.e164 or "erased") if one.phone else "", one.who, one.source, one.about, one.words,
        one.sender.name if one.sender else "", campaigns.get(one.broadcast_ref or 0, ""), one.event_seq or "",
        str(one.assignee.user) if one.assignee else "", steps,
    ]  # fmt: skip


def reasons_csv(tenant_id: int, *, since: datetime, until: datetime) -> Iterator[str]:
    """Reasons given between two moments, oldest first."""
    yield csv_text([list(REASON_COLUMNS)])
    after = 0
    while True:
        with tenant_scope(tenant_id):
            found = list(
                ReasonGiven.objects.filter(pk__gt=after, given_at__gte=since, given_at__lt=until)
                .select_related("phone", "reason", "sender")
                .order_by("pk")[:CHUNK]
            )
            text = csv_text(_reason_lines(found))
        if text:
            yield text
        if len(found) < CHUNK:
            return
        after = found[-1].pk


def _reason_lines(found: Sequence[ReasonGiven]) -> list[list[object]]:
    names = campaign_names(one.broadcast_ref for one in found)
    return [
        [
            _at(one.given_at), _at(one.left_at), one.phone.e164 or "erased", one.reason.label, one.how, one.words,
            one.matched_by, one.sender.name if one.sender else "", names.get(one.broadcast_ref or 0, ""),
            one.event_seq or "",
        ]
        for one in found
    ]  # fmt: skip


def _at(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""

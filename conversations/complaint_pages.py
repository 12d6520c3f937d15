"""Contexts of the complaints pages: the queue, one complaint with its steps, how pressing each is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.forms import Form
from django.urls import reverse
from django.utils import timezone

from consent.models import ConsentEvent
from consent.rules.numbers import show
from contacts.models import Contact
from conversations import consent_pages as pages
from conversations.learning_forms import AssignForm, ComplaintForm, SaidForm
from conversations.models.learning import Complaint
from conversations.reading import rights_of
from conversations.rules.complaints import urgency
from conversations.rules.timeline import when
from conversations.timeline import campaign_names
from conversations.views import Asked
from messaging.models import Thread
from tenants.models import Membership, Tenant

PAGE = 50
_ACTORS = {"the person": "The person", "the carrier": "The carrier"}
STATES = (("open", "Open"), ("answered", "Answered"), ("closed", "Closed"), ("all", "All"))
_VERBS = {
    "opened": "Came in",
    "note": "Note",
    "assigned": "Taken care of by",
    "answered": "Answered",
    "closed": "Closed",
    "reopened": "Opened again",
}


def queue_context(request: Asked, *, bound: Form | None = None, open_dialog: str = "") -> dict[str, Any]:
    """The queue, most pressing first."""
    state = request.GET.get("state", "open")
    state = state if state in dict(STATES) else "open"
    mine = request.GET.get("mine") == "1"
    at = request.GET.get("page", "")
    page = int(at) if at.isdecimal() and 0 < len(at) < 6 else 0
    rows = _chosen(state, mine, request)
    found = list(rows[page * PAGE : (page + 1) * PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    url, query = reverse("conversations:complaints"), {"state": state, **({"mine": "1"} if mine else {})}
    return {
        **pages.frame("complaints"),
        "rows": rows_of(found, request.tenant),
        "state": state,
        "mine": mine,
        "states": [
            {"label": label, "url": f"{url}?{urlencode({**query, 'state': key})}", "current": key == state}
            for key, label in STATES
        ],
        "mine_url": f"{url}?{urlencode({'state': state} if mine else {'state': state, 'mine': '1'})}",
        "export_url": f"{reverse('conversations:export_complaints')}?{urlencode({'state': state})}",
        "rights": rights_of(request.actor),
        "form": bound or ComplaintForm(tenant=request.tenant, auto_id="id_complaint_%s"),
        "open_dialog": open_dialog,
        "next_url": f"{url}?{urlencode({**query, 'page': str(page + 1)})}" if more else "",
        "previous_url": f"{url}?{urlencode({**query, 'page': str(page - 1)})}" if page else "",
    }


def _chosen(state: str, mine: bool, request: Asked) -> QuerySet[Complaint]:
    rows: QuerySet[Complaint] = Complaint.objects.select_related("phone", "assignee__user", "sender")
    if mine:
        rows = rows.filter(assignee__user_id=request.user.pk or 0)
    if state == "open":
        return rows.filter(state="open").order_by("due_at", "pk")
    return (rows.filter(state=state) if state != "all" else rows).order_by("-pk")


def rows_of(found: Sequence[Complaint], tenant: Tenant) -> list[dict[str, Any]]:
    """Lines of the queue."""
    people = {c.phone_id: c for c in Contact.objects.filter(phone_id__in=[c.phone_id for c in found])}
    now = timezone.now()
    return [_row(one, people.get(one.phone_id), tenant, now) for one in found]


def _row(complaint: Complaint, contact: Contact | None, tenant: Tenant, now: datetime) -> dict[str, Any]:
    open_ = complaint.state == Complaint.State.OPEN
    number = show(complaint.phone.e164) if complaint.phone and complaint.phone.e164 else ""
    name = contact.name if contact and contact.name else ""
    words = " ".join(complaint.words.split())
    return {
        "is": complaint,
        "contact": contact,
        "who": name or number or complaint.who or "Erased person",
        "number": number,
        "words": words if len(words) <= 90 else words[:89] + "…",
        "due": when(complaint.due_at, tenant.zone, now),
        "left": left_words(complaint.due_at, now) if open_ else "",
        "urgency": urgency(complaint.due_at, now) if open_ else "",
        "opened": when(complaint.opened_at, tenant.zone, now),
        "assignee": str(complaint.assignee.user) if complaint.assignee else "",
    }


def left_words(due: datetime, now: datetime) -> str:
    """How long until a deadline, or since."""
    seconds = int(abs((due - now).total_seconds()))
    days, hours = seconds // 86_400, seconds % 86_400 // 3_600
    span = f"{days} {'day' if days == 1 else 'days'}" if days else f"{max(hours, 1)} h"
    return f"{span} overdue" if due <= now else f"{span} left"


def one_context(
    request: Asked, complaint: Complaint, *, bound: dict[str, Form] | None = None, open_dialog: str = ""
) -> dict[str, Any]:
    """One complaint: what was said, what proves it, every step, what may be done now."""
    tenant, now = request.tenant, timezone.now()
    contact = Contact.objects.filter(phone_id=complaint.phone_id).first() if complaint.phone_id else None
    members = (
        Membership.objects.filter(tenant=tenant).exclude(role="viewer").select_related("user").order_by("pk")
    )
    forms: dict[str, Form] = {
        "note": SaidForm(label="Note", auto_id="id_note_%s"),
        "answer": SaidForm(label="What were they told?", auto_id="id_answer_%s"),
        "close": SaidForm(label="Why is nothing more to be done?", auto_id="id_close_%s"),
        "reopen": SaidForm(label="Why is it opened again?", auto_id="id_reopen_%s"),
        "assign": AssignForm(members=list(members), initial={"member": complaint.assignee_id}),
    }
    entries = ConsentEvent.objects.filter(phone_id=complaint.phone_id).count() if complaint.phone_id else 0
    head = _row(complaint, contact, tenant, now)
    return {
        **pages.frame("complaints"),
        **head,
        "head": head,
        "complaint": complaint,
        "full_words": complaint.words,
        "campaign": campaign_names([complaint.broadcast_ref]).get(complaint.broadcast_ref or 0, ""),
        "entries": entries,
        "thread": _thread(complaint),
        "steps": [
            {
                "said": _VERBS.get(one.verb, one.verb),
                "text": one.text,
                "who": _ACTORS.get(one.actor_label, one.actor_label) or "smscrm",
                "at": when(one.at, tenant.zone, now),
                "iso": one.at.isoformat(),
            }
            for one in complaint.notes.all()
        ],
        "forms": forms | (bound or {}),
        "open_dialog": open_dialog,
        "rights": rights_of(request.actor),
    }


def _thread(complaint: Complaint) -> int | None:
    if complaint.phone_id is None:
        return None
    threads = Thread.objects.filter(phone_id=complaint.phone_id)
    if complaint.sender_id:
        threads = threads.filter(sender_id=complaint.sender_id)
    found: int | None = threads.order_by("-last_at").values_list("pk", flat=True).first()
    return found


def waiting() -> tuple[int, int]:
    """How many complaints wait for an answer, and how many of them are overdue."""
    now = timezone.now()
    dues = list(Complaint.objects.waiting().values_list("due_at", flat=True)[:1000])
    return len(dues), sum(due <= now for due in dues)


def for_home(now: datetime) -> list[dict[str, Any]]:
    """Complaints that wait, as one line of Home's list: red where one is overdue."""
    first = Complaint.objects.waiting().order_by("due_at").first()
    if first is None:
        return []
    late = urgency(first.due_at, now) == "overdue"
    count = Complaint.objects.waiting().count()
    return [
        {
            "icon": "alert-circle",
            "tone": "no" if late else "wait",
            "title": f"{count:,} {'complaint waits' if count == 1 else 'complaints wait'} for an answer",
            "words": "The law sets a time for it",
            "end": left_words(first.due_at, now),
            "url_name": "conversations:complaints",
        }
    ]

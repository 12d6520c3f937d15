"""Contexts of the consent pages: tabs, filters, rows, dialogs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.forms import Form
from django.urls import reverse

from campaigns.models import Campaign
from consent.models.ledger import Kind, Method
from conversations.browsing import ACTORS, Browsing, read_browsing
from conversations.checking import banner, resumed_banner
from conversations.forms import AddNumberForm, HistoryForm, PasteForm
from conversations.forms_telling import ListFilterForm
from conversations.ledger import Row, rows_of
from conversations.lists import PAGE, STATUSES, ListFilter, count_of, list_page
from conversations.models.learning import Complaint
from conversations.reading import rights_of
from conversations.reviewing import count_open
from conversations.views import Asked
from tenants.models import SenderNumber

CAMPAIGNS = 200  # the newest, to filter by
TABS = (
    ("review", "Review", "conversations:reviews"),
    ("history", "History", "conversations:consent"),
    ("list", "Do not contact", "conversations:do_not_contact"),
    ("complaints", "Complaints", "conversations:complaints"),
    ("words", "Words and test bench", "conversations:words"),
    ("recipes", "Other systems", "conversations:recipes"),
    ("guide", "What the words mean", "conversations:guide"),
)


def frame(current: str) -> dict[str, Any]:
    """What all consent pages share."""
    tabs = []
    counts = {"list": f"{count_of():,}"}
    for key, waiting in (("review", count_open()), ("complaints", Complaint.objects.waiting().count())):
        counts[key] = f"{waiting:,}" if waiting else ""
    for key, label, name in TABS:
        tab = {"label": label, "url": reverse(name), "current": key == current, "count": counts.get(key, "")}
        tabs.append(tab | {"tone": "wait" if key == "review" else ""})
    return {"tabs": tabs, "nav_key": "consent"}


def history_context(request: Asked) -> dict[str, Any]:
    """The permission history."""
    browsing = read_browsing(request.GET, request.tenant)
    before = request.GET.get("before", "")
    before_seq = int(before) if before.isdecimal() and len(before) < 19 else None
    rows: list[Row] = []
    if browsing.wanted is not None:
        rows = rows_of(browsing.wanted, request.tenant, before_seq=before_seq, limit=PAGE + 1)
    more, rows = len(rows) > PAGE, rows[:PAGE]
    url, token = reverse("conversations:consent"), request.GET.get("checking", "")
    running = resumed_banner(token) if token else {}
    return {
        **frame("history"),
        "rows": rows,
        "browsing": browsing,
        "ledger": running or banner(request.tenant),
        "checking": token if running else "",
        "filters": HistoryForm(browsing.values, choices=_choices()),
        "rights": rights_of(request.actor),
        "clear_url": url if browsing.chips or browsing.values["q"] else "",
        "export_url": f"{reverse('conversations:export_history')}?{browsing.query}",
        "range": f"{rows[0].seq:,} to {rows[-1].seq:,}" if rows else "",
        "previous_url": f"{url}?{browsing.query}" if before_seq is not None else "",
        "next_url": f"{url}?{_with(browsing, before=str(rows[-1].seq))}" if more else "",
    }


def list_context(
    request: Asked, *, open_dialog: str = "", bound: dict[str, Form] | None = None
) -> dict[str, Any]:
    """The do-not-contact list."""
    wanted, after = ListFilter.read(request.GET), request.GET.get("after", "")
    found = list_page(
        request.tenant, wanted, after=int(after) if after.isdecimal() and len(after) < 19 else 0
    )
    url, asked = reverse("conversations:do_not_contact"), request.GET.get("open", "")
    rights = rights_of(request.actor)
    opened = open_dialog or (asked if asked in {"add", "paste"} and rights["act"] else "")
    forms = {
        "add": AddNumberForm(tenant=request.tenant, auto_id="id_add_%s"),
        "paste": PasteForm(tenant=request.tenant, auto_id="id_paste_%s"),
    }
    rest = wanted.query | {"after": str(found["next_after"] or "")}
    return {
        **frame("list"),
        **found,
        "forms": {**forms, **(bound or {})},
        "open_dialog": opened,
        "rights": rights,
        "statuses": _statuses(url, wanted),
        "filters": ListFilterForm(initial=wanted.query),
        "chips": _list_chips(url, wanted),
        "asked": wanted.query,
        "next_url": f"{url}?{urlencode(rest)}" if found["next_after"] else "",
        "previous_url": "" if found["first"] else f"{url}?{urlencode(wanted.query)}",
        "moving": any(job.status in {"waiting", "running"} for job in found["pasted"]),
    }


def _statuses(url: str, wanted: ListFilter) -> list[dict[str, Any]]:
    rest = {name: value for name, value in wanted.query.items() if name in {"how", "since"}}
    return [
        {
            "label": label,
            "url": f"{url}?{urlencode(rest | ({'status': key} if key else {}))}",
            "current": key == wanted.status and not wanted.q,
        }
        for key, label in STATUSES
    ]


def _list_chips(url: str, wanted: ListFilter) -> list[dict[str, Any]]:
    labels = {"how": ("How", str(dict(Method.choices).get(wanted.how, ""))), "since": ("Since", wanted.since)}
    return [
        {
            "field": label,
            "value": value,
            "remove_url": f"{url}?{urlencode({n: v for n, v in wanted.query.items() if n != name})}",
        }
        for name, (label, value) in labels.items()
        if value
    ]


def _choices() -> dict[str, Any]:
    return {
        "kind": Kind.choices,
        "method": Method.choices,
        "sender": [
            (str(pk), name) for pk, name in SenderNumber.objects.order_by("pk").values_list("pk", "name")
        ],
        "campaign": [
            (str(pk), name)
            for pk, name in Campaign.objects.exclude(broadcast=None)
            .order_by("-pk")
            .values_list("pk", "name")[:CAMPAIGNS]
        ],
        "actor": list(ACTORS.items()),
    }


def _with(browsing: Browsing, **more: str) -> str:
    return urlencode({**{name: value for name, value in browsing.values.items() if value}, **more})

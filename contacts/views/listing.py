"""The contact list: filters, saved views, bulk acts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from contacts.actions import bulk, groups, segments
from contacts.filters import PERMISSIONS, STATUSES, ContactFilter, chips, contacts_of, read_filter
from contacts.listing import Page, count_about, count_exactly, page_of
from contacts.models import BulkJob, Contact, Group, Segment, Tag
from contacts.showing import ago, bulk_sentence
from contacts.views import Asked
from tenants.models import SenderNumber
from tenants.rules import Refused

_NEW: dict[str, Callable[..., Group | Tag]] = {"add_group": groups.create_group, "add_tag": groups.create_tag}
_DIALOG_FIELDS = {"opt_out": ("method", "words"), "block": ("reason",)}


@require_GET
def contacts(request: Asked) -> HttpResponse:
    """One page of contacts by the filter in the address."""
    started = time.monotonic()
    wanted = read_filter(request.GET)
    found = contacts_of(wanted, request.tenant.country)
    page = page_of(found, after=_cursor(request, "after"), before=_cursor(request, "before"))
    context = {"page": page, "rows": _shown(page), "wanted": wanted, "about": count_about(found)}
    context |= _frame(request, wanted, page)
    context["undo"] = request.session.pop("undo", None)
    context["answered"] = f"Answered in {time.monotonic() - started:.2f} s"
    return render(request, "contacts/list.html", context)


def _cursor(request: Asked, name: str) -> int | None:
    raw = request.GET.get(name, "")
    return int(raw) if raw.isdecimal() and raw.isascii() and len(raw) <= 18 else None


def _shown(page: Page) -> list[dict[str, Any]]:
    return [
        {
            "it": row,
            "url": f"/contacts/{row.contact.pk}/",
            "name": row.contact.name or row.number,
            "sets": row.groups[:3] + row.tags[: max(0, 3 - len(row.groups))],
            "more": max(0, len(row.groups) + len(row.tags) - 3),
            "ago": ago(row.last.at) if row.last else "",
        }
        for row in page.rows
    ]


def _frame(request: Asked, wanted: ContactFilter, page: Page) -> dict[str, Any]:
    all_groups, tags = list(Group.objects.all()), list(Tag.objects.all())
    saved = list(Segment.objects.all())
    here = wanted.as_query()
    return {
        "chips": chips(wanted),
        "hidden": [(name, value) for name, value in here.items() if name != "q"],
        "query": urlencode(here),
        "groups": all_groups,
        "manual_groups": [group for group in all_groups if group.kind == Group.Kind.MANUAL],
        "tags": tags,
        "statuses": STATUSES,
        "permission_states": PERMISSIONS,
        "chosen": dict(wanted.permissions),
        "how": bulk.HOW,
        "tabs": _tabs(saved, here),
        "view": next((one for one in saved if one.query == here), None),
        "next_url": f"?{urlencode(here | {'after': page.after})}" if page.after else "",
        "previous_url": f"?{urlencode(here | {'before': page.before})}" if page.before else "",
        "first_page": not (request.GET.get("after") or request.GET.get("before")),
        "empty": not page.rows and not wanted and not Contact.objects.exists(),
    }


def _tabs(saved: list[Segment], here: dict[str, str]) -> list[dict[str, Any]]:
    known = any(one.query == here for one in saved)
    tabs = [{"label": "All", "url": reverse("contacts:list"), "current": not here}]
    for one in saved:
        url = f"{reverse('contacts:list')}?{urlencode(one.query)}"
        tabs.append({"label": one.name, "url": url, "current": known and one.query == here})
    return tabs


@require_GET
def count(request: Asked) -> HttpResponse:
    """How many match, exactly; asked for by the page once it stands."""
    wanted = read_filter(request.GET)
    number = count_exactly(contacts_of(wanted, request.tenant.country))
    return render(request, "contacts/part_count.html", {"number": number, "wanted": wanted})


@require_POST
def save_view(request: Asked) -> HttpResponse:
    """Keep the filter under a name."""
    query = {
        name: str(value)
        for name, value in request.POST.items()
        if name not in {"name", "csrfmiddlewaretoken"}
    }
    try:
        saved = segments.save_segment(name=request.POST.get("name", ""), query=query, actor=request.actor)
    except Refused as refused:
        if refused.code == "not_allowed":
            raise
        messages.error(request, refused.message)
        return redirect(f"{reverse('contacts:list')}?{urlencode(query)}")
    messages.success(request, f"The view “{saved.name}” is saved.")
    return redirect(f"{reverse('contacts:list')}?{urlencode(saved.query)}")


@require_POST
def delete_view(request: Asked, pk: int) -> HttpResponse:
    """Forget a saved view; nobody in it changes."""
    name = segments.delete_segment(segment_id=pk, actor=request.actor)
    messages.success(request, f"The view “{name}” is gone. Nobody in it has changed.")
    return redirect("contacts:list")


@require_POST
def bulk_act(request: Asked) -> HttpResponse:
    """Do one verb to the selected contacts, or to all that match."""
    verb = request.POST.get("verb", "")
    back = _back(request)
    try:
        # Together: a group made for nobody would be left behind.
        with transaction.atomic():
            job = bulk.start_bulk(
                verb=verb, query=_whom(request), detail=_detail(request, verb), actor=request.actor
            )
    except Refused as refused:
        if refused.code in {"not_found", "not_allowed"}:
            raise
        messages.error(request, refused.message)
        return redirect(back)
    if job.status == "done" and bulk.can_undo(job):
        request.session["undo"] = {"text": bulk_sentence(job), "job": job.pk, "next": back}
    else:
        messages.success(request, bulk_sentence(job))
    return redirect(back)


def _whom(request: Asked) -> dict[str, Any]:
    if request.POST.get("all") == "1":
        return {
            "filter": {name[2:]: str(value) for name, value in request.POST.items() if name.startswith("f-")}
        }
    ids = [
        int(raw)
        for raw in request.POST.getlist("ids")
        if raw.isdecimal() and raw.isascii() and len(raw) <= 18
    ]
    return {"ids": ids}


def _detail(request: Asked, verb: str) -> dict[str, Any]:
    if verb in bulk.SETS:
        kind = bulk.SETS[verb]
        raw = request.POST.get(kind, "")
        if raw == "new" and verb in _NEW:
            return {kind: _NEW[verb](name=request.POST.get(f"new_{kind}", ""), actor=request.actor).pk}
        return {kind: int(raw) if raw.isdecimal() and raw.isascii() and len(raw) <= 18 else 0}
    detail: dict[str, Any] = {name: request.POST.get(name, "") for name in _DIALOG_FIELDS.get(verb, ())}
    if verb == "opt_out":
        chosen = [int(raw) for raw in request.POST.getlist("senders") if raw.isdecimal() and len(raw) <= 18]
        live = set(SenderNumber.objects.filter(retired_at__isnull=True).values_list("pk", flat=True))
        detail["senders"] = [] if set(chosen) >= live else chosen
        if not chosen:
            raise Refused(
                "senders_missing", "Choose the sender numbers they want no more texts from.", "senders"
            )
    return detail


@require_POST
def bulk_undo(request: Asked, pk: int) -> HttpResponse:
    """Take a change of groups or tags back."""
    touched = bulk.undo_bulk(job_id=pk, actor=request.actor)
    job = BulkJob.objects.get(pk=pk)
    messages.success(
        request, f"Undone for {touched:,} {'person' if touched == 1 else 'people'}: {job.verb_label}."
    )
    return redirect(_back(request))


def _back(request: Asked) -> str:
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return back if back and safe else reverse("contacts:list")

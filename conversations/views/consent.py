"""The consent pages: permission history, one entry, the ledger's check, the do-not-contact list, the guide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contacts.actions.exports import start_export
from conversations import consent_pages as pages
from conversations.actions import lists as acts
from conversations.browsing import read_browsing
from conversations.checking import start_check, step
from conversations.forms import ActForm, AddNumberForm, PasteForm
from conversations.ledger import entry_context, file_of, open_file
from conversations.lists import ListFilter, history_csv, list_csv
from conversations.reading import rights_of
from conversations.views import Asked
from tenants.actions import audit
from tenants.rules import Refused, Role, require


@require_GET
def history(request: Asked) -> HttpResponse:
    """The permission history of the tenant."""
    return render(request, "conversations/history.html", pages.history_context(request))


@require_GET
def entry(request: Asked, seq: int) -> HttpResponse:
    """One entry with all its evidence; in the drawer, or as a page."""
    context = entry_context(seq, request.tenant) | {"rights": rights_of(request.actor)}
    return render(request, "conversations/entry.html", context)


@require_GET
def entry_file(request: Asked, seq: int) -> FileResponse | HttpResponse:
    """The file that proves an entry, always as a download: nothing in it may run in a page. Taking it is noted."""
    require(request.actor, Role.AGENT, "download evidence")
    file = file_of(seq)
    try:
        opened = open_file(file)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("conversations:entry", seq)
    audit(request.actor, "evidence_file_downloaded", "ledger", seq, file=file.pk)
    return FileResponse(opened, as_attachment=True, filename=file.name, content_type=file.media_type)


@require_GET
def export_history(request: Asked) -> StreamingHttpResponse:
    """The filtered history as CSV."""
    require(request.actor, Role.AGENT, "export evidence")
    browsing = read_browsing(request.GET, request.tenant)
    if browsing.wanted is None:
        raise Refused("nothing_found", browsing.problem)
    audit(request.actor, "history_exported", "ledger", None, query=browsing.query)
    return _file(history_csv(request.tenant.pk, browsing.wanted), "permission-history.csv")


@require_POST
def check(request: Asked) -> HttpResponse:
    """Check the ledger: at once, or in steps that the page asks for."""
    token = start_check(request.tenant, request.actor)
    url = reverse("conversations:consent")
    return redirect(f"{url}?checking={token}" if token else url)


@require_GET
def check_step(request: Asked) -> HttpResponse:
    """The next step of a check, for htmx."""
    token, banner = step(request.tenant, request.actor, request.GET.get("t", ""))
    return render(request, "conversations/part_ledger.html", {"ledger": banner, "checking": token})


@require_GET
def guide(request: Asked) -> HttpResponse:
    """What Stopped, Unsubscribed and Blocked mean."""
    return render(request, "conversations/guide.html", pages.frame("guide"))


@require_GET
def recipes(request: Asked) -> HttpResponse:
    """How other systems keep in step: ask, be told, or by file."""
    context = pages.frame("recipes") | {
        "base": settings.PUBLIC_URL,
        "is_owner": request.actor.may(Role.OWNER),
    }
    return render(request, "conversations/recipes.html", context)


@require_GET
def do_not_contact(request: Asked) -> HttpResponse:
    """Every number that at least one sender may not text."""
    return render(request, "conversations/do_not_contact.html", pages.list_context(request))


@require_POST
def add_number(request: Asked) -> HttpResponse:
    """Put one number on the list."""
    form = AddNumberForm(request.POST, tenant=request.tenant, auto_id="id_add_%s")

    def act(values: dict[str, Any]) -> str:
        outcome = acts.add_number(
            number=values["number"], never=values["kind"] == "never", how=values["method"], words=values["words"],
            key=values["key"], actor=request.actor,
        )  # fmt: skip
        return (
            f"{values['number']} is on the list."
            if outcome.changed
            else f"{values['number']} was on it already."
        )

    return _submitted(request, "add", form, act)


@require_POST
def paste_numbers(request: Asked) -> HttpResponse:
    """Put many numbers on the list, as a job."""
    form = PasteForm(request.POST, tenant=request.tenant, auto_id="id_paste_%s")

    def act(values: dict[str, Any]) -> str:
        job = acts.paste_numbers(
            text=values["numbers"], never=values["kind"] == "never", note=values["note"], actor=request.actor
        )
        return f"{job.total:,} lines are being read. The counts appear here."

    return _submitted(request, "paste", form, act)


@require_http_methods(["GET", "POST"])
def export_numbers(request: Asked) -> HttpResponse | StreamingHttpResponse:
    """The list as CSV: POST writes it as a job, GET streams it."""
    require(request.actor, Role.AGENT, "export lists")
    if request.method == "POST":
        wanted = ListFilter.read(request.POST)
        query = wanted.query | ({"hashed": "1"} if request.POST.get("hashed") else {})
        job = start_export(kind="do_not_contact", query=query, actor=request.actor)
        return redirect("contacts:export_status", job.pk)
    wanted = ListFilter.read(request.GET)
    audit(request.actor, "do_not_contact_exported", "ledger", None, status=wanted.status)
    return _file(list_csv(request.tenant, wanted), "do-not-contact.csv")


def _file(pieces: Any, name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers=headers)


def _submitted(
    request: Asked, name: str, form: ActForm, act: Callable[[dict[str, Any]], str]
) -> HttpResponse:
    """Do the act of a form and go back to the list; else the list again, the refusal beside its cause."""
    if form.is_valid():
        try:
            with transaction.atomic():
                told = act(form.cleaned_data)
        except Refused as refused:
            if refused.code == "not_allowed":
                raise
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, told)
            return redirect("conversations:do_not_contact")
    context = pages.list_context(request, open_dialog=name, bound={name: form})
    return render(request, "conversations/do_not_contact.html", context, status=400)

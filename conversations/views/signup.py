"""Sign-up forms: the list, one form, the editor with its preview, and those who have not said YES yet."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from conversations.actions import signup_forms as acts
from conversations.signing import pages
from conversations.signing.editing import EditForm
from conversations.signing.reading import find_form
from conversations.views import Asked
from tenants.rules import Refused

TOLD = {
    "live": "The form is live. Its page takes sign-ups now.",
    "closed": "The form is closed. It can be published again.",
}


@require_http_methods(["GET", "POST"])
def forms(request: Asked) -> HttpResponse:
    """All forms; sent, a new draft."""
    if request.method == "GET":
        return render(request, "conversations/signup_forms.html", pages.list_context(request))
    try:
        with transaction.atomic():
            made = acts.create_form(name=request.POST.get("name", ""), actor=request.actor)
    except Refused as refused:
        if refused.code == "not_allowed":
            raise
        context = pages.list_context(request) | {
            "problem": refused.message,
            "typed": request.POST.get("name", ""),
        }
        return render(request, "conversations/signup_forms.html", context, status=400)
    return redirect("conversations:signup_edit", made.pk)


@require_GET
def form(request: Asked, pk: int) -> HttpResponse:
    """One form and what came by it."""
    return render(request, "conversations/signup_form.html", pages.form_context(request, find_form(pk)))


@require_http_methods(["GET", "POST"])
def edit(request: Asked, pk: int) -> HttpResponse:
    """The editor."""
    found = find_form(pk)
    if request.method == "GET":
        return render(request, "conversations/signup_edit.html", pages.edit_context(request, found))
    editing = EditForm(request.POST, form=found)
    if editing.is_valid():
        try:
            with transaction.atomic():
                version = editing.cleaned_data["version"]
                acts.update_form(form_id=pk, changes=editing.changes(), actor=request.actor, version=version)
            messages.success(request, "Saved.")
            return redirect("conversations:signup_form", pk)
        except Refused as refused:
            if refused.code in {"not_allowed", "not_found"}:
                raise
            editing.add_error(refused.field if refused.field in editing.fields else None, refused.message)
    return render(
        request, "conversations/signup_edit.html", pages.edit_context(request, found, editing), status=400
    )


@require_POST
def preview(request: Asked, pk: int) -> HttpResponse:
    """The page, the texts and the check list as they would be; nothing is saved."""
    found = find_form(pk)
    if not request.htmx:
        return redirect("conversations:signup_edit", pk)
    drafted = pages.drafted(found, EditForm(request.POST, form=found))
    context = pages.preview_context(drafted, request.tenant)
    return render(request, "conversations/part_signup_preview.html", context)


@require_POST
def state(request: Asked, pk: int) -> HttpResponse:
    """Open or close."""
    find_form(pk)
    try:
        with transaction.atomic():
            acts.set_state(form_id=pk, state=request.POST.get("state", ""), actor=request.actor)
        messages.success(request, TOLD[request.POST["state"]])
    except Refused as refused:
        if refused.code == "not_allowed":
            raise
        messages.error(request, refused.message)
    return redirect("conversations:signup_form", pk)


@require_POST
def delete(request: Asked, pk: int) -> HttpResponse:
    """Delete a form that nobody has used."""
    find_form(pk)
    try:
        with transaction.atomic():
            acts.delete_form(form_id=pk, actor=request.actor)
    except Refused as refused:
        if refused.code == "not_allowed":
            raise
        messages.error(request, refused.message)
        return redirect("conversations:signup_form", pk)
    messages.success(request, "The form is gone.")
    return redirect("conversations:forms")


@require_GET
def waiting(request: Asked) -> HttpResponse:
    """Double opt-ins without a YES yet."""
    return render(request, "conversations/signup_waiting.html", pages.waiting_context(request))


@require_GET
def qr(request: Asked, pk: int) -> HttpResponse:
    """The page's address as a QR code for print."""
    found = find_form(pk)
    headers = {"Content-Disposition": f'inline; filename="form-{pk}.svg"'}
    return HttpResponse(pages.qr_of(found), content_type="image/svg+xml", headers=headers)

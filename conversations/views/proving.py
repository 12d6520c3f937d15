"""Recording a consent that was given by phone, on paper or in person, with its proof (A9, A12, B8)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from contacts.models import Contact
from conversations import proving, reading
from conversations.actions import people
from conversations.forms_proving import OptInForm
from conversations.proving import Handed
from conversations.views import Asked
from conversations.views.profile import past
from tenants.rules import Refused, Role, require

#: Fields that the form calls otherwise than the actions do.
_FIELDS = {"occurred_at": "told_at"}


@require_http_methods(["GET", "POST"])
def opt_in(request: Asked, contact_id: int) -> HttpResponse:
    """The page and its form. What was typed and the file chosen stay when something is refused."""
    require(request.actor, Role.AGENT, "record an opt-in")
    contact = reading.find_contact(contact_id)
    if contact.phone.e164 is None:
        messages.error(request, "This person was erased. Only they can come back, by START or by signing up.")
        return redirect("conversations:profile", contact_id)
    if request.method == "POST":
        return _submitted(request, contact)
    return _page(request, contact, _form(request, taken_by=request.actor.label), Handed())


def _submitted(request: Asked, contact: Contact) -> HttpResponse:
    handed = proving.take_file(request.FILES.get("file"), request.POST, request.actor)
    form, refused = _form(request), handed.refused
    if form.is_valid() and refused is None:
        refused = _recorded(request, contact, form, handed)
        if refused is None:
            return redirect("conversations:profile", contact.pk)
    if refused is not None:
        _show(form, refused)
    return _page(request, contact, form, handed, status=400)


def _form(request: Asked, **initial: Any) -> OptInForm:
    return OptInForm(
        request.POST if request.method == "POST" else None, tenant=request.tenant, senders=reading.senders_of(),
        wordings=proving.wordings(), initial=initial,
    )  # fmt: skip


def _recorded(request: Asked, contact: Contact, form: OptInForm, handed: Handed) -> Refused | None:
    """Record it; answers why not."""
    values = form.cleaned_data
    try:
        with transaction.atomic():
            outcome = people.record_opt_in(
                phone_id=contact.phone_id, key=values["key"], how=values["method"], sender_ids=values["senders"],
                words=values["words"], disclosure=values["disclosure"], note=values["note"],
                taken_by=values["taken_by"], told_at=past(form.moment()), actor=request.actor,
                wording_id=int(values["wording"]) if values["wording"] else None,
                file_id=handed.file.pk if handed.file else None,
            )  # fmt: skip
    except Refused as refused:
        if refused.code == "not_allowed":
            raise
        return refused
    messages.success(request, proving.told(outcome, values["senders"]))
    return None


def _show(form: OptInForm, refused: Refused) -> None:
    """A refusal beside its cause."""
    field = _FIELDS.get(refused.field or "", refused.field)
    error = forms.ValidationError(refused.message, code=refused.code)
    form.add_error(field if field in form.fields else None, error)


def _page(
    request: Asked, contact: Contact, form: OptInForm, handed: Handed, status: int = 200
) -> HttpResponse:
    context = proving.page_context(contact, request.tenant, form, handed, proving.wordings())
    return render(request, "conversations/opt_in.html", context, status=status)

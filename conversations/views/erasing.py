"""Erasing a person: what goes and what stays, a typed confirmation, and what came of it (F3, B5)."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from conversations import erasing, reading
from conversations.actions import erasing as acts
from conversations.forms_proving import EraseForm
from conversations.views import Asked
from tenants.rules import Refused, Role, require


@require_http_methods(["GET", "POST"])
def erase(request: Asked, contact_id: int) -> HttpResponse:
    """The page, and the act by its form."""
    require(request.actor, Role.MANAGER, "erase a person")
    if request.method == "POST" and (seq := _done_before(request, contact_id)):
        return redirect("conversations:erased", seq)
    contact = reading.find_contact(contact_id)
    if contact.phone.e164 is None:
        messages.info(request, "This person is erased already.")
        return redirect("conversations:profile", contact_id)
    form = EraseForm(request.POST if request.method == "POST" else None, tenant=request.tenant)
    if request.method == "POST" and form.is_valid() and (seq := _erased(request, contact_id, form)):
        return redirect("conversations:erased", seq)
    context = erasing.page_context(contact, form)
    return render(request, "conversations/erase.html", context, status=400 if form.errors else 200)


def _done_before(request: Asked, contact_id: int) -> int | None:
    """The form was sent twice: the first may have taken the contact away by now."""
    return acts.erasure_of(contact_id=contact_id, key=request.POST.get("key", "")[:32])


def _erased(request: Asked, contact_id: int, form: EraseForm) -> int | None:
    """The entry; None where it was refused, which the form then says."""
    values = form.cleaned_data
    try:
        with transaction.atomic():
            outcome = acts.erase_person(
                contact_id=contact_id, typed=values["typed"], key=values["key"], actor=request.actor
            )
    except Refused as refused:
        if refused.code == "not_allowed":
            raise
        field = refused.field if refused.field in form.fields else None
        form.add_error(field, forms.ValidationError(refused.message, code=refused.code))
        return None
    return outcome.seq


@require_GET
def erased(request: Asked, seq: int) -> HttpResponse:
    """What came of it; it asks again by itself until everything has followed."""
    require(request.actor, Role.MANAGER, "erase a person")
    return render(request, "conversations/erased.html", erasing.outcome_context(seq, request.tenant))

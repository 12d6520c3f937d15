"""Pages of one contact: new, edit, delete. The profile belongs to the app above, which knows the messages."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from contacts.actions import people
from contacts.forms import ContactForm
from contacts.models import Contact
from contacts.views import Asked
from tenants.rules import Refused, Role, require


@require_http_methods(["GET", "POST"])
def new(request: Asked) -> HttpResponse:
    """Add a contact by hand."""
    require(request.actor, Role.AGENT, "add contacts")
    form = ContactForm(request.POST or None)
    existing = ""
    if request.method == "POST" and form.is_valid():
        try:
            made = people.create_contact(
                number=form.cleaned_data["phone"],
                details=form.details(),
                actor=request.actor,
            )
        except Refused as refused:
            existing = _show(form, refused)
        else:
            messages.success(request, f"{made} is added. They get no marketing until they agree.")
            return redirect(f"/contacts/{made.pk}/")
    status = 400 if form.errors else 200
    return render(request, "contacts/edit.html", {"form": form, "existing_url": existing}, status=status)


@require_http_methods(["GET", "POST"])
def edit(request: Asked, pk: int) -> HttpResponse:
    """Change a contact; another number leaves consent where it was."""
    require(request.actor, Role.AGENT, "change contacts")
    contact = _contact(pk)
    form = ContactForm(request.POST or None, contact=contact)
    context: dict[str, object] = {"form": form, "contact": contact, "existing_url": ""}
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["phone"] if "phone" in form.changed_data else None
        try:
            people.update_contact(
                contact_id=pk,
                details=form.details(contact),
                number=number,
                actor=request.actor,
                version=request.POST.get("over") or form.cleaned_data["version"],
            )
        except Refused as refused:
            if refused.code == "conflict":
                form.tell_theirs(_contact(pk))
                return render(request, "contacts/edit.html", context | {"conflict": refused}, status=400)
            context["existing_url"] = _show(form, refused)
        else:
            messages.success(request, "Saved.")
            return redirect(f"/contacts/{pk}/")
    return render(request, "contacts/edit.html", context, status=400 if form.errors else 200)


@require_POST
def delete(request: Asked, pk: int) -> HttpResponse:
    """Delete a contact; every opt-out stays."""
    contact = _contact(pk)
    name = str(contact)
    people.delete_contact(contact_id=pk, actor=request.actor)
    messages.success(request, f"{name} is deleted. What they said about texts stays in force.")
    return redirect("contacts:list")


def _contact(pk: int) -> Contact:
    contact: Contact | None = Contact.objects.select_related("phone").filter(pk=pk).first()
    if contact is None:
        raise Http404
    return contact


def _show(form: ContactForm, refused: Refused) -> str:
    """Put a refusal beside its cause; the address of the contact that has the number already."""
    if refused.code == "not_allowed":
        raise refused
    form.add_error(refused.field if refused.field in form.fields else None, refused.message)
    found = refused.detail.get("contact_id")
    return f"/contacts/{found}/" if found else ""

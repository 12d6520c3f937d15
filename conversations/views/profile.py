"""The profile of one person: what is known, may we text them and why, what happened, and the acts of the team."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from contacts.actions.bulk import SETS, start_bulk
from contacts.models import Contact
from conversations import showing
from conversations.actions import people, reviews
from conversations.allabout import all_about
from conversations.evidence import Pack, pack_of
from conversations.forms import MessageForm, OptOutForm, ReasonForm, ReviewForm
from conversations.reading import find_contact, senders_of, version_of
from conversations.views import Asked
from tenants.rules import Refused, Role, require


@require_GET
def profile(request: Asked, contact_id: int) -> HttpResponse:
    """The whole page."""
    contact = find_contact(contact_id)
    return render(request, "conversations/profile.html", showing.page_context(request, contact))


@require_GET
def live(request: Asked, contact_id: int) -> HttpResponse:
    """What turned since the page was drawn, for htmx; 204 when nothing did."""
    contact = find_contact(contact_id)
    if not request.htmx:
        return redirect("conversations:profile", contact_id)
    if request.GET.get("v") == version_of(contact.phone_id):
        return HttpResponse(status=204)
    return render(request, "conversations/live_profile.html", showing.live_context(request, contact))


@require_GET
def timeline(request: Asked, contact_id: int) -> HttpResponse:
    """Older lines of the timeline."""
    contact = find_contact(contact_id)
    return render(request, "conversations/part_older.html", showing.older_context(request, contact))


@require_GET
def evidence(request: Asked, contact_id: int) -> HttpResponse:
    """The permission history of one person with all evidence, as CSV or JSON (B8)."""
    require(request.actor, Role.AGENT, "export evidence")
    contact = find_contact(contact_id)
    pack = pack_of(request.tenant, contact.phone, request.actor, as_json=request.GET.get("format") == "json")
    return _handed_out(pack)


@require_GET
def everything(request: Asked, contact_id: int) -> HttpResponse:
    """All that is held about one person, as JSON, for them who ask for it (F3)."""
    require(request.actor, Role.MANAGER, "export all about a person")
    return _handed_out(all_about(request.tenant, find_contact(contact_id), request.actor))


def _handed_out(pack: Pack) -> HttpResponse:
    return HttpResponse(
        pack.body,
        content_type=pack.content_type,
        headers={"Content-Disposition": f'attachment; filename="{pack.file_name}"'},
    )


@require_POST
def opt_out(request: Asked, contact_id: int) -> HttpResponse:
    """Record an opt-out that they told otherwise than by text."""
    contact = find_contact(contact_id)
    form = OptOutForm(request.POST, tenant=request.tenant, senders=senders_of())

    def act(values: dict[str, Any]) -> str:
        outcome = people.record_opt_out(
            phone_id=contact.phone_id, key=values["key"], how=values["method"], words=values["words"],
            sender_ids=values["senders"], told_at=past(form.moment()), confirm=values["confirm"],
            wrong_person=values["wrong_person"], actor=request.actor,
        )  # fmt: skip
        return "They were opted out already." if outcome.repeated else "Opt-out recorded. It is in force."

    return _submitted(request, contact, "opt_out", form, act)


@require_POST
def block(request: Asked, contact_id: int) -> HttpResponse:
    """Block on every sender."""
    contact = find_contact(contact_id)
    form = ReasonForm(request.POST, tenant=request.tenant, auto_id="id_block_%s")

    def act(values: dict[str, Any]) -> str:
        people.block_person(
            phone_id=contact.phone_id, key=values["key"], reason=values["reason"], actor=request.actor
        )
        return "Blocked. No sender can text them."

    return _submitted(request, contact, "block", form, act)


@require_POST
def unblock(request: Asked, contact_id: int) -> HttpResponse:
    """Lift a block; what the person said themselves stands."""
    contact = find_contact(contact_id)
    form = ReasonForm(request.POST, tenant=request.tenant, auto_id="id_unblock_%s")

    def act(values: dict[str, Any]) -> str:
        outcome = people.unblock_person(
            phone_id=contact.phone_id, key=values["key"], reason=values["reason"], actor=request.actor
        )
        return "Unblocked. Their own opt-out stands." if outcome.status == "stopped" else "Unblocked."

    return _submitted(request, contact, "unblock", form, act)


@require_POST
def review(request: Asked, contact_id: int) -> HttpResponse:
    """Decide about a reply that had to be read."""
    contact = find_contact(contact_id)
    form = ReviewForm(request.POST, tenant=request.tenant, auto_id="id_review_%s")

    def act(values: dict[str, Any]) -> str:
        decided = reviews.settle_review(
            phone_id=contact.phone_id, hold_key=values["hold"], opt_out=values["decision"] == "opt_out",
            reason=values["reason"], actor=request.actor,
        )  # fmt: skip
        return "Recorded as an opt-out." if decided else "Released. Marketing may go on."

    return _submitted(request, contact, "review", form, act)


@require_POST
def mistake(request: Asked, contact_id: int) -> HttpResponse:
    """Take back an own opt-out entered a moment ago."""
    contact = find_contact(contact_id)
    seq = request.POST.get("entry", "")
    number = int(seq) if seq.isdecimal() and len(seq) < 19 else 0
    return _done(
        request, contact, lambda: people.take_back(phone_id=contact.phone_id, seq=number, actor=request.actor),
        "Taken back. Every permission is as it was; both entries stay in the history.",
    )  # fmt: skip


@require_POST
def message(request: Asked, contact_id: int) -> HttpResponse:
    """Text one person; the gate is asked first."""
    contact = find_contact(contact_id)
    form = MessageForm(request.POST, tenant=request.tenant, senders=senders_of())

    def act(values: dict[str, Any]) -> str:
        people.write_to(
            phone_id=contact.phone_id, sender_id=values["sender"], body=values["body"], actor=request.actor
        )
        return "On its way."

    return _submitted(request, contact, "message", form, act)


@require_POST
def sets(request: Asked, contact_id: int) -> HttpResponse:
    """Put the person into a group or take them out; the same with tags."""
    contact = find_contact(contact_id)
    verb, ref = request.POST.get("verb", ""), request.POST.get("ref", "")
    if verb not in SETS or not (ref.isdecimal() and len(ref) < 19):
        return redirect("conversations:profile", contact_id)
    detail = {SETS[verb]: int(ref)}
    return _done(
        request, contact,
        lambda: start_bulk(verb=verb, query={"ids": [contact.pk]}, detail=detail, actor=request.actor), "",
    )  # fmt: skip


def past(told_at: datetime | None) -> datetime | None:
    """None where the form still says "now": the entry then gets the moment it is written."""
    now = timezone.now()
    return None if told_at is None or now - timedelta(minutes=1) < told_at <= now else told_at


def _submitted(
    request: Asked, contact: Contact, name: str, form: Form, act: Callable[[dict[str, Any]], str]
) -> HttpResponse:
    """Do the act of a form and go back to the page; else the page again, the refusal beside its cause."""
    if form.is_valid():
        try:
            with transaction.atomic():
                told = act(form.cleaned_data)
        except Refused as refused:
            if refused.code == "not_allowed":
                raise
            if refused.code == "conflict":  # the question is gone, and its dialog with it
                messages.error(request, refused.message)
                return redirect("conversations:profile", contact.pk)
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, told)
            return redirect("conversations:profile", contact.pk)
    context = showing.page_context(request, contact, open_dialog=name, bound={name: form})
    return render(request, "conversations/profile.html", context, status=400)


def _done(request: Asked, contact: Contact, act: Callable[[], object], told: str) -> HttpResponse:
    """Do an act without a form; a refusal is a banner on the page."""
    try:
        with transaction.atomic():
            act()
    except Refused as refused:
        if refused.code == "not_allowed":
            raise
        messages.error(request, refused.message)
    else:
        if told:
            messages.success(request, told)
    return redirect("conversations:profile", contact.pk)

"""The complaints queue: what came in, by when it must be answered, and every step."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from conversations import complaint_pages as pages
from conversations.actions import complaints as acts
from conversations.learning_exports import complaints_csv
from conversations.learning_forms import AssignForm, ComplaintForm, SaidForm
from conversations.models.learning import Complaint
from conversations.views import Asked
from tenants.actions import audit
from tenants.models import Membership
from tenants.rules import Refused, Role, require


@require_GET
def queue(request: Asked) -> HttpResponse:
    """What waits, most pressing first."""
    return render(request, "conversations/complaints.html", pages.queue_context(request))


@require_GET
def complaint(request: Asked, pk: int) -> HttpResponse:
    """One complaint."""
    context = pages.one_context(request, acts.find_complaint(pk))
    return render(request, "conversations/complaint.html", context)


@require_POST
def add(request: Asked) -> HttpResponse:
    """A complaint told to the team."""
    require(request.actor, Role.AGENT, "record complaints")
    form = ComplaintForm(request.POST, tenant=request.tenant, auto_id="id_complaint_%s")
    made: list[Complaint] = []
    if _tried(form, lambda: made.append(_add(request, form))):
        messages.success(request, "The complaint is on the queue.")
        return redirect("conversations:complaint", made[0].pk)
    context = pages.queue_context(request, bound=form, open_dialog="add")
    return render(request, "conversations/complaints.html", context, status=400)


def _add(request: Asked, form: ComplaintForm) -> Complaint:
    values = form.cleaned_data
    phone_id = acts.phone_named(values["number"]) if values["number"] else None
    return acts.open_complaint(
        key=f"team:{values['key']}", source="team", about=values["about"], words=values["words"], who=values["who"],
        phone_id=phone_id, actor=request.actor,
    )  # fmt: skip


@require_POST
def note(request: Asked, pk: int) -> HttpResponse:
    """Write something down."""
    return _step(request, pk, "note", "Written down.", acts.note_complaint)


@require_POST
def answer(request: Asked, pk: int) -> HttpResponse:
    """It has been answered."""
    return _step(request, pk, "answer", "Answered, in time and with your name.", acts.answer_complaint)


@require_POST
def close(request: Asked, pk: int) -> HttpResponse:
    """Nothing more is to be done."""
    return _step(request, pk, "close", "Closed. It can be opened again.", acts.close_complaint)


@require_POST
def reopen(request: Asked, pk: int) -> HttpResponse:
    """There is more to it."""
    return _step(request, pk, "reopen", "Open again. Its deadline is what it was.", acts.reopen_complaint)


@require_POST
def assign(request: Asked, pk: int) -> HttpResponse:
    """Who takes care of it."""
    require(request.actor, Role.AGENT, "work on complaints")
    members = list(Membership.objects.filter(tenant=request.tenant).select_related("user"))
    form = AssignForm(request.POST, members=members)
    if not form.is_valid():
        raise Refused("member_unknown", "Choose one of your members.", "member")
    done = acts.assign_complaint(
        complaint_id=pk, membership_id=form.cleaned_data["member"], actor=request.actor
    )
    whom = str(done.assignee.user) if done.assignee else "Nobody"
    messages.success(request, f"{whom} takes care of it now.")
    return redirect("conversations:complaint", pk)


@require_GET
def export(request: Asked) -> StreamingHttpResponse:
    """The complaints with every step, as CSV."""
    require(request.actor, Role.AGENT, "export complaints")
    state = request.GET.get("state", "")
    audit(request.actor, "complaints_exported", "complaint", None, state=state[:10])
    headers = {"Content-Disposition": 'attachment; filename="complaints.csv"'}
    return StreamingHttpResponse(
        complaints_csv(request.tenant.pk, state=state),
        content_type="text/csv; charset=utf-8",
        headers=headers,
    )


def _step(request: Asked, pk: int, name: str, told: str, act: Callable[..., Complaint]) -> HttpResponse:
    """One step with its words; a refusal beside them, and what was typed is kept."""
    require(request.actor, Role.AGENT, "work on complaints")
    found = acts.find_complaint(pk)
    form = SaidForm(request.POST, auto_id=f"id_{name}_%s")
    if _tried(form, lambda: act(complaint_id=pk, text=form.cleaned_data["text"], actor=request.actor)):
        messages.success(request, told)
        return redirect("conversations:complaint", pk)
    conflict = "".join(str(one) for one in form.non_field_errors())
    if (
        conflict
    ):  # its dialog is gone with the state it was for: what was typed stays, as a note to be written down
        again: dict[str, Form] = {
            "note": SaidForm(initial={"text": request.POST.get("text", "")}, label="Note")
        }
        context = pages.one_context(request, acts.find_complaint(pk), bound=again) | {"refused": conflict}
    else:
        context = pages.one_context(request, found, bound={name: form}, open_dialog=name)
    return render(request, "conversations/complaint.html", context, status=400)


def _tried(form: Form, act: Callable[[], object]) -> bool:
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            act()
    except Refused as refused:
        if refused.code in {"not_allowed", "not_found"}:
            raise
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return False
    return True

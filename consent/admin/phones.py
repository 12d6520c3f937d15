"""Phone numbers, and the acts on their consent: each asks for what the history needs, then calls one action."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from consent import actions
from consent.actions import Evidence, Outcome, Reach, e164_hash
from consent.models import PhoneNumber
from consent.models.ledger import Method
from consent.models.numbers import Status
from consent.reading import permissions_of, reach_labels
from consent.rules.numbers import normalise, show
from tenants.actions import audit
from tenants.admin.base import StaffAdmin, actor_of, state_pill
from tenants.admin.site import site
from tenants.models import SenderNumber
from tenants.rules import Actor, Refused

#: Ways in which somebody tells the team, rather than a machine.
TOLD = (Method.PHONE, Method.EMAIL, Method.POST, Method.IN_PERSON, Method.PAPER)
_KEY = re.compile(r"[0-9a-f]{32}")
WORDS = {
    "opted_in": "Opted in",
    "opted_out": "Opted out",
    "pending": "Pending",
    "unknown": "Never asked",
    "on_hold": "On hold",
}


def e164_of(request: HttpRequest, text: str) -> str | None:
    """A number in any spelling as E.164, None when it is none."""
    tenant = request.tenant  # type: ignore[attr-defined]
    return normalise(text.replace("\x00", ""), tenant.country, enabled=tenant.allowed_countries).e164


def number_search(request: HttpRequest, queryset: Any, text: str, column: str) -> Any:
    """Rows whose `column` is the phone number written in `text`; found by its hash, so after an erasure too."""
    if not text.strip():
        return queryset
    e164 = e164_of(request, text)
    if e164 is None:
        return queryset.none()
    return queryset.filter(
        **{f"{column}__in": PhoneNumber.objects.filter(e164_hash=e164_hash(e164)).values("pk")}
    )


def sender_choices() -> list[tuple[str, str]]:
    """The tenant's sender numbers, for a filter."""
    return [(str(s.pk), f"{s.name} {s.tail}") for s in SenderNumber.objects.order_by("pk")[:200]]


def known_id(raw: str | None) -> int:
    """An id out of an address. A malformed one takes the filter off."""
    if raw is None or not raw.isdecimal() or not raw.isascii() or len(raw) > 18:
        raise IncorrectLookupParameters(f"{raw!r} is no id")
    return int(raw)


class ActForm(forms.Form):
    """An act with its own key, so that a form sent twice acts once."""

    key = forms.CharField(widget=forms.HiddenInput)

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if not _KEY.fullmatch(key):
            raise forms.ValidationError("This form is damaged. Open it again.")
        return key


class ReasonForm(ActForm):
    """A reason, kept in the history."""

    reason = forms.CharField(
        max_length=200, widget=UnfoldAdminTextInputWidget, help_text="Kept in the history."
    )


class OptOutForm(ActForm):
    """How they said it, what they said, and which of the tenant's numbers it covers."""

    method = forms.ChoiceField(
        label="How they told us", choices=[(m.value, m.label) for m in TOLD], widget=UnfoldAdminSelectWidget
    )
    words = forms.CharField(
        label="Their words",
        max_length=2000,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="As exactly as you know them.",
    )
    note = forms.CharField(label="Note", max_length=2000, required=False, widget=UnfoldAdminTextInputWidget)
    senders = forms.MultipleChoiceField(
        label="Only these sender numbers",
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Tick none to stop all numbers, those added later included.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["senders"].choices = sender_choices()  # type: ignore[attr-defined]


def do_opt_out(phone_id: int, data: dict[str, Any], key: str, actor: Actor) -> Outcome:
    """Opt out of the senders ticked, of all when none is."""
    senders = [int(one) for one in data["senders"]]
    return actions.opt_out(
        phone_id=phone_id,
        sender_id=senders[0] if len(senders) == 1 else None,
        sender_ids=senders or None,
        reach=Reach.NUMBER if senders else Reach.ALL,
        method=data["method"],
        event_key=key,
        actor=actor,
        evidence=Evidence(words=data["words"], note=data["note"], actor_label=actor.label),
    )


def do_block(phone_id: int, data: dict[str, Any], key: str, actor: Actor) -> Outcome:
    return actions.block(phone_id=phone_id, reason=data["reason"], event_key=key, actor=actor)


def do_unblock(phone_id: int, data: dict[str, Any], key: str, actor: Actor) -> Outcome:
    return actions.unblock(phone_id=phone_id, reason=data["reason"], event_key=key, actor=actor)


#: Act → heading, lead, label of its button, form, action.
ACTS: dict[str, tuple[str, str, str, type[ActForm], Callable[..., Outcome]]] = {
    "opt-out": (
        "Record an opt-out",
        "They told the team by phone, e-mail, letter or in person. It takes effect at once; they can take it back.",
        "Record the opt-out",
        OptOutForm,
        do_opt_out,
    ),
    "block": (
        "Block",
        "None of the tenant’s numbers texts a blocked person, whatever they send. Opt-ins stay recorded.",
        "Block them",
        ReasonForm,
        do_block,
    ),
    "unblock": (
        "Unblock",
        "They become Active again, or Stopped if they had opted out: an opt-out beneath a block stands.",
        "Unblock them",
        ReasonForm,
        do_unblock,
    ),
}


class StatusFilter(admin.SimpleListFilter):
    """Active, stopped or blocked: the three there are, without asking the table."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(status.value, str(status.label)) for status in Status]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(status=self.value()) if self.value() in Status.values else queryset


@admin.register(PhoneNumber, site=site)
class PhoneNumberAdmin(StaffAdmin):
    """Every number the tenant knows, contact or not, with its consent. Nothing here is edited as a row."""

    list_display = (
        "number",
        "status_shown",
        "unsubscribed",
        "stopped_at",
        "blocked_at",
        "unusable_at",
        "created_at",
    )
    list_filter = (
        StatusFilter,
        ("stopped_at", admin.EmptyFieldListFilter),
        ("unusable_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("e164",)
    search_help_text = "A phone number, in any spelling"
    fields = (
        "number", "status_shown", "unsubscribed", "permissions", "stopped_at", "all_stopped_event", "blocked_at",
        "block_reason", "wrong_person_at", "unusable_at", "unusable_code", "zone", "created_at",
    )  # fmt: skip
    change_form_template = "admin/consent/phonenumber/acts.html"
    acts: ClassVar[tuple[str, ...]] = tuple(ACTS)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return number_search(request, queryset, search_term, "pk"), False

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        labels = reach_labels(rows)
        for phone in rows:
            phone.reach = labels[phone.pk]

    @admin.display(description="Number", ordering="e164")
    def number(self, obj: PhoneNumber) -> str:
        return show(obj.e164) if obj.e164 else "(erased)"

    @admin.display(description="Status")
    def status_shown(self, obj: PhoneNumber) -> str:
        return state_pill(obj.status, getattr(obj, "reach", None) or reach_labels([obj])[obj.pk])

    @admin.display(description="Unsubscribed", ordering="stopped_at")
    def unsubscribed(self, obj: PhoneNumber) -> str:
        return "Yes" if obj.stopped_at else "No"

    @admin.display(description="By sender number")
    def permissions(self, obj: PhoneNumber) -> str:
        senders = list(SenderNumber.objects.filter(retired_at=None))
        states = permissions_of([obj.pk], [s.pk for s in senders])
        return " · ".join(f"{s.name}: {WORDS[states[obj.pk, s.pk]]}" for s in senders)

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        own = [path(f"<int:pk>/{act}/", wrap(self._act(act)), name=f"consent_{act}") for act in self.acts]
        return [*own, *super().get_urls()]

    def _act(self, act: str) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            return self.act(request, pk, act)

        return view

    def act(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """GET asks, POST acts once for its key and goes back to where it came from."""
        phone = self.get_object(request, str(pk))
        if phone is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        heading, lead, submit, form_class, _ = ACTS[act]
        form = form_class(request.POST or None, initial={"key": uuid4().hex})
        back = self._back(request, pk)
        if request.method == "POST" and form.is_valid():
            try:
                self._do(request, pk, act, form.cleaned_data)
                messages.success(
                    request, f"{self.number(phone)} is now {reach_labels([self._again(pk)])[pk]}."
                )
                return redirect(back)
            except Refused as refused:
                form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts, "original": phone, "form": form, "title": f"{heading}: {self.number(phone)}",
            "lead": lead, "submit": submit, "back": back,
        }  # fmt: skip
        return TemplateResponse(request, "admin/act.html", context)

    @transaction.atomic
    def _do(self, request: HttpRequest, pk: int, act: str, data: dict[str, Any]) -> None:
        actor = actor_of(request)
        outcome = ACTS[act][-1](pk, data, f"staff:{data['key']}", actor)
        audit(actor, act.replace("-", "_"), self.audit_kind, pk, entry=outcome.seq, kind=outcome.kind)

    def _again(self, pk: int) -> PhoneNumber:
        return PhoneNumber.objects.get(pk=pk)

    def _back(self, request: HttpRequest, pk: int) -> str:
        wanted = request.POST.get("next") or request.GET.get("next") or ""
        inside = wanted.startswith(reverse("admin:index"))
        if inside and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
            return wanted
        return reverse("admin:consent_phonenumber_change", args=[pk])

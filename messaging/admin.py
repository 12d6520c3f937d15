"""What was said, as it is: nothing here is added, changed or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Max
from django.http import HttpRequest

from consent.admin.phones import number_search
from consent.models import PhoneNumber
from consent.rules.numbers import show
from messaging.models import Attempt, Broadcast, ConsentPush, Message, RawWebhook, Template, Thread
from messaging.rules.links import without_tokens
from messaging.rules.outcomes import NotSent, Phase, Receipt, outcome
from tenants.admin.base import StaffAdmin
from tenants.admin.site import site
from tenants.models import SenderNumber


class PhaseFilter(admin.SimpleListFilter):
    """How far our own side has come."""

    title = "phase"
    parameter_name = "phase"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(phase.value), phase.name.replace("_", " ").title()) for phase in Phase]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = {str(phase.value) for phase in Phase}
        return queryset.filter(phase=int(self.value() or 0)) if self.value() in known else queryset


@admin.register(Message, site=site)
class MessageAdmin(StaffAdmin):
    """Every text, in and out, with its outcome. Found by phone number, the provider's id, or our own."""

    list_display = (
        "id",
        "direction",
        "person",
        "sender_name",
        "outcome",
        "reason_shown",
        "text",
        "created_at",
    )
    list_filter = ("direction", "message_class", PhaseFilter)
    search_fields = ("sid",)
    search_help_text = "A phone number in any spelling, a message SID, or #id"
    readonly_fields = (
        "person",
        "sender_name",
        "outcome",
        "reason_shown",
        "receipt_shown",
        "phase_shown",
        "whole_text",
    )
    fields = (
        "direction", "message_class", "person", "sender_name", "outcome", "reason_shown", "phase_shown",
        "receipt_shown", "error_code", "whole_text", "parts", "tries", "sid", "broadcast_id_shown", "contact_id",
        "answers_id", "not_before", "expires_at", "created_at", "begun_at", "ended_at", "receipt_at",
    )  # fmt: skip

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        term = search_term.strip()
        if term.startswith("#") and term[1:].isdecimal() and len(term) < 19:
            return queryset.filter(pk=int(term[1:])), False
        if len(term) == 34 and term[:2].isalpha():
            return queryset.filter(sid=term), False
        return number_search(request, queryset, term, "phone_id"), False

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        phones = {row.phone_id for row in rows}
        numbers = dict(PhoneNumber.objects.filter(pk__in=phones).values_list("pk", "e164"))
        senders = dict(SenderNumber.objects.values_list("pk", "name"))
        for row in rows:
            row.e164, row.sender_label = numbers.get(row.phone_id), senders.get(row.sender_id, "")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            self.prepare(request, [found])
        return found

    @admin.display(description="Person")
    def person(self, obj: Any) -> str:
        return show(obj.e164) if obj.e164 else "(erased)"

    @admin.display(description="Sender number")
    def sender_name(self, obj: Any) -> str:
        return str(obj.sender_label)

    @admin.display(description="Outcome")
    def outcome(self, obj: Any) -> str:
        return "Received" if obj.direction else str(outcome(obj.phase, obj.reason, obj.receipt))

    @admin.display(description="Reason")
    def reason_shown(self, obj: Any) -> str:
        known = {reason.value: reason.label for reason in NotSent}
        return known.get(obj.reason, str(obj.reason))

    @admin.display(description="Phase")
    def phase_shown(self, obj: Any) -> str:
        return Phase(obj.phase).name.lower()

    @admin.display(description="Receipt")
    def receipt_shown(self, obj: Any) -> str:
        return Receipt(obj.receipt).name.lower()

    @admin.display(description="Broadcast")
    def broadcast_id_shown(self, obj: Any) -> Any:
        return obj.broadcast_id

    @admin.display(description="Text")
    def text(self, obj: Any) -> str:
        body = without_tokens(" ".join((obj.body or "").split()))
        return f"{body[:59]}…" if len(body) > 60 else body

    @admin.display(description="Text, an opt-out link without its token")
    def whole_text(self, obj: Any) -> str:
        return without_tokens(obj.body or "")


@admin.register(ConsentPush, site=site)
class ConsentPushAdmin(StaffAdmin):
    """Opt-outs told to the provider, and what it said."""

    list_display = (
        "id",
        "seq",
        "phone_id",
        "sender",
        "state",
        "error_code",
        "error",
        "created_at",
        "ended_at",
    )
    list_filter = ("state", "imported", "sender")
    list_select_related = ("sender",)
    search_fields = ("correlation",)
    search_help_text = "A phone number in any spelling, or a correlation id"

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        term = search_term.strip().lower()
        if len(term) == 32 and term.isalnum():
            return queryset.filter(correlation=term), False
        return number_search(request, queryset, term, "phone_id"), False


@admin.register(Attempt, site=site)
class AttemptAdmin(StaffAdmin):
    """Each request to the provider, written before its first byte left."""

    list_display = ("id", "message_id", "n", "begun_at", "ended_at", "result", "http_status", "code")
    search_fields = ("message_id",)
    search_help_text = "A message’s id"

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        term = search_term.strip().lstrip("#")
        found = (
            queryset.filter(message_id=int(term)) if term.isdecimal() and len(term) < 19 else queryset.none()
        )
        return (found if term else queryset), False


@admin.register(RawWebhook, site=site)
class RawWebhookAdmin(StaffAdmin):
    """What the provider sent, byte for byte."""

    list_display = ("id", "kind", "key", "state", "repeats", "note", "received_at", "applied_at")
    list_filter = ("kind",)
    fields = (
        "kind", "key", "text", "message_ref", "sender_id", "account_id", "state", "note", "repeats", "received_at",
        "applied_at",
    )  # fmt: skip
    readonly_fields = ("text",)
    search_fields = ("key",)
    search_help_text = "The provider’s id, complete"

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        term = search_term.strip().replace("\x00", "")
        return (queryset.filter(key=term) if term else queryset), False

    @admin.display(description="Body as received")
    def text(self, obj: RawWebhook) -> str:
        return bytes(obj.body).decode("utf-8", "replace")


@admin.register(Broadcast, site=site)
class BroadcastAdmin(StaffAdmin):
    """Orders to send. They are paused, resumed and cancelled through their campaign."""

    list_display = ("id", "sender", "status", "audience_size", "send_at", "started_at", "finished_at")
    list_filter = ("status",)


@admin.register(Template, site=site)
class TemplateAdmin(StaffAdmin):
    """Saved texts. A change is a new version."""

    may_add = True
    list_display = ("name", "version", "text", "created_at")
    search_fields = ("name",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("name", "version", "text", "created_at") if obj else ("name", "text")

    def create(self, request: HttpRequest, obj: Template, form: forms.ModelForm) -> Template:
        last = Template.objects.filter(name=obj.name).aggregate(last=Max("version"))["last"]
        obj.version = (last or 0) + 1
        made: Template = super().create(request, obj, form)
        return made


@admin.register(Thread, site=site)
class ThreadAdmin(StaffAdmin):
    """Conversations of one person with one sender number."""

    list_display = ("phone", "sender", "last_text", "last_direction", "last_at", "unread")
    list_filter = ("last_direction",)
    search_fields = ("phone",)
    search_help_text = "A phone number, in any spelling"

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return number_search(request, queryset, search_term, "phone_id"), False

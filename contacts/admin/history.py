"""The permission history: read, searched, filtered, handed out, verified. Never written here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html

from consent.admin.phones import known_id, number_search, sender_choices
from consent.history import verify
from consent.models import ConsentEvent
from contacts.admin.entries import export, lines_of
from tenants.actions import audit
from tenants.admin.base import StaffAdmin, actor_of
from tenants.admin.records import ActorKindFilter
from tenants.admin.site import names_of, site
from tenants.rules import Refused
from tenants.scope import current_tenant_id

# What everybody calls it; on the class itself it would be a migration of the ledger's table.
ConsentEvent._meta.verbose_name_plural = "permission history"


class TouchedSenderFilter(admin.SimpleListFilter):
    """Entries that name a sender number, or changed its permission."""

    title = "sender number"
    parameter_name = "sender"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sender_choices()

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if not self.value():
            return queryset
        sender = known_id(self.value())
        return queryset.filter(Q(sender_id=sender) | Q(senders__contains=[sender]))


class AnsweredFilter(admin.SimpleListFilter):
    """By the campaign that was answered; those of the newest entries."""

    title = "campaign answered"
    parameter_name = "campaign"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        newest = (
            ConsentEvent.objects.exclude(campaign_ref=None).order_by("-seq").values("campaign_ref")[:2000]
        )
        refs = sorted({one["campaign_ref"] for one in newest}, reverse=True)[:50]
        names = names_of("broadcast", refs)
        return [(str(ref), names.get(ref, ("", ""))[0] or f"broadcast {ref}") for ref in refs]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(campaign_ref=known_id(self.value())) if self.value() else queryset


@admin.register(ConsentEvent, site=site)
class ConsentEventAdmin(StaffAdmin):
    """Who, what, when, how, from which state to which, the exact words, and the campaign it answered (B8, B9)."""

    list_display = ("entry", "when", "number", "what", "how", "change", "touched", "who", "words", "campaign")
    list_display_links = ("entry",)
    list_filter = ("kind", "method", ActorKindFilter, TouchedSenderFilter, AnsweredFilter, "recorded_at")
    search_fields = ("seq",)
    search_help_text = "A phone number in any spelling, #entry, or the beginning of a seal"
    ordering = ("-seq",)
    list_fullwidth = True
    change_list_template = "admin/consent/consentevent/history.html"
    change_form_template = "admin/consent/consentevent/entry.html"

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        for event, line in zip(rows, lines_of(rows), strict=True):
            event.line = line

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        term = search_term.strip()
        if term.startswith("#") and term[1:].isdecimal() and len(term) < 19:
            return queryset.filter(seq=int(term[1:])), False
        if len(term) >= 8 and not term.isdecimal() and all(c in "0123456789abcdef" for c in term.lower()):
            low = bytes.fromhex(term[: len(term) // 2 * 2])
            return queryset.filter(hash__gte=low, hash__lte=low + b"\xff" * 32), False
        return number_search(request, queryset, term, "phone_id"), False

    # ── columns ───────────────────────────────────────────────────────────────────────────────────────
    @admin.display(description="Entry", ordering="seq")
    def entry(self, obj: Any) -> str:
        return f"#{obj.seq}"

    @admin.display(description="When", ordering="recorded_at")
    def when(self, obj: Any) -> str:
        return format_html('<span class="sc-adm-nowrap">{}</span>', f"{obj.recorded_at:%-d %b %Y, %H:%M} UTC")

    @admin.display(description="Number")
    def number(self, obj: Any) -> str:
        return format_html(
            '<span class="sc-adm-nowrap">{}</span><br><small>{}</small>', obj.line.number, obj.line.contact
        )

    @admin.display(description="What", ordering="kind")
    def what(self, obj: Any) -> str:
        return str(obj.line.what)

    @admin.display(description="How", ordering="method")
    def how(self, obj: Any) -> str:
        return str(obj.line.how)

    @admin.display(description="From → to")
    def change(self, obj: Any) -> str:
        return str(obj.line.change)

    @admin.display(description="Sender numbers")
    def touched(self, obj: Any) -> str:
        return str(obj.line.senders)

    @admin.display(description="Who")
    def who(self, obj: Any) -> str:
        return str(obj.line.who)

    @admin.display(description="Exact words")
    def words(self, obj: Any) -> str:
        if obj.line.erased:
            return "(erased)"
        said = " ".join((obj.line.words or obj.line.note).split())
        said = f"{said[:79]}…" if len(said) > 80 else said
        return f"{said} (file: {obj.line.file.name})".strip() if obj.line.file else said

    @admin.display(description="Campaign answered")
    def campaign(self, obj: Any) -> str:
        if obj.line.campaign_url:
            return format_html('<a href="{}">{}</a>', obj.line.campaign_url, obj.line.campaign)
        return str(obj.line.campaign)

    # ── pages of its own ──────────────────────────────────────────────────────────────────────────────
    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("export.<str:form>", wrap(self.export), name="consent_consentevent_export"),
            path("verify/", wrap(self.verify), name="consent_consentevent_verify"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        event = self.get_object(request, object_id)
        extra = {"line": lines_of([event])[0]} if event is not None else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    def export(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """The list as it is filtered now, as a file."""
        if form not in {"csv", "json"}:
            return self._get_obj_does_not_exist_redirect(request, self.opts, form)
        try:
            changelist = self.get_changelist_instance(request)
        except IncorrectLookupParameters as error:
            raise Refused("filter_invalid", "This filter does not make sense. Choose another one.") from error
        file, count = export(changelist.queryset, form)
        filters = {key: value for key, value in request.GET.items() if key != "q"}
        audit(
            actor_of(request),
            "export_history",
            "consent_event",
            None,
            form=form,
            entries=count,
            filters=filters,
        )
        name = f"permission-history-{timezone.now():%Y%m%d-%H%M}.{form}"
        return FileResponse(file, as_attachment=True, filename=name)

    def verify(self, request: HttpRequest) -> HttpResponse:
        """Recompute every seal of the tenant's history."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"]) if request.method != "GET" else redirect("../")
        result = verify(current_tenant_id())
        audit(
            actor_of(request), "verify_history", "consent_event", None, ok=result.ok, entries=result.entries
        )
        context = self.admin_site.each_context(request) | {
            "opts": self.opts, "title": "Verification of the permission history", "result": result,
        }  # fmt: skip
        return TemplateResponse(request, "admin/consent/consentevent/verified.html", context)

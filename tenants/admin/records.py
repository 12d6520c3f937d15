"""Keys, the audit log and outgoing webhooks."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path

from tenants import actions
from tenants.admin.base import StaffAdmin, actor_of
from tenants.admin.site import site
from tenants.models import ApiKey, AuditEntry, IdempotencyKey, WebhookDelivery, WebhookEndpoint
from tenants.rules import ActorKind


@admin.register(ApiKey, site=site)
class ApiKeyAdmin(StaffAdmin):
    """Integrators' keys. They are made by an owner, who sees the secret once; staff may stop one at once."""

    list_display = ("name", "tail", "scopes", "expires_at", "last_used_at", "revoked_at")
    fields = (
        "name",
        "tail",
        "scopes",
        "created_by",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    readonly_fields = ("tail",)
    change_form_template = "admin/tenants/apikey/revocable.html"

    @admin.display(description="Ends in")
    def tail(self, obj: ApiKey) -> str:
        return f"…{obj.last_four}"

    def get_urls(self) -> list[Any]:
        revoke = self.admin_site.admin_view(self.revoke)
        return [path("<int:pk>/revoke/", revoke, name="tenants_apikey_revoke"), *super().get_urls()]

    def revoke(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET asks, POST revokes."""
        key = self.get_object(request, str(pk))
        if key is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        if request.method == "POST":
            actions.revoke_api_key(key_id=pk, actor=actor_of(request))
            messages.success(request, f"{key.name} no longer works.")
            return redirect("admin:tenants_apikey_change", pk)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "original": key,
            "title": f"Revoke {key.name}?",
            "lead": "Whatever uses this key is refused from now on. This cannot be taken back; a new key can be made.",
            "submit": "Revoke the key",
            "back": "..",
        }
        return TemplateResponse(request, "admin/act.html", context)


class ActorKindFilter(admin.SimpleListFilter):
    """Who acted, from the known kinds: asking the table for its values would read all of it."""

    title = "who"
    parameter_name = "actor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.value, kind.value.title()) for kind in ActorKind]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(actor_kind=self.value()) if self.value() else queryset


@admin.register(AuditEntry, site=site)
class AuditEntryAdmin(StaffAdmin):
    """Privileged acts, newest first. They are never changed."""

    list_display = ("at", "who", "verb", "what", "detail")
    list_filter = (ActorKindFilter, "at")
    fields = ("at", "actor_kind", "actor_id", "actor_label", "verb", "object_kind", "object_id", "detail")
    search_fields = ("verb",)
    search_help_text = "An act, such as add_sender"

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        found = (
            queryset.filter(verb=search_term.strip().replace("\x00", "")) if search_term.strip() else queryset
        )
        return found, False

    @admin.display(description="Who")
    def who(self, obj: AuditEntry) -> str:
        return f"{obj.actor_label or obj.actor_id or ''} ({obj.actor_kind})".strip()

    @admin.display(description="What")
    def what(self, obj: AuditEntry) -> str:
        return f"{obj.object_kind.replace('_', ' ')} {obj.object_id or ''}".strip()


@admin.register(IdempotencyKey, site=site)
class IdempotencyKeyAdmin(StaffAdmin):
    """Repeated API calls that were answered from memory. The answers themselves are not shown."""

    list_display = ("key", "route", "status", "created_at")
    fields = ("key", "route", "status", "created_at")


@admin.register(WebhookEndpoint, site=site)
class WebhookEndpointAdmin(StaffAdmin):
    """Where other systems hear of events; the signing secrets are never shown. Owners change them."""

    list_display = ("url", "name", "failing_since", "disabled_at", "last_ok_at", "created_at")
    fields = (
        "url", "name", "events", "key_id", "second_key_id", "second_until", "failing_since", "failures", "last_ok_at",
        "disabled_at", "disabled_reason", "created_at",
    )  # fmt: skip


@admin.register(WebhookDelivery, site=site)
class WebhookDeliveryAdmin(StaffAdmin):
    """Events on their way to other systems."""

    list_display = (
        "event",
        "event_id",
        "endpoint",
        "tries",
        "last_status",
        "next_try_at",
        "done_at",
        "gave_up_at",
    )
    list_filter = ("done_at",)
    fields = (
        "event", "event_id", "event_key", "endpoint", "payload", "tries", "last_status", "last_error", "last_answer",
        "next_try_at", "done_at", "gave_up_at", "created_at",
    )  # fmt: skip

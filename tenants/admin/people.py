"""The tenant of the scope, its members and log-ins. Door tables have no row security: each list names the tenant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from phonenumbers import SUPPORTED_REGIONS

from tenants import actions
from tenants.actions import audit, invitations
from tenants.actions.settings import SETTINGS
from tenants.admin.base import StaffAdmin, actor_of
from tenants.admin.site import site
from tenants.models import Door, Due, Invitation, Membership, Tenant, User
from tenants.rules import Refused, Role
from tenants.scope import current_tenant_id


@admin.register(Tenant, site=site)
class TenantAdmin(StaffAdmin):
    """The tenant itself. New ones are made by the command line; opt-in is switched off by an owner only."""

    may_change = True
    list_display = ("name", "brand", "slug", "country", "stop_covers", "held_at")
    fieldsets = (
        ("Name", {"fields": ("name", "brand", "slug", "help_contact")}),
        ("Place", {"fields": ("zone", "country", "countries")}),
        ("Consent", {"fields": ("stop_covers", "us_rules", "marketing_needs_opt_in", "review_hours")}),
        ("Price", {"fields": ("part_price_micros", "currency")}),
        ("Hold", {"fields": ("held_at", "held_reason", "created_at")}),
    )
    readonly_fields = ("slug", "marketing_needs_opt_in", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tenant]:
        return super().get_queryset(request).filter(pk=current_tenant_id())

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.base_fields["countries"].required = False
        return form

    def update(self, request: HttpRequest, obj: Tenant, form: forms.ModelForm) -> None:
        """Each setting by its action, which knows what it may be: a zone that is none would break every page."""
        obj.country, obj.countries = obj.country.strip().upper(), obj.countries or []
        _check_places(obj)
        settings = [name for name in form.changed_data if name in SETTINGS]
        changes = {name: getattr(obj, name) for name in settings}
        actions.update_settings(changes=changes, actor=actor_of(request))
        fields = sorted(set(form.changed_data) - set(settings))
        if fields:
            obj.save(update_fields=fields)
            audit(actor_of(request), "change_tenant", self.audit_kind, obj.pk, fields=fields)


def _check_places(tenant: Tenant) -> None:
    if tenant.country not in SUPPORTED_REGIONS:
        raise Refused("country_invalid", "Give the two-letter code of a country, like US or GB.", "country")
    given = tenant.countries
    if not isinstance(given, list) or any(
        not isinstance(one, str) or one not in SUPPORTED_REGIONS for one in given
    ):
        raise Refused("countries_invalid", 'Give a list of two-letter codes, like ["US", "CA"].', "countries")


@admin.register(Membership, site=site)
class MembershipAdmin(StaffAdmin):
    """Who works for the tenant, in which role. New ones are invited: only a letter proves an address."""

    may_change = may_delete = True
    list_display = ("user", "role", "created_at")
    list_filter = ("role",)
    readonly_fields = ("user", "created_at")
    search_fields = ("user__email",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).filter(tenant_id=current_tenant_id())

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("user", "role", "created_at")

    def update(self, request: HttpRequest, obj: Membership, form: forms.ModelForm) -> None:
        _keep_an_owner(obj, obj.role)
        tenant = Tenant.objects.get(pk=current_tenant_id())
        actions.set_member(tenant=tenant, user=obj.user, role=Role(obj.role), actor=actor_of(request))

    def remove(self, request: HttpRequest, obj: Membership) -> None:
        _keep_an_owner(obj, "")
        invitations.withdraw_of(obj.user_id)
        super().remove(request, obj)


def _keep_an_owner(membership: Membership, role: str) -> None:
    owners = Membership.objects.filter(tenant_id=membership.tenant_id, role=Role.OWNER)
    if role != Role.OWNER and not owners.exclude(pk=membership.pk).exists() and owners.exists():
        raise Refused(
            "last_owner", "A tenant keeps at least one owner. Make somebody else an owner first.", "role"
        )


@admin.register(Invitation, site=site)
class InvitationAdmin(StaffAdmin):
    """Who is asked to work for the tenant: the way to its first owner too. Deleting one withdraws it."""

    may_add = may_delete = True
    list_display = ("email", "role", "created_at", "expires_at", "sent_at", "accepted_at", "withdrawn_at")
    readonly_fields = ("expires_at",)
    search_fields = ("email",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return super().get_fields(request, obj) if obj else ("email", "name", "role")

    def create(self, request: HttpRequest, obj: Invitation, form: forms.ModelForm) -> Invitation:
        role = Role(obj.role)
        return invitations.invite(email=obj.email, name=obj.name, role=role, actor=actor_of(request))

    def remove(self, request: HttpRequest, obj: Invitation) -> None:
        invitations.withdraw(invitation_id=obj.pk, actor=actor_of(request))


@admin.register(User, site=site)
class UserAdmin(StaffAdmin):
    """Log-ins of the tenant's members. Staff and their rights are made on the command line only."""

    may_change = True
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    fields = ("email", "name", "is_active", "is_staff", "date_joined", "last_login")
    readonly_fields = ("email", "is_staff", "date_joined", "last_login")
    search_fields = ("email",)
    ordering = ("email",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        members = Membership.objects.filter(tenant_id=current_tenant_id()).values("user")
        return super().get_queryset(request).filter(pk__in=members)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj is not None and obj.is_staff)


@admin.register(Door, site=site)
class DoorAdmin(StaffAdmin):
    """Which addresses and keys lead to this tenant; the secrets themselves are kept nowhere."""

    list_display = ("kind", "ref", "created_at", "closed_at")
    list_filter = ("kind",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Door]:
        return super().get_queryset(request).filter(tenant_id=current_tenant_id())


@admin.register(Due, site=site)
class DueAdmin(StaffAdmin):
    """Work of this tenant that waits for a worker."""

    list_display = ("kind", "ref", "due_at", "lease_until", "tries")
    list_filter = ("kind",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Due]:
        return super().get_queryset(request).filter(tenant_id=current_tenant_id())

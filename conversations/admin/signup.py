"""Sign-up forms and sign-ups as staff see them: read, and closed when it must be."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from conversations.models.signup import Signup, SignupForm, SignupTally
from tenants.admin.base import StaffAdmin
from tenants.admin.site import site


@admin.register(SignupForm, site=site)
class SignupFormAdmin(StaffAdmin):
    """Public pages where people agree to texts. Written by the tenant; the wording's versions are disclosures."""

    list_display = ("name", "state", "mode", "word", "disclosure", "live_since")
    list_filter = ("state", "mode")
    search_fields = ("name", "word")
    ordering = ("name",)


@admin.register(Signup, site=site)
class SignupAdmin(StaffAdmin):
    """Who signed up by which form, and what came of it. What they agreed to is in the permission history."""

    list_display = ("phone", "form", "sender", "way", "result", "created_at")
    list_filter = ("result", "way")
    raw_id_fields = ("phone",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("phone", "form", "sender", "disclosure", "way", "result", "created_at", "settled_at")


@admin.register(SignupTally, site=site)
class SignupTallyAdmin(StaffAdmin):
    """How often somebody tried, by hashed address, number and form."""

    list_display = ("bucket", "since", "count")
    ordering = ("-since",)

"""Policy texts and wishes as staff see them: read only."""

from __future__ import annotations

from django.contrib import admin

from conversations.models.leaving import PolicyText, Wish
from tenants.admin.base import StaffAdmin
from tenants.admin.site import site


@admin.register(PolicyText, site=site)
class PolicyTextAdmin(StaffAdmin):
    """Every version of the public SMS terms and privacy page, with the templates it began from."""

    list_display = ("page", "version", "created_label", "created_at")
    list_filter = ("page",)


@admin.register(Wish, site=site)
class WishAdmin(StaffAdmin):
    """Other ways that people ticked when they left, with the sentence that stood beside the box."""

    list_display = ("phone", "label", "created_at", "ended_at")
    list_filter = ("way",)
    raw_id_fields = ("phone",)

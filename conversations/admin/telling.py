"""Notices as staff see them: the rules, what they told, and whether it arrived. Read only; members write rules."""

from __future__ import annotations

from django.contrib import admin

from conversations.models.telling import NoticeItem, Notification, NotificationRule
from tenants.admin.base import StaffAdmin
from tenants.admin.site import site


@admin.register(NotificationRule, site=site)
class NotificationRuleAdmin(StaffAdmin):
    """Who of a tenant's team is told of what, how and when."""

    list_display = ("name", "whats", "timing", "paused_at", "last_told_at")
    list_filter = ("timing",)
    search_fields = ("name",)
    ordering = ("name",)


@admin.register(Notification, site=site)
class NotificationAdmin(StaffAdmin):
    """The outbox: each e-mail, SMS and webhook to one recipient, with its outcome."""

    list_display = ("subject", "way", "recipient", "state", "reason", "tries", "created_at")
    list_filter = ("state", "way")
    fields = (
        "rule", "way", "recipient", "subject", "text", "state", "reason", "tries", "next_try_at", "created_at",
        "done_at", "message_id", "delivery_id", "event_key",
    )  # fmt: skip


@admin.register(NoticeItem, site=site)
class NoticeItemAdmin(StaffAdmin):
    """What the rules want told, and when it was."""

    list_display = ("rule", "what", "seq", "created_at", "told_at")
    list_filter = ("what",)

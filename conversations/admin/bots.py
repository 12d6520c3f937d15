"""Bots and what they did, as staff see them: read only, and switched off when it must be at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from conversations.models.bots import Bot, BotAction, BotRun, BotVersion, Trigger
from tenants.admin.base import StaffAdmin
from tenants.admin.site import site


@admin.register(Bot, site=site)
class BotAdmin(StaffAdmin):
    """What happens when a person texts a word. Written by the tenant."""

    list_display = ("name", "state", "position", "version", "updated_by", "updated_at", "deleted_at")
    list_filter = ("state",)
    search_fields = ("name", "triggers__word")
    ordering = ("position",)

    def get_list_select_related(self, request: HttpRequest) -> Sequence[str]:
        return ["updated_by"]


@admin.register(Trigger, site=site)
class TriggerAdmin(StaffAdmin):
    """The words of bots."""

    list_display = ("word", "kind", "bot")
    list_filter = ("kind",)
    search_fields = ("word", "key")
    ordering = ("word",)


@admin.register(BotAction, site=site)
class BotActionAdmin(StaffAdmin):
    """The steps of bots."""

    list_display = ("bot", "position", "kind", "stop_on_failure")
    list_filter = ("kind",)
    search_fields = ("bot__name",)
    ordering = ("pk",)


@admin.register(BotVersion, site=site)
class BotVersionAdmin(StaffAdmin):
    """Every save of a bot; never changed."""

    list_display = ("bot", "number", "saved_by", "saved_at")
    search_fields = ("bot__name", "saved_by")


@admin.register(BotRun, site=site)
class BotRunAdmin(StaffAdmin):
    """What a bot did about one text; never changed. The text itself is the message's."""

    list_display = ("bot", "version", "matched", "phone", "sender", "failed", "quiet", "outside", "at")
    list_filter = ("failed", "quiet", "outside")
    search_fields = ("bot__name", "matched", "=phone__e164")
    raw_id_fields = ("phone",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (
            "bot", "version", "matched", "phone", "sender", "message_id", "steps", "replies", "quiet", "outside",
            "failed", "at",
        )  # fmt: skip

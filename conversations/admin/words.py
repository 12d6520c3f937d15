"""Trials of word lists as staff see them: read only. The lists themselves are in consent."""

from __future__ import annotations

from django.contrib import admin

from conversations.models.words import WordTrial
from tenants.admin.base import StaffAdmin
from tenants.admin.site import site


@admin.register(WordTrial, site=site)
class WordTrialAdmin(StaffAdmin):
    """What a draft of words would have changed in the texts of 90 days; kept for a week."""

    list_display = ("language", "sender", "status", "read", "changed", "created_by", "created_at")
    list_filter = ("status",)

"""Reviews as staff see them: read; decided by members, in the queue."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from consent.admin.records import OfPhone, SenderFilter
from conversations.models.reviews import Review
from tenants.admin.site import site


@admin.register(Review, site=site)
class ReviewAdmin(OfPhone):
    """Replies that had to be read: who decided what, when and why."""

    list_display = ("phone", "why", "sender", "deadline", "decision", "decided_label", "decided_at")
    list_filter = ("why", "decision", SenderFilter)
    ordering = ("-pk",)
    raw_id_fields = ("phone",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (
            "phone", "sender", "why", "message_id", "campaign_ref", "rule", "likely", "language", "created_at",
            "deadline", "decision", "reason", "decided_kind", "decided_label", "decided_at", "entry",
        )  # fmt: skip

"""Why people leave, as staff see it: reasons, what was asked, complaints with every step. Read only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from consent.admin.phones import number_search
from conversations.models.learning import (
    Complaint,
    ComplaintNote,
    FollowUp,
    LearningSettings,
    Reason,
    ReasonGiven,
    SurveyAsked,
)
from tenants.admin.base import StaffAdmin
from tenants.admin.site import site


class OfPhone(StaffAdmin):
    """Rows of a phone number, found by the number in any spelling."""

    search_fields = ("phone",)
    search_help_text = "A phone number, in any spelling"

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return number_search(request, queryset, search_term, "phone_id"), False


@admin.register(LearningSettings, site=site)
class LearningSettingsAdmin(StaffAdmin):
    """Whether and how the tenant asks. Its own managers change it."""

    list_display = ("id", "email_on", "email_every_days", "survey_on", "survey_hours", "complaint_days")


@admin.register(Reason, site=site)
class ReasonAdmin(StaffAdmin):
    """Reasons people choose from; hidden ones stay for what was answered."""

    list_display = ("label", "key", "position", "opens_complaint", "hidden_at")
    ordering = ("position",)


@admin.register(ReasonGiven, site=site)
class ReasonGivenAdmin(OfPhone):
    """What people said, and which words of theirs were read as a reason."""

    list_display = ("phone", "reason", "how", "words", "matched_by", "event_seq", "given_at")
    list_filter = ("how",)


@admin.register(FollowUp, site=site)
class FollowUpAdmin(OfPhone):
    """E-mails that asked why; the outbox tells what became of them."""

    list_display = ("phone", "event_seq", "made_at", "opened_at")


@admin.register(SurveyAsked, site=site)
class SurveyAskedAdmin(OfPhone):
    """The one survey a person gets, and why it was not sent where it was not."""

    list_display = ("phone", "sender", "state", "why_not", "group_name", "made_at", "asked_at", "answered_at")
    list_filter = ("state",)


@admin.register(Complaint, site=site)
class ComplaintAdmin(OfPhone):
    """The complaints queue. Answered by the team, in the product."""

    list_display = ("about", "phone", "who", "state", "source", "opened_at", "due_at", "assignee")
    list_filter = ("state", "source")


@admin.register(ComplaintNote, site=site)
class ComplaintNoteAdmin(StaffAdmin):
    """Every step of every complaint."""

    list_display = ("complaint", "verb", "text", "actor_label", "at")
    list_filter = ("verb",)

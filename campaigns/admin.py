"""Campaigns as staff see them: read, and stopped or set going again when a tenant asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.actions import running
from campaigns.models import Campaign
from tenants.actions import audit
from tenants.admin.base import StaffAdmin, actor_of
from tenants.admin.site import NAMERS, site
from tenants.rules import Refused


def names_of_broadcasts(ids: set[int]) -> dict[int, tuple[str, str]]:
    """Campaigns by the broadcast that they launched."""
    rows = Campaign.objects.filter(broadcast_id__in=ids).values_list("broadcast_id", "pk", "name")
    return {
        broadcast: (name, reverse("admin:campaigns_campaign_change", args=[pk]))
        for broadcast, pk, name in rows
    }


NAMERS["broadcast"] = names_of_broadcasts


class WhyForm(forms.Form):
    """Why staff does it; kept in the audit log and shown to the tenant."""

    reason = forms.CharField(
        max_length=160, widget=UnfoldAdminTextInputWidget, help_text="Kept in the tenant’s audit log."
    )


#: Act → heading, lead, states in which it makes sense, action.
ACTS: dict[str, tuple[str, str, frozenset[str], Callable[..., Any]]] = {
    "pause": ("Pause", "No further text begins until it is resumed.", frozenset({"sending"}), running.pause),
    "resume": ("Resume", "Sending goes on where it stopped.", frozenset({"paused"}), running.resume),
    "cancel": (
        "Cancel",
        "Who has it keeps it; the rest will not get it. This cannot be taken back.",
        frozenset({"planning", "scheduled", "sending", "paused"}),
        running.cancel,
    ),
}


@admin.register(Campaign, site=site)
class CampaignAdmin(StaffAdmin):
    """Plans and what became of them."""

    list_display = ("name", "status_shown", "sender", "purpose", "launched_at", "created_at")
    list_filter = ("purpose",)
    search_fields = ("name",)
    readonly_fields = ("status_shown",)
    change_form_template = "admin/campaigns/campaign/acts.html"

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        return ["sender", "broadcast"]

    @admin.display(description="Status")
    def status_shown(self, obj: Campaign) -> str:
        return obj.status.title()

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        own = [path(f"<int:pk>/{act}/", wrap(self._act(act)), name=f"campaigns_{act}") for act in ACTS]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        campaign = self.get_object(request, object_id)
        state = campaign.status if campaign is not None else ""
        acts = [(act, heading) for act, (heading, _, states, _) in ACTS.items() if state in states]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "acts": acts})

    def _act(self, act: str) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            return self.act(request, pk, act)

        return view

    def act(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """GET asks why, POST acts."""
        campaign = self.get_object(request, str(pk))
        if campaign is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        heading, lead, _, action = ACTS[act]
        form = WhyForm(request.POST or None)
        back = reverse("admin:campaigns_campaign_change", args=[pk])
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    more = {"reason": form.cleaned_data["reason"]} if act == "pause" else {}
                    action(campaign_id=pk, actor=actor_of(request), **more)
                    audit(
                        actor_of(request), f"staff_{act}", "campaign", pk, reason=form.cleaned_data["reason"]
                    )
                messages.success(request, f"{campaign.name}: {heading.lower()} done.")
                return redirect(back)
            except Refused as refused:
                form.add_error(None, refused.message)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts, "original": campaign, "form": form, "title": f"{heading}: {campaign.name}",
            "lead": lead, "submit": heading, "back": back,
        }  # fmt: skip
        return TemplateResponse(request, "admin/act.html", context)

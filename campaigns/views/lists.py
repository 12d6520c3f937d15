"""The list of campaigns, and what is done from it: new, copy, throw away."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from campaigns import actions
from campaigns.forms import read_id
from campaigns.listing import LIST_STATES, campaign_rows, page_of_campaigns
from campaigns.views import Asked


@require_GET
def campaigns(request: Asked) -> HttpResponse:
    """Campaigns, newest first, by name and state; pages by cursor."""
    state = request.GET.get("state", "")
    q = " ".join(request.GET.get("q", "").split())[:80]
    page = page_of_campaigns(q=q, state=state, before=read_id(request.GET.get("before")))
    context = {
        "rows": campaign_rows(page.items),
        "page": page,
        "q": q,
        "state": state,
        "states": _states(q, state),
        "next_url": f"?{urlencode({'q': q, 'state': state, 'before': page.next_before})}"
        if page.next_before
        else "",
        "first_url": f"?{urlencode({'q': q, 'state': state})}" if request.GET.get("before") else "",
    }
    return render(request, "campaigns/list.html", context)


@require_POST
def create(request: Asked) -> HttpResponse:
    """A new draft, opened at once."""
    campaign = actions.create_campaign(actor=request.actor, name=request.POST.get("name", ""))
    return redirect("campaigns:edit", campaign.pk)


@require_POST
def duplicate(request: Asked, pk: int) -> HttpResponse:
    """A copy as a new draft."""
    campaign = actions.duplicate_campaign(campaign_id=pk, actor=request.actor)
    messages.success(request, f"“{campaign.name}” is a draft now.")
    return redirect("campaigns:edit", campaign.pk)


@require_POST
def retry(request: Asked, pk: int) -> HttpResponse:
    """A draft to those whom it did not reach for a passing reason."""
    draft = actions.retry_failed(campaign_id=pk, actor=request.actor)
    messages.success(request, "A draft to those who were not reached. Nothing is sent until you launch it.")
    return redirect("campaigns:edit", draft.pk)


@require_POST
def delete(request: Asked, pk: int) -> HttpResponse:
    """Throw a draft away."""
    actions.delete_campaign(campaign_id=pk, actor=request.actor)
    messages.success(request, "Draft deleted.")
    return redirect("campaigns:list")


def _states(q: str, state: str) -> list[dict[str, Any]]:
    url = reverse("campaigns:list")
    return [
        {"label": label, "url": f"{url}?{urlencode({'q': q, 'state': key})}", "current": key == state}
        for key, label in LIST_STATES
    ]

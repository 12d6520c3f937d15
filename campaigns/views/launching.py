"""What moves a campaign: launch, test, pause, resume, cancel."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from campaigns import actions
from campaigns.actions.drafts import find
from campaigns.checking import check
from campaigns.composer import launch_question, meter
from campaigns.composing import read_draft
from campaigns.counting import counted
from campaigns.forms import read_id
from campaigns.models import Campaign
from campaigns.rules.checks import blockers
from campaigns.views import Asked
from tenants.rules import Refused, Role, require


@require_http_methods(["GET", "POST"])
def launch(request: Asked, pk: int) -> HttpResponse:
    """The question, with figures counted now; a POST answers it."""
    require(request.actor, Role.MANAGER, "launch a campaign")
    campaign = find(pk)
    if request.method == "GET":
        return redirect("campaigns:report", pk) if campaign.launched_at else _question(request, campaign)
    post = request.POST
    try:
        actions.launch(
            campaign_id=pk,
            actor=request.actor,
            key=post.get("key", "")[:120],
            expected=read_id(post.get("expected")),
            accepted=post.getlist("accept"),
            version=read_id(post.get("version")),
        )
    except Refused as refused:
        if refused.code != "already_launched":
            return _question(request, find(pk), refused)
        messages.error(request, refused.message)
    url = reverse("campaigns:report", args=[pk])
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def _question(request: Asked, campaign: Campaign, refused: Refused | None = None) -> HttpResponse:
    figures = counted(campaign, fresh=True)
    draft = read_draft(campaign)
    checks = check(campaign, figures, draft)
    context: dict[str, Any] = {
        "campaign": campaign,
        "figures": figures,
        "held": blockers(checks),
        "ticks": [one for one in checks if one.tick],
        "accepted": request.POST.getlist("accept"),
        "key": request.POST.get("key") or uuid.uuid4().hex,
        "refused": refused,
        "draft": draft,
        "parts": meter(campaign, request.tenant, draft, figures),
        **launch_question(campaign, request.tenant, draft, figures),
    }
    return render(request, f"campaigns/{'launch_box' if request.htmx else 'launch'}.html", context)


@require_POST
def test(request: Asked, pk: int) -> HttpResponse:
    """One copy to a number that has agreed."""
    try:
        actions.test_send(campaign_id=pk, to=request.POST.get("to", ""), actor=request.actor)
        messages.success(request, "Test sent. It arrives as its reader would see it.")
    except Refused as refused:
        if refused.code in {"not_allowed", "not_found"}:
            raise
        messages.error(request, refused.message)
    return redirect("campaigns:edit", pk)


@require_POST
def pause(request: Asked, pk: int) -> HttpResponse:
    """No further text begins."""
    return _move(request, pk, actions.pause)


@require_POST
def resume(request: Asked, pk: int) -> HttpResponse:
    """It goes on."""
    return _move(request, pk, actions.resume)


@require_POST
def cancel(request: Asked, pk: int) -> HttpResponse:
    """The rest will not get it."""
    return _move(request, pk, actions.cancel)


def _move(request: Asked, pk: int, act: Callable[..., Campaign]) -> HttpResponse:
    try:
        act(campaign_id=pk, actor=request.actor)
    except Refused as refused:
        if refused.code in {"not_allowed", "not_found"}:
            raise
        messages.error(request, refused.message)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if safe and back else reverse("campaigns:report", args=[pk]))

"""The composer: one form, saved as it is written; the server computes everything that is shown."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from campaigns import actions
from campaigns.actions.drafts import find
from campaigns.composer import composer_context
from campaigns.composing import read_draft
from campaigns.forms import read_form, read_id
from campaigns.frequency import days_error
from campaigns.models import Campaign
from campaigns.rules.reasons import reason_of
from campaigns.rules.shorter import plain
from campaigns.rules.wording import says_of
from campaigns.views import Asked
from messaging.exclusions import left_out_people
from tenants.rules import Refused

PAGE = 50


@require_http_methods(["GET", "POST"])
def edit(request: Asked, pk: int) -> HttpResponse:
    """The page; a POST saves and answers with the parts that changed."""
    campaign = find(pk)
    if campaign.launched_at:
        return redirect("campaigns:report", pk)
    if request.method == "POST":
        return _save(request, campaign)
    at = read_id(request.GET.get("at"))
    return render(request, "campaigns/composer.html", composer_context(campaign, request.tenant, at=at))


def _save(request: Asked, before: Campaign) -> HttpResponse:
    try:
        values = read_form(request.POST, request.tenant.zone, before.footer_text)
        if request.POST.get("tidy"):
            values |= {"text": plain(values["text"]), "footer_text": plain(values["footer_text"])}
        version = read_id(request.POST.get("over") or request.POST.get("version"))
        saved = actions.update_campaign(campaign_id=before.pk, version=version, actor=request.actor, **values)
    except Refused as refused:
        return _refused(request, before, refused)
    if not request.htmx and not days_error(saved):
        return redirect("campaigns:edit", before.pk)
    return _saved(request, before, saved)


def _saved(request: Asked, before: Campaign, saved: Campaign) -> HttpResponse:
    """The parts that changed; without script the whole page, with what does not count as it was typed."""
    post = request.POST
    context = composer_context(saved, request.tenant, at=read_id(post.get("at")))
    context["days_typed"] = post.get("footer_days", "")
    if not request.htmx:
        return render(request, "campaigns/composer.html", context, status=422)
    context["tidied"] = bool(post.get("tidy"))
    context["wording_changed"] = saved.footer_text != post.get("footer_text", "").strip() or (
        says_of(saved.footer_text) != post.get("footer_says", "")
    )
    context["audience_changed"] = _reach(before) != _reach(saved)
    return render(request, "campaigns/live_saved.html", context)


def _reach(campaign: Campaign) -> tuple[object, ...]:
    return campaign.audience, campaign.sender_id, campaign.purpose


def _refused(request: Asked, campaign: Campaign, refused: Refused) -> HttpResponse:
    if refused.code == "not_allowed":
        raise refused
    if not request.htmx:
        messages.error(request, refused.message)
        return redirect("campaigns:edit", campaign.pk)
    return render(request, "campaigns/live_refused.html", {"refused": refused, "campaign": find(campaign.pk)})


@require_GET
def preview(request: Asked, pk: int) -> HttpResponse:
    """The text of another person of the sample."""
    campaign = find(pk)
    if not request.htmx:
        return redirect(
            f"{reverse('campaigns:edit', args=[pk])}?at={read_id(request.GET.get('at'))}#campaign-preview"
        )
    draft = read_draft(campaign, at=read_id(request.GET.get("at")))
    return render(request, "campaigns/live_preview.html", {"campaign": campaign, "draft": draft})


@require_GET
def left_out(request: Asked, pk: int) -> HttpResponse:
    """Who is behind a number of the funnel, by name; a drawer, or a page without script."""
    campaign = find(pk)
    reason = read_id(request.GET.get("reason"), least=-1)
    after = read_id(request.GET.get("after"))
    if campaign.sender_id is None:
        raise Refused("not_found", "Choose the sender number first.", "sender")
    people = left_out_people(
        campaign.audience,
        campaign.sender_id,
        campaign.purpose,
        None if reason < 0 else reason,
        after,
        PAGE + 1,
    )
    context = {
        "campaign": campaign,
        "people": people[:PAGE],
        "reason": reason,
        "label": reason_of(reason, campaign.sender.name if campaign.sender else "").label,
        "count": campaign.exclusions.get("left_out", {}).get(str(reason)),
        "next_after": people[PAGE - 1].contact_id if len(people) > PAGE else None,
    }
    template = "campaigns/left_out_drawer.html" if request.htmx else "campaigns/left_out.html"
    return render(request, template, context)

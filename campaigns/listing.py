"""The list of campaigns: which, in what order, and the sentence of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse

from campaigns.models import RUNNING, Campaign
from campaigns.rules.figures import figures_of

PAGE = 50
LIST_STATES = (("", "All"), ("draft", "Drafts"), ("running", "Running"), ("done", "Done"))
_WHICH = {
    "draft": Q(launched_at=None),
    "running": Q(broadcast__status__in=RUNNING),
    "done": Q(broadcast__status__in=["finished", "cancelled"]),
}
# Words, and the tone of the tag, of each state.
STATE_WORDS = {
    "draft": ("Draft", ""),
    "planning": ("Getting ready", "accent"),
    "scheduled": ("Scheduled", "accent"),
    "sending": ("Sending", "accent"),
    "paused": ("Paused", "wait"),
    "finished": ("Sent", ""),
    "cancelled": ("Cancelled", "no"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """Items, and the id before which the next page begins (0: there is none)."""

    items: list[Campaign]
    next_before: int


def page_of_campaigns(*, q: str = "", state: str = "", before: int = 0) -> Page:
    """Campaigns by falling id, before `before`; `q` stands anywhere in the name, `state` is one of `LIST_STATES`."""
    found = Campaign.objects.filter(_WHICH.get(state, Q())).select_related(
        "broadcast", "sender", "updated_by"
    )
    if q:
        found = found.filter(name__icontains=q)
    if before:
        found = found.filter(pk__lt=before)
    items = list(found.order_by("-pk")[: PAGE + 1])
    return Page(items[:PAGE], items[PAGE - 1].pk if len(items) > PAGE else 0)


def campaign_rows(campaigns: list[Campaign]) -> list[dict[str, Any]]:
    """Rows of the list."""
    return [_row(campaign) for campaign in campaigns]


def state_of(campaign: Campaign) -> dict[str, Any]:
    """The state as its tag: words, tone, whether it is live."""
    words, tone = STATE_WORDS.get(campaign.status, (campaign.status, ""))
    return {"words": words, "tone": tone, "live": campaign.status == "sending"}


def _row(campaign: Campaign) -> dict[str, Any]:
    name = "campaigns:report" if campaign.launched_at else "campaigns:edit"
    return {
        "campaign": campaign,
        "url": reverse(name, args=[campaign.pk]),
        "state": state_of(campaign),
        "sentence": _sentence(campaign),
        "figures": figures_of(campaign.broadcast.counts) if campaign.broadcast else None,
        "at": campaign.launched_at or campaign.updated_at,
    }


def _sentence(campaign: Campaign) -> str:
    if campaign.broadcast is None:
        people = (campaign.exclusions or {}).get("will_get", 0)
        return f"for about {people:,} people" if people else "nobody chosen yet"
    figures = figures_of(campaign.broadcast.counts)
    return f"{figures.handed:,} of {figures.to_send:,} handed to the carrier"

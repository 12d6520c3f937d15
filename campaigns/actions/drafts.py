"""Drafts: made, edited, copied, thrown away. A draft costs nothing and sends nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from campaigns.models import Campaign
from campaigns.rules.wording import DAYS_WANTED, known_days
from contacts.audience import check_audience, existing_sets
from messaging.exclusions import CLASS_OF_PURPOSE
from tenants.actions import audit
from tenants.models import SenderNumber
from tenants.moments import plannable
from tenants.rules import Actor, ActorKind, Refused, Role, require

MAX_TEXT = 1600  # the provider's limit of a body (error 21617)
EDITABLE = frozenset(
    {
        "name",
        "sender_id",
        "purpose",
        "text",
        "footer",
        "footer_text",
        "footer_when",
        "footer_days",
        "audience",
        "send_at",
    }
)
NOBODY: dict[str, Any] = {"include": [], "exclude": [], "skip_any_stop": False}


@transaction.atomic
def create_campaign(*, actor: Actor, name: str = "", **values: Any) -> Campaign:
    """A new draft, from the tenant's marketing sender if it has just one. Values: see `EDITABLE`.

    Raises Refused `not_allowed`, `unknown_value`, `text_too_long`, `sender_missing`, `audience_invalid`.
    """
    require(actor, Role.AGENT, "write campaigns")
    values.setdefault("sender_id", _first_sender())
    values.setdefault("audience", dict(NOBODY))
    campaign: Campaign = Campaign.objects.create(
        name=_name(name), created_by_id=_user(actor), updated_by_id=_user(actor), **_checked(values)
    )
    audit(actor, "create_campaign", "campaign", campaign.pk, name=campaign.name)
    return campaign


@transaction.atomic
def update_campaign(*, campaign_id: int, version: int, actor: Actor, **values: Any) -> Campaign:
    """Save a draft. `version` is the one the author was looking at.

    Raises Refused `conflict` naming who saved since, `launched`, `not_found`, and those of `create_campaign`.
    """
    require(actor, Role.AGENT, "write campaigns")
    changes = _checked(values)
    if "audience" in changes:
        changes["audience"] = {**changes["audience"], **_once_more(campaign_id)}
    if "name" in changes:
        changes["name"] = _name(changes["name"])
    changed = Campaign.objects.filter(pk=campaign_id, version=version, launched_at=None).update(
        **changes, version=F("version") + 1, updated_by_id=_user(actor), updated_at=timezone.now()
    )
    campaign = find(campaign_id)
    if not changed:
        raise _stale(campaign, actor)
    return campaign


@transaction.atomic
def duplicate_campaign(*, campaign_id: int, actor: Actor) -> Campaign:
    """A new draft with the same text, sender and audience; no time is taken over, nor a group or tag that is gone."""
    source = find(campaign_id)
    values = {key: getattr(source, key) for key in EDITABLE - {"name", "send_at"}}
    sides = {side: existing_sets(source.audience.get(side, [])) for side in ("include", "exclude")}
    values["audience"] = {**source.audience, **sides}
    return create_campaign(actor=actor, name=f"{source.name[:110]}, copy", **values)


@transaction.atomic
def delete_campaign(*, campaign_id: int, actor: Actor) -> None:
    """Throw a draft away. Raises Refused `launched` for one that has been sent, `not_found`."""
    require(actor, Role.AGENT, "delete drafts")
    campaign = find(campaign_id)
    deleted, _ = Campaign.objects.filter(pk=campaign_id, launched_at=None).delete()
    if not deleted:
        raise Refused("launched", f"“{campaign.name}” has been launched; its report stays.")
    audit(actor, "delete_campaign", "campaign", campaign_id, name=campaign.name)


def find(campaign_id: int) -> Campaign:
    """A campaign with what its pages show. Raises Refused `not_found`."""
    related = ("sender__account", "broadcast", "updated_by", "launched_by")
    campaign: Campaign | None = Campaign.objects.select_related(*related).filter(pk=campaign_id).first()
    if campaign is None:
        raise Refused("not_found", "This campaign does not exist, or was deleted.")
    return campaign


def _once_more(campaign_id: int) -> dict[str, Any]:
    """Whom it tries again with, which no edit of its groups takes away: nobody who got the text gets it twice."""
    kept = Campaign.objects.filter(pk=campaign_id).values_list("audience", flat=True).first() or {}
    return {key: kept[key] for key in ("once_more_of",) if key in kept}


def _stale(campaign: Campaign, actor: Actor) -> Refused:
    if campaign.launched_at:
        return Refused("launched", f"“{campaign.name}” has been launched; its text is frozen.")
    who = campaign.updated_by
    same = who is not None and who.pk == _user(actor)
    name = "You" if same else str(who or "Someone")
    where = " in another window" if same else ""
    message = f"{name} saved this{where} a moment ago. Read it before you save."
    return Refused("conflict", message, detail={"version": campaign.version, "who": name})


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    if unknown := set(values) - EDITABLE:
        raise Refused("unknown_value", f"A campaign has no {', '.join(sorted(unknown))}.")
    if len(values.get("text", "")) > MAX_TEXT:
        raise Refused("text_too_long", f"Shorten the message to {MAX_TEXT:,} characters.", "text")
    if values.get("purpose", "marketing") not in CLASS_OF_PURPOSE:
        raise Refused("purpose_invalid", "Choose marketing, service or transactional.", "purpose")
    if values.get("footer", "end") not in Campaign.Footer.values:
        raise Refused("footer_invalid", "Choose where the opt-out wording stands.", "footer")
    if len(values.get("footer_text", "")) > 160:
        raise Refused("footer_too_long", "Shorten the opt-out wording to 160 characters.", "footer_text")
    if values.get("footer_when", "always") not in Campaign.FooterWhen.values:
        raise Refused(
            "footer_when_invalid", "Choose how often people get the opt-out wording.", "footer_when"
        )
    if not known_days(values.get("footer_days")):
        raise Refused("footer_days_invalid", DAYS_WANTED, "footer_days")
    sender = values.get("sender_id")
    if sender is not None and not SenderNumber.objects.filter(pk=sender).exists():
        raise Refused("sender_missing", "This sender number does not exist. Choose another.", "sender")
    if values.get("audience", {}).get("include"):
        check_audience(values["audience"])
    elif values.get("audience", {}).get("exclude"):
        check_audience({**values["audience"], "include": [["all", 0]]})
    send_at = values.get("send_at")
    if send_at is not None and not (isinstance(send_at, datetime) and timezone.is_aware(send_at)):
        raise Refused("time_invalid", "Write the time as a date and a time of day.", "send_at")
    if send_at is not None:
        plannable(send_at, "send_at")
    return values


def _name(name: str) -> str:
    cleaned = " ".join(name.split())[:120]
    return cleaned or "New campaign"


def _user(actor: Actor) -> int | None:
    return actor.id if actor.kind in {ActorKind.MEMBER, ActorKind.STAFF} else None


def _first_sender() -> int | None:
    usable = SenderNumber.objects.filter(retired_at=None)
    found = usable.filter(purpose=SenderNumber.Purpose.MARKETING).first() or usable.first()
    return found.pk if found else None

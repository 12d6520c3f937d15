"""Launch: a draft becomes one broadcast, once, whoever presses the button and however often."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns.actions.drafts import find
from campaigns.actions.retrying import alone
from campaigns.checking import check
from campaigns.counting import counted
from campaigns.models import Campaign
from campaigns.rules.checks import blockers, not_accepted
from campaigns.rules.progress import changed_much
from messaging.actions.broadcasts import create_broadcast
from tenants.actions import audit
from tenants.rules import Actor, ActorKind, Refused, Role, require


@transaction.atomic
def launch(
    *,
    campaign_id: int,
    actor: Actor,
    key: str,
    expected: int | None = None,
    accepted: Iterable[str] = (),
    version: int | None = None,
) -> Campaign:
    """Freeze the draft and order its broadcast, in one transaction with its audit entry.

    `key` names this press of the button: the same key again gives the same answer. `expected` is the number of
    people the author was shown, `version` the draft they read; `accepted` the ticks given to warnings.
    Raises Refused `not_allowed`, `not_found`, `already_launched` (another key), `conflict` (changed since `version`),
    `blocked` (the check list holds it), `another_try` (see `alone`), `not_accepted` (a warning without its tick),
    `count_changed` (by more than 1 %; detail has `will_get`).
    """
    require(actor, Role.MANAGER, "launch a campaign")
    if not key:
        raise Refused("key_missing", "Open the launch question again.", "key")
    if not _claim(campaign_id, actor, key):
        return _launched_before(campaign_id, key)
    campaign = find(campaign_id)
    if version is not None and version != campaign.version:
        who = campaign.updated_by or "Someone"
        raise Refused("conflict", f"{who} changed this a moment ago. Read it before you send.")
    alone(campaign)
    figures = counted(campaign, fresh=True)
    sender_id = _hold(campaign, expected, figures, list(accepted))
    broadcast = create_broadcast(
        sender_id=sender_id,
        purpose=campaign.purpose,
        text=campaign.text,
        audience=campaign.audience,
        actor=actor,
        footer=campaign.footer_text if campaign.footer != Campaign.Footer.NONE else "",
        footer_first=campaign.footer == Campaign.Footer.START,
        footer_every=campaign.footer_every,
        send_at=campaign.send_at,
    )
    frozen = {key: value for key, value in figures.items() if key != "sample"}
    Campaign.objects.filter(pk=campaign_id).update(broadcast=broadcast, exclusions=frozen)
    audit(
        actor,
        "launch_campaign",
        "campaign",
        campaign_id,
        name=campaign.name,
        broadcast=broadcast.pk,
        people=figures["will_get"],
        left_out=figures["left_out"],
        accepted=sorted(set(accepted)),
        send_at=campaign.send_at.isoformat() if campaign.send_at else None,
    )
    return find(campaign_id)


def _claim(campaign_id: int, actor: Actor, key: str) -> bool:
    """The conditional UPDATE that only one press wins; a second press waits here for the first to commit."""
    by = actor.id if actor.kind in {ActorKind.MEMBER, ActorKind.STAFF} else None
    return bool(
        Campaign.objects.filter(pk=campaign_id, launched_at=None).update(
            launched_at=timezone.now(), launched_by_id=by, launch_key=key
        )
    )


def _launched_before(campaign_id: int, key: str) -> Campaign:
    campaign = find(campaign_id)
    if campaign.launch_key == key:
        return campaign
    who = campaign.launched_by or "Someone"
    raise Refused("already_launched", f"{who} has launched “{campaign.name}”. It goes out once.")


def _hold(campaign: Campaign, expected: int | None, figures: dict[str, Any], accepted: list[str]) -> int:
    """Refuse what may not go out; the sender number of what may."""
    checks = check(campaign, figures)
    if held := blockers(checks):
        words = ". ".join(f"{one.text} {one.note}".strip() for one in held)
        raise Refused("blocked", f"{words}.", held[0].fix.removeprefix("field-").replace("-", "_") or None)
    if open_ticks := not_accepted(checks, accepted):
        words = f"{open_ticks[0].text} {open_ticks[0].note}".strip().rstrip(".")
        raise Refused("not_accepted", f"{words}. Tick it to send all the same.", open_ticks[0].tick)
    will_get = figures["will_get"]
    if expected is not None and changed_much(shown=expected, now=will_get):
        raise Refused(
            "count_changed",
            f"{will_get:,} people would get it now; you were shown {expected:,}. Look again before you send.",
            detail={"will_get": will_get, "shown": expected},
        )
    assert campaign.sender_id is not None  # a missing sender is a blocker
    return campaign.sender_id

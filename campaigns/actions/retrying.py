"""Try again with those whom a campaign did not reach for a passing reason: a new draft, launched like any other."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from campaigns.actions.drafts import create_campaign, find
from campaigns.models import Campaign
from campaigns.rules.passing import passing_codes
from contacts.actions.groups import create_group
from contacts.audience import existing_sets
from messaging.again import family_of, got_sql
from messaging.models import Broadcast
from tenants.actions import audit
from tenants.rules import Actor, Refused, Role, require

_FAILED = f"""
FROM messaging_message m JOIN contacts_contact c ON c.id = m.contact_id
WHERE m.broadcast_id = %(broadcast)s AND m.receipt BETWEEN 60 AND 69 AND m.error_code = ANY(%(codes)s)
  AND NOT EXISTS (SELECT FROM messaging_message g
                  WHERE g.broadcast_id = ANY(%(family)s) AND g.phone_id = m.phone_id AND {got_sql("g")})
"""
_COUNT = f"SELECT count(*) {_FAILED}"
_JOIN = f"""
INSERT INTO contacts_groupmember (tenant_id, group_id, contact_id, since)
SELECT c.tenant_id, %(group)s, c.id, now() {_FAILED} ON CONFLICT DO NOTHING
"""


def may_retry(broadcast: Broadcast) -> int:
    """People whom the broadcast did not reach for a passing reason, nor has any later try of the same text."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, _asked(broadcast))
        return int(cursor.fetchone()[0])


def _first(broadcast: Broadcast) -> int:
    """The broadcast that all tries of its text name."""
    return int(broadcast.audience.get("once_more_of") or broadcast.pk)


def _asked(broadcast: Broadcast) -> dict[str, Any]:
    return {
        "broadcast": broadcast.pk,
        "codes": sorted(passing_codes()),
        "family": family_of(_first(broadcast)),
    }


@transaction.atomic
def retry_failed(*, campaign_id: int, actor: Actor) -> Campaign:
    """A draft with the same text to a group of those people; who has left meanwhile is left out as ever.

    A message is handed over at most once, so a second try is a second campaign. The draft remembers what it tries
    again: whom another try, or a late receipt, has reached by then is left out when it is planned.
    Raises Refused `not_launched`, `nobody`, `not_allowed`, `not_found`.
    """
    require(actor, Role.AGENT, "write campaigns")
    source = find(campaign_id)
    if source.broadcast is None:
        raise Refused("not_launched", f"“{source.name}” is still a draft.")
    if not may_retry(source.broadcast):
        raise Refused("nobody", "Nobody failed for a reason that passes by itself.")
    name = f"{source.name[:40]}, not reached {timezone.now():%d %b %H:%M:%S}"
    group = create_group(name=name, actor=actor)
    with connection.cursor() as cursor:
        cursor.execute(_JOIN, _asked(source.broadcast) | {"group": group.pk})
    draft = create_campaign(
        actor=actor,
        name=f"{source.name[:100]}, once more",
        sender_id=source.sender_id,
        purpose=source.purpose,
        text=source.text,
        footer=source.footer,
        footer_text=source.footer_text,
        footer_when=source.footer_when,
        footer_days=source.footer_days,
        audience={
            "include": [["group", group.pk]],
            # Of a set that is gone, nobody is in the group: it was left out when it was there.
            "exclude": existing_sets(source.audience.get("exclude", [])),
            "skip_any_stop": bool(source.audience.get("skip_any_stop")),
            "once_more_of": _first(source.broadcast),
        },
    )
    audit(actor, "retry_failed", "campaign", campaign_id, draft=draft.pk, group=group.pk)
    return draft


def alone(campaign: Campaign) -> None:
    """Of the tries of one text one is planned at a time: each sees whom those before it are to reach.

    Raises Refused `another_try`; part of the launch, which the next one waits for here.
    """
    first = campaign.audience.get("once_more_of")
    if first is None:
        return
    list(Broadcast.objects.select_for_update(no_key=True, of=("self",)).filter(pk=first))
    if Broadcast.objects.filter(pk__in=family_of(first), status=Broadcast.Status.PLANNING).exists():
        raise Refused("another_try", "Another try with these people is being got ready. Wait a moment.")

"""Try again with those whom a campaign did not reach for a passing reason: a new draft, launched like any other."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from campaigns.actions.drafts import create_campaign, find
from campaigns.models import Campaign
from campaigns.rules.passing import passing_codes
from contacts.actions.groups import create_group
from tenants.actions import audit
from tenants.rules import Actor, Refused, Role, require

_FAILED = """
FROM messaging_message m JOIN contacts_contact c ON c.id = m.contact_id
WHERE m.broadcast_id = %(broadcast)s AND m.receipt BETWEEN 60 AND 69 AND m.error_code = ANY(%(codes)s)
"""
_COUNT = f"SELECT count(*) {_FAILED}"
_JOIN = f"""
INSERT INTO contacts_groupmember (tenant_id, group_id, contact_id, since)
SELECT c.tenant_id, %(group)s, c.id, now() {_FAILED} ON CONFLICT DO NOTHING
"""


def may_retry(broadcast_id: int) -> int:
    """People whom the broadcast did not reach for a passing reason."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"broadcast": broadcast_id, "codes": sorted(passing_codes())})
        return int(cursor.fetchone()[0])


@transaction.atomic
def retry_failed(*, campaign_id: int, actor: Actor) -> Campaign:
    """A draft with the same text to a group of those people; who has left meanwhile is left out as ever.

    A message is handed over at most once, so a second try is a second campaign. Raises Refused `not_launched`,
    `nobody`, `not_allowed`, `not_found`.
    """
    require(actor, Role.AGENT, "write campaigns")
    source = find(campaign_id)
    if source.broadcast is None:
        raise Refused("not_launched", f"“{source.name}” is still a draft.")
    if not may_retry(source.broadcast.pk):
        raise Refused("nobody", "Nobody failed for a reason that passes by itself.")
    name = f"{source.name[:40]}, not reached {timezone.now():%d %b %H:%M:%S}"
    group = create_group(name=name, actor=actor)
    with connection.cursor() as cursor:
        cursor.execute(
            _JOIN, {"broadcast": source.broadcast.pk, "codes": sorted(passing_codes()), "group": group.pk}
        )
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
        audience={"include": [["group", group.pk]], "exclude": [], "skip_any_stop": False},
    )
    audit(actor, "retry_failed", "campaign", campaign_id, draft=draft.pk, group=group.pk)
    return draft

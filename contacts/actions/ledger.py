"""How contacts follow the ledger: an opt-out may also leave groups and add tags (B3), an erasure takes the contact."""

from __future__ import annotations

from django.db import connection

from consent.followers import follow
from consent.models.ledger import Kind
from contacts.actions.exports import withdraw_exports
from contacts.actions.forgetting import forget
from contacts.models import Group, OptOutPolicy, Tag

FOLLOWER = "contacts"
_OPT_OUTS = {Kind.OPT_OUT, Kind.WRONG_NUMBER}

_LEAVE = """
DELETE FROM contacts_groupmember m USING contacts_contact c
WHERE c.id = m.contact_id AND c.phone_id = ANY(%s) AND m.group_id = ANY(%s)
"""
_TAG = """
INSERT INTO contacts_contacttag (tenant_id, tag_id, contact_id, since)
SELECT c.tenant_id, t.id, c.id, now() FROM contacts_contact c CROSS JOIN unnest(%s::bigint[]) AS t (id)
WHERE c.phone_id = ANY(%s) ORDER BY c.id ON CONFLICT DO NOTHING
"""


def follow_ledger(tenant_id: int) -> int:
    """Apply the tenant's opt-out policy to new opt-outs, forget the erased; how many entries were read."""
    with follow(FOLLOWER) as reading:
        if not reading.events:
            return 0
        phones = [event.phone_id for event in reading.events if event.kind in _OPT_OUTS]
        erased = [event for event in reading.events if event.kind == Kind.ERASED]
        if erased:
            forget(erased)
            withdraw_exports()
        policy = OptOutPolicy.objects.first() if phones else None
        if policy is not None:
            _apply(policy, phones)
        reading.moved(reading.events[-1].seq)
        return len(reading.events)


def _apply(policy: OptOutPolicy, phones: list[int]) -> None:
    # Ids in the policy that are gone since are passed over; the database would refuse them.
    groups = list(Group.objects.filter(pk__in=policy.leave_groups).values_list("pk", flat=True))
    tags = list(Tag.objects.filter(pk__in=policy.add_tags).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE, [phones, groups])
        cursor.execute(_TAG, [tags, phones])

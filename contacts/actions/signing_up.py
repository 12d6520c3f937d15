"""What a public form may tell about a person: it makes a contact, fills what is empty, and overwrites nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import connection, transaction
from django.utils import timezone

from contacts.actions.people import MOST, Details, columns_of
from contacts.models import Contact, FieldDefinition, Group, Tag
from contacts.rules.names import search_names
from tenants.lines import as_line

_COLUMNS = ("first_name", "last_name", "email", "language")
_JOIN = """
INSERT INTO contacts_groupmember (tenant_id, group_id, contact_id, since)
SELECT c.tenant_id, g.id, c.id, now() FROM contacts_contact c CROSS JOIN unnest(%s::bigint[]) AS g (id)
WHERE c.phone_id = %s ON CONFLICT DO NOTHING
"""
_TAG = """
INSERT INTO contacts_contacttag (tenant_id, tag_id, contact_id, since)
SELECT c.tenant_id, t.id, c.id, now() FROM contacts_contact c CROSS JOIN unnest(%s::bigint[]) AS t (id)
WHERE c.phone_id = %s ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody typed about themselves, and where."""

    details: Details
    source: str

    @classmethod
    def of(cls, values: Mapping[str, str], *, language: str, source: str) -> Given:
        """From values by name: columns of contacts, and keys of the tenant's own fields."""
        # What nobody could keep about them must not lose what they agreed to: it is mended, not refused.
        columns = {name: as_line(values.get(name, ""), MOST[name]) for name in _COLUMNS[:3]}
        if len(values.get("email", "")) > MOST["email"]:
            columns["email"] = ""
        own = {key: value for key, value in values.items() if key not in _COLUMNS}
        return cls(Details(**columns, language=language, fields=own), source)


@transaction.atomic
def fill_in(*, phone_id: int, given: Given, only_new: bool = False) -> bool:
    """Make the contact of this number, or fill its empty fields; True when it was made.

    Nobody proves on a public form who they are: what is known stays. `only_new` leaves a known contact as it is.
    """
    own = set(FieldDefinition.objects.values_list("key", flat=True))
    details = replace(given.details, fields={k: v for k, v in given.details.fields.items() if k in own})
    columns = columns_of(details)
    contact, made = Contact.objects.get_or_create(
        phone_id=phone_id, defaults={**columns, "source": given.source[:40]}
    )
    if made or only_new:
        return bool(made)
    contact = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    changed = [name for name in _COLUMNS if columns[name] and not getattr(contact, name)]
    for name in changed:
        setattr(contact, name, columns[name])
    missing = {key: value for key, value in details.fields.items() if not contact.fields.get(key)}
    if changed or missing:
        contact.fields = {**contact.fields, **missing}
        contact.search_name, contact.search_last = search_names(contact.first_name, contact.last_name)
        contact.updated_at = timezone.now()
        contact.save()
    return False


def join_sets(*, phone_id: int, group_ids: Sequence[int], tag_ids: Sequence[int]) -> None:
    """Put the contact of this number into groups and under tags; those that are gone are passed over."""
    groups = list(Group.objects.filter(pk__in=group_ids, kind=Group.Kind.MANUAL).values_list("pk", flat=True))
    tags = list(Tag.objects.filter(pk__in=tag_ids).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_JOIN, [groups, phone_id])
        cursor.execute(_TAG, [tags, phone_id])

"""Contacts into and out of a group, tags onto and off contacts: a set at once, at most a thousand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from contacts.actions.groups import known_tag, manual_group
from contacts.models import Contact
from tenants.actions import audit
from tenants.rules import Actor, Role, require

_TABLES = {"group": ("contacts_groupmember", "group_id"), "tag": ("contacts_contacttag", "tag_id")}
_ADD = (
    "INSERT INTO {0} (tenant_id, {1}, contact_id, since) SELECT tenant_id, %s, id, now() FROM contacts_contact "
    "WHERE id = ANY(%s) ORDER BY id ON CONFLICT DO NOTHING"
)
_REMOVE = "DELETE FROM {0} WHERE {1} = %s AND contact_id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Moved:
    """`changed` contacts were put in or taken out; `unchanged` were so before; the rest are not known here."""

    changed: int
    unchanged: int
    unknown_contacts: tuple[int, ...]
    unknown_numbers: tuple[str, ...]


@transaction.atomic
def change_members(
    *, kind: str, ref: int, add: bool, contact_ids: Sequence[int], numbers: Sequence[str], actor: Actor
) -> Moved:
    """Put contacts, named by id or by number in E.164, into a group or under a tag (`kind`), or take them out.

    Consent does not change. Raises `Refused`: not_allowed, not_found, group_system.
    """
    require(actor, Role.AGENT, "change groups and tags")
    (manual_group if kind == "group" else known_tag)(ref)
    by_id = set(Contact.objects.filter(pk__in=contact_ids).values_list("pk", flat=True))
    by_number = dict(Contact.objects.filter(phone__e164__in=numbers).values_list("phone__e164", "pk"))
    people = sorted(by_id | set(by_number.values()))
    with connection.cursor() as cursor:
        cursor.execute((_ADD if add else _REMOVE).format(*_TABLES[kind]), [ref, people])
        changed = max(cursor.rowcount, 0)
    audit(actor, f"{'add_to' if add else 'remove_from'}_{kind}", kind, ref, people=changed)
    return Moved(
        changed=changed,
        unchanged=len(people) - changed,
        unknown_contacts=tuple(sorted(set(contact_ids) - by_id)),
        unknown_numbers=tuple(sorted(set(numbers) - set(by_number))),
    )

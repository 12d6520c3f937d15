"""What a bot does to one contact: groups, tags, fields. The bot's own run is the record, so nothing is audited here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection
from django.utils import timezone

from consent.models import PhoneNumber
from contacts.actions.people import Details, columns_of
from contacts.models import Contact, ContactTag, FieldDefinition, Group, GroupMember, Tag
from tenants.rules import Refused
from tenants.scope import current_tenant_id

BY_TEXT = "text"
_YES_NO = {"yes": "yes", "true": "yes", "1": "yes", "no": "no", "false": "no", "0": "no"}


def contact_by_text(phone_id: int) -> int:
    """The contact of a person who texted a word, made when there is none. Raises `Refused("erased")`."""
    found = Contact.objects.filter(phone_id=phone_id).values_list("pk", flat=True).first()
    if found is not None:
        return int(found)
    if PhoneNumber.objects.filter(pk=phone_id, e164=None).exists():
        raise Refused("erased", "This person asked to be forgotten. Only they can come back.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('contact'), hashtext(%s))", [str(phone_id)])
    contact, _ = Contact.objects.get_or_create(phone_id=phone_id, defaults={"source": BY_TEXT})
    return int(contact.pk)


def join_groups(*, contact_id: int, group_ids: Sequence[int]) -> list[str]:
    """Into these groups; the names of those joined now. Raises `Refused("not_found")` for a deleted one."""
    names = _names(Group.objects.filter(kind=Group.Kind.MANUAL), group_ids, "group")
    before = set(
        GroupMember.objects.filter(contact_id=contact_id, group_id__in=group_ids).values_list(
            "group_id", flat=True
        )
    )
    new = [pk for pk in group_ids if pk not in before]
    GroupMember.objects.bulk_create(
        [GroupMember(tenant_id=current_tenant_id(), group_id=pk, contact_id=contact_id) for pk in new],
        ignore_conflicts=True,
    )
    return [names[pk] for pk in new]


def leave_groups(*, contact_id: int, group_ids: Sequence[int]) -> list[str]:
    """Out of these groups; the names of those left now. A deleted group has been left already."""
    members = GroupMember.objects.filter(contact_id=contact_id, group_id__in=group_ids)
    names = [str(name) for name in members.order_by("group__name").values_list("group__name", flat=True)]
    members.delete()
    return names


def add_tags(*, contact_id: int, tag_ids: Sequence[int]) -> list[str]:
    """Put these tags on; the names of those new on the contact. Raises `Refused("not_found")`."""
    names = _names(Tag.objects.all(), tag_ids, "tag")
    before = set(
        ContactTag.objects.filter(contact_id=contact_id, tag_id__in=tag_ids).values_list("tag_id", flat=True)
    )
    new = [pk for pk in tag_ids if pk not in before]
    ContactTag.objects.bulk_create(
        [ContactTag(tenant_id=current_tenant_id(), tag_id=pk, contact_id=contact_id) for pk in new],
        ignore_conflicts=True,
    )
    return [names[pk] for pk in new]


def remove_tags(*, contact_id: int, tag_ids: Sequence[int]) -> list[str]:
    """Take these tags off; the names of those that were on."""
    uses = ContactTag.objects.filter(contact_id=contact_id, tag_id__in=tag_ids)
    names = [str(name) for name in uses.order_by("tag__name").values_list("tag__name", flat=True)]
    uses.delete()
    return names


def set_field(*, contact_id: int, field: str, value: str) -> str:
    """Set a field of a contact, one of the fixed ones or the tenant's own; returns what was written.

    Raises `Refused`: not_found, value_invalid (a number, a date like 2026-03-14, yes or no), too_long.
    """
    contact = Contact.objects.select_for_update(no_key=True).get(pk=contact_id)
    value = " ".join(value.split())[:500]
    known = {name: getattr(contact, name) for name in ("first_name", "last_name", "email", "language")}
    own = dict(contact.fields)
    if field in known:
        known[field] = value
    else:
        definition = FieldDefinition.objects.filter(key=field).first()
        if definition is None:
            raise Refused("not_found", "The field was deleted.")
        value = _of_kind(definition, value)
        own[field] = value
    for name, found in columns_of(Details(**known, fields=own)).items():
        setattr(contact, name, found)
    contact.updated_at = timezone.now()
    contact.save()
    return value


def _of_kind(definition: FieldDefinition, value: str) -> str:
    try:
        if value and definition.kind == "number":
            float(value.replace(",", "."))
        elif value and definition.kind == "date":
            date.fromisoformat(value)
        elif value and definition.kind == "yes_no":
            return _YES_NO[value.casefold()]
    except (ValueError, KeyError) as error:
        wanted = {"number": "a number", "date": "a date like 2026-03-14", "yes_no": "yes or no"}
        raise Refused(
            "value_invalid", f"{definition.label} takes {wanted[definition.kind]}; they wrote something else."
        ) from error
    return value


def _names(found: object, ids: Sequence[int], what: str) -> dict[int, str]:
    names = dict(found.filter(pk__in=ids).values_list("pk", "name"))  # type: ignore[attr-defined]
    if len(names) < len(set(ids)):
        raise Refused("not_found", f"A {what} of this bot was deleted.")
    return names

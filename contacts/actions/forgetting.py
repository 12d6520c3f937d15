"""What contacts keep of an erased person goes (F3): the contact with its groups and tags, and rows of old imports."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import Q

from consent.models import ConsentEvent
from contacts.models import Contact, ContactTag, GroupMember
from contacts.rules.files.table import ROW_ERRORS

# A row whose cells could not be told apart (`broken`) may hold the number anywhere in one of them.
_ROWS = """
UPDATE contacts_importrow r SET cells = '[]'::jsonb, contact_id = NULL
WHERE r.cells <> '[]'::jsonb AND EXISTS (
    SELECT FROM jsonb_array_elements_text(r.cells) c
    WHERE (length(c) BETWEEN 7 AND 40 AND right(regexp_replace(c, '\\D', '', 'g'), %(length)s) = %(digits)s)
       OR (r.outcome = ANY(%(broken)s) AND strpos(regexp_replace(c, '\\D', '', 'g'), %(digits)s) > 0))
"""
_TELLING = 10


def forget(erased: Iterable[ConsentEvent]) -> int:
    """Delete the contacts of erasures, as far as they are older: who came back since is a new contact. How many."""
    wanted = Q()
    for event in erased:
        wanted |= Q(phone_id=event.phone_id, created_at__lte=event.recorded_at)
    ids = list(Contact.objects.filter(wanted).values_list("pk", flat=True)) if wanted else []
    GroupMember.objects.filter(contact_id__in=ids).delete()
    ContactTag.objects.filter(contact_id__in=ids).delete()
    Contact.objects.filter(pk__in=ids).delete()
    return len(ids)


def forget_rows(e164: str) -> int:
    """Empty the problem rows of imports that hold this number, in whatever spelling; their outcome is kept."""
    digits = e164.lstrip("+")[-_TELLING:]
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, {"digits": digits, "length": len(digits), "broken": list(ROW_ERRORS)})
        return int(cursor.rowcount)

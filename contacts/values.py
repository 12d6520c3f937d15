"""Merge values of contacts: what a text may say about a person."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from django.db import connection

from contacts.models import FieldDefinition
from contacts.rules.merging import KNOWN_FIELDS

_VALUES = """
SELECT id, first_name, last_name, btrim(first_name || ' ' || last_name), email, language, fields
FROM contacts_contact WHERE id = ANY(%s)
"""


def merge_values(contact_ids: Collection[int]) -> dict[int, Mapping[str, str]]:
    """Contact id → field → value, own fields included, of the contacts that still exist; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_VALUES, [list(contact_ids)])
        rows = cursor.fetchall()
    # Read past the ORM, so that a claim of 500 costs no 500 model instances; jsonb arrives as text or as a dict.
    return {row[0]: _own(row[6]) | dict(zip(KNOWN_FIELDS, row[1:6], strict=True)) for row in rows}


def known_fields() -> tuple[str, ...]:
    """Every name a text may use: the fixed ones and the tenant's own."""
    return KNOWN_FIELDS + tuple(FieldDefinition.objects.order_by("key").values_list("key", flat=True))


def _own(fields: object) -> dict[str, str]:
    found = json.loads(fields) if isinstance(fields, str) else fields
    return {str(k): "" if v is None else str(v) for k, v in found.items()} if isinstance(found, dict) else {}

"""Demo people by the thousand, for measurements and tests: set-based, inside the open scope of a tenant.

Their numbers are fictional twice over: the 555-01 range, with digits too many to be anybody's.
"""

from __future__ import annotations

from django.db import connection

from tenants.scope import current_tenant_id

_PHONES = """
INSERT INTO consent_phonenumber (tenant_id, e164, e164_hash, block_reason, zone, created_at)
SELECT %(tenant)s, n.e164, sha256(n.e164::bytea), '', '', now()
FROM (SELECT i, '+120255501' || lpad(i::text, 6, '0') AS e164
      FROM generate_series(%(first)s, %(first)s + %(count)s - 1) i) n ORDER BY n.i
RETURNING id
"""
_CONTACTS = """
INSERT INTO contacts_contact (tenant_id, phone_id, first_name, last_name, email, language, fields, search_name,
                              search_last, source, created_at, updated_at)
SELECT %(tenant)s, p.id, 'Demo', 'Contact ' || right(p.e164, 6), '', '', '{}', '', '', 'demo', now(), now()
FROM consent_phonenumber p WHERE p.id BETWEEN %(low)s AND %(high)s ORDER BY p.id
RETURNING id
"""
_OPTED_IN = """
INSERT INTO consent_permission (tenant_id, phone_id, sender_id, state, since, event)
SELECT %(tenant)s, id, %(sender)s, 'opted_in', now(), 1 FROM consent_phonenumber WHERE id BETWEEN %(low)s AND %(high)s
"""


def people(count: int, *, first: int = 0, opted_in: tuple[int, ...] = ()) -> tuple[list[int], list[int]]:
    """Make `count` contacts with phones +120255501nnnnnn from nnnnnn = `first`, opted in to the senders named.

    Returns contact ids and phone ids, both ascending and in step.
    """
    given = {"tenant": current_tenant_id(), "first": first, "count": count}
    with connection.cursor() as cursor:
        cursor.execute(_PHONES, given)
        phones = sorted(row[0] for row in cursor.fetchall())
        span = {"tenant": given["tenant"], "low": phones[0], "high": phones[-1]}
        cursor.execute(_CONTACTS, span)
        contacts = sorted(row[0] for row in cursor.fetchall())
        for sender in opted_in:
            cursor.execute(_OPTED_IN, span | {"sender": sender})
    return contacts, phones

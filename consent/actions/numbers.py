"""Phone numbers of a tenant: made on first sight, found again by their hash, given back, found unusable."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection

from consent.actions.holds import drop_doubt
from consent.actions.outcomes import set_provider_block
from consent.rules.numbers import hash_of
from tenants.rules import Refused
from tenants.scope import current_tenant_id

_PHONES_FOR = """
WITH wanted AS (SELECT * FROM unnest(%s::text[], %s::bytea[]) AS w (e164, hash)),
made AS (
    INSERT INTO consent_phonenumber (tenant_id, e164, e164_hash, block_reason, zone, created_at)
    SELECT %s, e164, hash, '', %s, now() FROM wanted ORDER BY hash
    ON CONFLICT (tenant_id, e164_hash) DO NOTHING RETURNING id, e164_hash
)
SELECT w.e164, made.id FROM wanted w JOIN made ON made.e164_hash = w.hash
UNION ALL
SELECT w.e164, p.id FROM wanted w JOIN consent_phonenumber p ON p.tenant_id = %s AND p.e164_hash = w.hash
"""
_FIND = "SELECT id FROM consent_phonenumber WHERE tenant_id = %s AND e164_hash = %s"


def e164_hash(e164: str) -> bytes:
    """HMAC of a number with the installation's pepper: how it is found, also after its erasure."""
    return hash_of(e164, settings.PEPPER)


def phone_for(*, e164: str, zone: str = "") -> int:
    """The id of a number in E.164, made on first sight. A number that was erased is found and stays empty."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [current_tenant_id(), e164_hash(e164)])
        row = cursor.fetchone()
    return row[0] if row else phones_for([e164], zone=zone)[e164]


def phones_for(e164s: Sequence[str], *, zone: str = "") -> dict[str, int]:
    """Ids of numbers in E.164, made on first sight, in one statement."""
    wanted = sorted(set(e164s))
    found: dict[str, int] = {}
    # A number that another transaction has just made shows in a new statement only.
    while missing := [e164 for e164 in wanted if e164 not in found]:
        tenant_id = current_tenant_id()
        with connection.cursor() as cursor:
            cursor.execute(
                _PHONES_FOR, [missing, [e164_hash(e) for e in missing], tenant_id, zone, tenant_id]
            )
            found |= dict(cursor.fetchall())
    return found


def give_back(phone_id: int, e164: str) -> None:
    """Put an erased number back into its row, because the person came back with it; refuses another number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT e164_hash FROM consent_phonenumber WHERE id = %s", [phone_id])
        row = cursor.fetchone()
        if row is None or not hmac.compare_digest(bytes(row[0]), e164_hash(e164)):
            raise Refused("another_number", "This is not the number that was erased.")
        cursor.execute(
            "UPDATE consent_phonenumber SET e164 = %s WHERE id = %s AND e164 IS NULL", [e164, phone_id]
        )


def mark_unusable(*, phone_id: int, code: int) -> None:
    """The carrier says again and again that nobody is there (30005, 30006, a deactivation file): no consent change."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE consent_phonenumber SET unusable_at = COALESCE(unusable_at, now()), unusable_code = %s "
            "WHERE id = %s",
            [code, phone_id],
        )


_ROWS = "SELECT FROM consent_phonenumber WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_BLOCKED_BY_REQUEST = """
INSERT INTO consent_permission (tenant_id, phone_id, sender_id, state, since, event, provider_block_since)
SELECT %s, n.phone_id, n.sender_id, '', now(), 0, now()
FROM unnest(%s::bigint[], %s::bigint[]) AS n (phone_id, sender_id)
LEFT JOIN consent_permission x ON x.phone_id = n.phone_id AND x.sender_id = n.sender_id
WHERE NOT (x.state = 'opted_in' AND EXISTS (SELECT FROM consent_consentevent e
           WHERE e.tenant_id = %s AND e.seq = x.event AND e.method = 'keyword')) IS TRUE
ORDER BY n.phone_id, n.sender_id
ON CONFLICT (phone_id, sender_id) DO UPDATE
SET provider_block_since = COALESCE(consent_permission.provider_block_since, EXCLUDED.provider_block_since)
"""


def blocked_by_request(pairs: Sequence[tuple[int, int]]) -> None:
    """The provider took our opt-outs of these (phone, sender): until a START through that sender it refuses texts.

    Who texted START since we asked has lifted it already. A pair that was never asked gets a row without a state.
    """
    if pairs:
        # Somebody who left, came back and left again within moments is told of twice in one request.
        phones, senders = (list(column) for column in zip(*set(pairs), strict=True))
        tenant_id = current_tenant_id()
        with connection.cursor() as cursor:
            # A START being acted upon just now is waited for: it has looked for a block and found none yet.
            cursor.execute(_ROWS, [phones])
            cursor.execute(_BLOCKED_BY_REQUEST, [tenant_id, phones, senders, tenant_id])


def reached(*, phone_id: int, sender_id: int | None = None, begun_at: datetime | None = None) -> None:
    """A text was delivered from the sender, or one came in (no sender): the number works.

    A delivery also shows that the provider did not block the pair when it took the text: what it refused, or was
    told, after `begun_at` says more than that.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE consent_phonenumber SET unusable_at = NULL, unusable_code = NULL "
            "WHERE id = %s AND unusable_at IS NOT NULL",
            [phone_id],
        )
    if sender_id is not None:
        set_provider_block(phone_id, sender_id, None, before=begun_at)
        drop_doubt(phone_id, sender_id, before=begun_at)

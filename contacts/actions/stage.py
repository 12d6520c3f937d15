"""Rows of an import in PostgreSQL: COPY to temporary tables, then one statement for each thing that changes.

COPY into a table under row security is refused, so rows pass through a temporary stage. Statements go by phone id
in ascending order: two imports of one file wait for each other instead of deadlocking.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from consent.rules.numbers import hash_of
from contacts.rules.rows import Row

_COLUMNS = (
    "n, number, e164, hash, first_name, last_name, email, language, fields, search_name, search_last, agreed"
)
_TABLES = """
CREATE TEMPORARY TABLE IF NOT EXISTS import_stage (
    n integer, number bigint, e164 text, hash bytea, first_name text, last_name text, email text, language text,
    fields jsonb, search_name text, search_last text, agreed date,
    phone_id bigint DEFAULT nextval('consent_phonenumber_id_seq'), status text DEFAULT 'active',
    erased boolean DEFAULT false, since timestamptz, known boolean DEFAULT false
);
CREATE TEMPORARY TABLE IF NOT EXISTS import_seen (number bigint PRIMARY KEY);
TRUNCATE import_stage, import_seen
"""
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

# Look-ups are LATERAL with a LIMIT, and sub-selects: nothing is known of a temporary table's size, nor of a table that
# grows right now, and a join planned on a wrong guess reads every phone for each row (measured: 400 times slower).
# A staged row brings the id that its number gets if it is new: then nothing has to be looked up.
_PHONES = """
INSERT INTO consent_phonenumber (id, tenant_id, e164, e164_hash, block_reason, zone, created_at)
SELECT phone_id, %(tenant)s, e164, hash, '', '', now() FROM import_stage ORDER BY hash
ON CONFLICT (tenant_id, e164_hash) DO NOTHING
"""
_MEET = """
UPDATE import_stage s SET (phone_id, known, status, erased, since) = (
    SELECT max(p.id), COALESCE(max(p.id) <> s.phone_id, false), COALESCE(max(p.status), 'active'),
           COALESCE(bool_or(p.e164 IS NULL), false), max(COALESCE(p.blocked_at, p.stopped_at))
    FROM consent_phonenumber p WHERE p.tenant_id = %(tenant)s AND p.e164_hash = s.hash)
"""
# A contact that an earlier batch made bears the import's name; only the others must be remembered.
_EXCEPTIONS = """
WITH looked AS (
    SELECT s.*, EXISTS (SELECT FROM import_seen x WHERE x.number = s.number)
        OR EXISTS (SELECT FROM contacts_contact c WHERE c.phone_id = s.phone_id AND c.source = %(source)s) AS again
    FROM import_stage s WHERE s.known),
remembered AS (INSERT INTO import_seen SELECT number FROM looked ON CONFLICT DO NOTHING)
SELECT n, phone_id, status, erased, since, again FROM looked
WHERE status <> 'active' OR erased OR again ORDER BY n
"""
_CHANGES = """(
    (m.first_name <> '' AND m.first_name <> c.first_name) OR (m.last_name <> '' AND m.last_name <> c.last_name)
    OR (m.email <> '' AND m.email <> c.email) OR (m.language <> '' AND m.language <> c.language)
    OR NOT c.fields @> m.fields)"""
# The folded first name is what search_name holds before search_last.
_FOLDED_FIRST = "rtrim(left({0}.search_name, length({0}.search_name) - length({0}.search_last)))"
_NEW_CONTACTS = """
INSERT INTO contacts_contact AS c (tenant_id, phone_id, first_name, last_name, email, language, fields,
                                   search_name, search_last, source, created_at, updated_at)
SELECT %(tenant)s, phone_id, first_name, last_name, email, language, fields, search_name, search_last,
       %(source)s, now(), now()
FROM import_stage WHERE NOT erased ORDER BY phone_id
"""
_CONTACTS = f"""
WITH written AS (
{_NEW_CONTACTS}
ON CONFLICT (phone_id) DO UPDATE SET
    first_name = COALESCE(NULLIF(EXCLUDED.first_name, ''), c.first_name),
    last_name = COALESCE(NULLIF(EXCLUDED.last_name, ''), c.last_name),
    email = COALESCE(NULLIF(EXCLUDED.email, ''), c.email),
    language = COALESCE(NULLIF(EXCLUDED.language, ''), c.language),
    fields = c.fields || EXCLUDED.fields,
    search_last = COALESCE(NULLIF(EXCLUDED.search_last, ''), c.search_last),
    search_name = btrim(
        COALESCE(NULLIF({_FOLDED_FIRST.format("EXCLUDED")}, ''), {_FOLDED_FIRST.format("c")}) || ' ' ||
        COALESCE(NULLIF(EXCLUDED.search_last, ''), c.search_last)),
    updated_at = now()
WHERE {_CHANGES.replace("m.", "EXCLUDED.")}
RETURNING c.phone_id, c.xmax = 0 AS fresh)
SELECT COALESCE(array_agg(phone_id) FILTER (WHERE fresh), '{{}}'),
       COALESCE(array_agg(phone_id) FILTER (WHERE NOT fresh), '{{}}') FROM written
"""
_GROUP = """
INSERT INTO contacts_groupmember (tenant_id, group_id, contact_id, since)
SELECT %(tenant)s, %(group)s, c.id, now() FROM import_stage m CROSS JOIN LATERAL (
    SELECT id FROM contacts_contact f WHERE f.phone_id = m.phone_id LIMIT 1) c
ORDER BY c.id ON CONFLICT DO NOTHING
"""
_TAG = """
INSERT INTO contacts_contacttag (tenant_id, tag_id, contact_id, since)
SELECT %(tenant)s, %(tag)s, c.id, now() FROM import_stage m CROSS JOIN LATERAL (
    SELECT id FROM contacts_contact f WHERE f.phone_id = m.phone_id LIMIT 1) c
ORDER BY c.id ON CONFLICT DO NOTHING
"""
# The rows are locked before permissions are read, as every writer of consent does: a STOP being written is waited for.
_LOCK_ACTIVE = """
SELECT id FROM consent_phonenumber WHERE id = ANY(ARRAY(
    SELECT phone_id FROM import_stage WHERE agreed IS NOT NULL AND status = 'active' AND NOT erased))
ORDER BY id FOR NO KEY UPDATE
"""
_STATE = "COALESCE((SELECT x.state FROM consent_permission x WHERE x.phone_id = m.phone_id AND x.sender_id = s.id), '')"
_UNASKED = f"""
SELECT m.phone_id, m.agreed, array_agg(s.id ORDER BY s.id)
FROM import_stage m CROSS JOIN unnest(%(senders)s::bigint[]) AS s (id)
WHERE m.agreed IS NOT NULL AND m.status = 'active' AND NOT m.erased AND {_STATE} = ''
  AND (SELECT p.status FROM consent_phonenumber p WHERE p.id = m.phone_id) = 'active'
GROUP BY m.phone_id, m.agreed ORDER BY m.phone_id
"""
_WOULD_GRANT = f"""
SELECT DISTINCT m.n FROM import_stage m CROSS JOIN unnest(%s::bigint[]) AS s (id)
WHERE m.agreed IS NOT NULL AND m.status = 'active' AND NOT m.erased AND {_STATE} = ''
"""
_GRANT = """
INSERT INTO consent_permission (tenant_id, phone_id, sender_id, state, since, event)
SELECT %(tenant)s, d.phone, d.sender, 'opted_in', d.since, d.seq
FROM unnest(%(phones)s::bigint[], %(sender_ids)s::bigint[], %(sinces)s::timestamptz[], %(seqs)s::bigint[])
    AS d (phone, sender, since, seq)
ON CONFLICT (phone_id, sender_id) DO UPDATE SET state = 'opted_in', since = EXCLUDED.since, event = EXCLUDED.event
WHERE consent_permission.state = ''
"""
_CLASSIFY = f"""
SELECT m.n, CASE WHEN m.erased THEN 'erased' WHEN m.status = 'stopped' THEN 'kept_opted_out'
                 WHEN m.status = 'blocked' THEN 'blocked' WHEN c.id IS NULL THEN 'new'
                 WHEN {_CHANGES} THEN 'updated' ELSE 'unchanged' END, m.since
FROM import_stage m LEFT JOIN LATERAL (
    SELECT * FROM contacts_contact f WHERE f.phone_id = m.phone_id LIMIT 1) c ON true
"""


@dataclass(frozen=True, slots=True)
class Met:
    """A staged row with a story: row index, phone id, status, erased, since when, seen in an earlier batch."""

    n: int
    phone_id: int
    status: str
    erased: bool
    since: datetime | None
    again: bool


def prepare_tables() -> None:
    """Make the temporary tables of this connection, empty."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)


def empty_tables() -> None:
    """Nothing of a list stays in a connection that the next task, perhaps another tenant's, goes on with."""
    with suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
        cursor.execute("TRUNCATE import_stage, import_seen")


def rendered(rows: Sequence[Row], agreed: Sequence[date | None]) -> str:
    """Rows of distinct numbers as COPY reads them; `agreed`: the day each gave consent, None without proof."""
    pepper = settings.PEPPER
    pairs = zip(rows, agreed, strict=True)
    return "".join([_line(n, row, day, hash_of(row.e164, pepper)) for n, (row, day) in enumerate(pairs)])


def load(lines: str) -> int:
    """COPY rendered rows to the stage, which they replace; how many they are."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE import_stage")
        with cursor.copy(f"COPY import_stage ({_COLUMNS}) FROM STDIN") as copy:
            copy.write(lines)
        return int(cursor.rowcount)


def _line(n: int, row: Row, day: date | None, digest: bytes) -> str:
    search_name, search_last = row.search()
    e164, fields, agreed = row.e164, row.fields_json(), "\\N" if day is None else day.isoformat()
    cells = (row.first_name, row.last_name, row.email, row.language, fields, search_name, search_last)
    text = "\x1f".join(cells)
    if "\\" in text or "\n" in text or "\t" in text or "\r" in text:
        text = text.translate(_ESCAPES)
    text = text.replace("\x1f", "\t")
    return f"{n}\t{e164[1:]}\t{e164}\t\\\\x{digest.hex()}\t{text}\t{agreed}\n"


def meet(tenant_id: int, rows: int) -> bool:
    """Find the staged numbers and make those that are new; True: all `rows` of them were new."""
    with connection.cursor() as cursor:
        cursor.execute(_PHONES, {"tenant": tenant_id})
        if cursor.rowcount == rows:
            return True
    find(tenant_id)
    return False


def find(tenant_id: int) -> None:
    """Find the staged numbers; those that are unknown have no phone id then."""
    with connection.cursor() as cursor:
        cursor.execute(_MEET, {"tenant": tenant_id})


def exceptions(source: str) -> list[Met]:
    """Met rows that are stopped, blocked, erased or stood in an earlier batch: few, so they are looked at one by one.

    Remembers the numbers that were known before, for the next batch.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EXCEPTIONS, {"source": source})
        return [Met(*row) for row in cursor.fetchall()]


def phone_ids() -> list[int]:
    """Phone ids of the met rows, in the order of the rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(array_agg(phone_id ORDER BY n), '{}') FROM import_stage")
        return list(cursor.fetchone()[0])


def seen_before() -> set[int]:
    """Numbers of the stage that an earlier batch of this file held as well; remembers the others."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH fresh AS (INSERT INTO import_seen SELECT number FROM import_stage ON CONFLICT DO NOTHING "
            "RETURNING number) SELECT number FROM import_stage EXCEPT SELECT number FROM fresh"
        )
        return {row[0] for row in cursor.fetchall()}


def remember(e164s: Iterable[str]) -> None:
    """After a restart: these numbers stood in rows that are committed already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO import_seen SELECT unnest(%s::bigint[]) ON CONFLICT DO NOTHING",
            [[int(e164[1:]) for e164 in e164s]],
        )


def create_contacts(tenant_id: int, source: str) -> None:
    """Create the contacts of rows whose numbers are all new: there is nobody to complete."""
    with connection.cursor() as cursor:
        cursor.execute(_NEW_CONTACTS, {"tenant": tenant_id, "source": source})


def write_contacts(tenant_id: int, source: str) -> tuple[list[int], list[int]]:
    """Create or complete the contacts of the met rows: phone ids of those created, and of those changed."""
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS, {"tenant": tenant_id, "source": source})
        created, changed = cursor.fetchone()
        return created, changed


def join_sets(tenant_id: int, group_id: int | None, tag_id: int | None) -> None:
    """Put the met contacts into the group and give them the tag."""
    with connection.cursor() as cursor:
        if group_id:
            cursor.execute(_GROUP, {"tenant": tenant_id, "group": group_id})
        if tag_id:
            cursor.execute(_TAG, {"tenant": tenant_id, "tag": tag_id})


def unasked(senders: Sequence[int]) -> list[tuple[int, date, list[int]]]:
    """Agreed rows of active numbers where nothing was said to some of the senders: (phone, day, those senders).

    Locks their phone numbers until the commit.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_ACTIVE)
        cursor.execute(_UNASKED, {"senders": list(senders)})
        return list(cursor.fetchall())


def would_grant(senders: Sequence[int]) -> set[int]:
    """Row indexes that an import would opt in to one of the senders; locks and changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_WOULD_GRANT, [list(senders)])
        return {row[0] for row in cursor.fetchall()}


def grant(tenant_id: int, rows: Sequence[tuple[int, int, datetime, int]]) -> None:
    """Opt in: (phone, sender, since, ledger number) of each."""
    columns: dict[str, Any] = {
        name: [row[at] for row in rows] for at, name in enumerate(("phones", "sender_ids", "sinces", "seqs"))
    }
    with connection.cursor() as cursor:
        cursor.execute(_GRANT, {"tenant": tenant_id} | columns)


def classify(tenant_id: int) -> list[tuple[int, str, datetime | None]]:
    """What would happen to the staged rows, without changing anything: (row index, outcome, since)."""
    find(tenant_id)
    with connection.cursor() as cursor:
        cursor.execute(_CLASSIFY)
        return list(cursor.fetchall())

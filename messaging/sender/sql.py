"""All SQL of the sender. Phases: 0 queued, 1 claimed, 2 begun, 3 handed, 4 not sent, 5 unknown, 6 absent.

Statements on tenant tables run inside a transaction that named the tenant (SCOPE). `%(…)s` are psycopg parameters.
"""

from __future__ import annotations

from collections.abc import Iterable

from consent.gate_sql import gate_case
from consent.rules.gate import Gate
from messaging.actions.counts import still_open_sql
from messaging.again import may_have_sql, others_sql
from messaging.rules.locks import BROADCAST
from messaging.rules.outcomes import NotSent, Phase
from messaging.wording import due_sql
from tenants.installation import HERE, NOTICE


def array(values: Iterable[int | float | str | None]) -> str:
    """Numbers, or words of letters and digits, as an array's text: a tenth of what the driver's own way costs."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


SCOPE = "SELECT set_config('app.tenant_id', %s, true)"
# The same, with the broadcasts that nobody is pausing or cancelling just now, for BEGIN to read. A statement of its
# own: the next one's snapshot is taken under these locks, so that nothing begins after a pause has committed.
SCOPE_AND_ORDERS = f"""
SELECT set_config('app.tenant_id', %s, true), set_config('synchronous_commit', 'on', true),
set_config('app.orders', COALESCE((
    SELECT string_agg(id::text, ',') FROM unnest(%s::bigint[], %s::int[]) AS o(id, key)
    WHERE pg_try_advisory_xact_lock_shared({BROADCAST}, key)
), ''), true)
"""

# A process frozen between the pieces of a pipeline that is too long for one write is not idle in the server's eyes,
# and would keep its rows locked. Before version 17 nothing ends that but the process itself.
SHORT = """
SELECT set_config('transaction_timeout', '10s', false) WHERE current_setting('server_version_num')::int >= 170000
"""

# Which database this session is connected to: read once, since no session outlives the restart of its server. What
# begins compares it with what the database believes itself to be (I19): a restored one hands nothing over.
HERE_I_AM = f"SELECT set_config('app.installation', {HERE}, false)"
LOOK_AROUND = NOTICE
_ELSEWHERE = """NOT EXISTS (
    SELECT FROM tenants_installation
    WHERE id = 1 AND held_at IS NULL AND identity = current_setting('app.installation', true)
)"""

# ── the lock session ──────────────────────────────────────────────────────────────────────────────────
# "try": a phone whose opt-out waits for its lock, or has it, is left for a later tick; nobody waits for anybody.
# Answers the places of those. By place, not by phone: one named twice may be refused once and got once.
LOCK = """
SELECT n FROM unnest(%s::bigint[]) WITH ORDINALITY AS w(k, n) WHERE NOT pg_try_advisory_lock_shared(k)
"""
UNLOCK = "SELECT bool_and(pg_advisory_unlock_shared(k)) FROM unnest(%s::bigint[]) k"
PING = "SELECT 1"

# ── which sender numbers have something to send (no tenant rows, no scope) ────────────────────────────
LEASE = """
UPDATE tenants_due SET lease_token = %(token)s, lease_until = now() + make_interval(secs => %(seconds)s)
WHERE id IN (
    SELECT id FROM tenants_due
    WHERE kind = %(kind)s AND due_at <= now() AND (lease_until IS NULL OR lease_until < now())
    ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
) RETURNING id, tenant_id, ref, puts
"""
RENEW = """
UPDATE tenants_due SET lease_until = now() + make_interval(secs => %(seconds)s)
WHERE id = ANY(%(ids)s) AND lease_token = %(token)s RETURNING id, puts
"""
FINISH = "DELETE FROM tenants_due WHERE id = %(id)s AND lease_token = %(token)s AND puts = %(puts)s"
RELEASE = """
UPDATE tenants_due SET lease_token = NULL, lease_until = NULL, due_at = COALESCE(%(at)s, now())
WHERE id = %(id)s AND lease_token = %(token)s AND (%(at)s::timestamptz IS NULL OR puts = %(puts)s)
"""
PUT = """
INSERT INTO tenants_due (kind, tenant_id, ref, due_at, tries, puts)
VALUES (%(kind)s, %(tenant)s, %(ref)s, now() + make_interval(secs => %(delay)s), 0, 1)
ON CONFLICT (kind, tenant_id, ref) DO UPDATE
SET due_at = LEAST(tenants_due.due_at, EXCLUDED.due_at), puts = tenants_due.puts + 1
"""

# ── one sender number ─────────────────────────────────────────────────────────────────────────────────
# A retired number's lane is served, held or not: BEGIN ends what waits in it, and so its broadcasts come to their end.
LANE = f"""
SELECT s.address, s.rate,
       s.retired_at IS NULL AND (t.held_at IS NOT NULL OR a.held_at IS NOT NULL) OR {_ELSEWHERE},
       a.id, a.sid, a.token_sealed, a.base_url, a.inbound_key, a.concurrency
FROM tenants_sendernumber s JOIN tenants_provideraccount a ON a.id = s.account_id
JOIN tenants_tenant t ON t.id = s.tenant_id WHERE s.id = %s
"""
# The lane's lease is this process's alone: what another process had claimed from it can no longer begin.
RECLAIM = """
UPDATE messaging_message SET phase = 0, lease_token = NULL, lease_until = NULL
WHERE tenant_id = %(tenant)s AND sender_id = %(sender)s AND phase = 1
"""
LAPSED = """
UPDATE messaging_message SET phase = 0, lease_token = NULL, lease_until = NULL
WHERE tenant_id = %(tenant)s AND phase = 1 AND lease_until < now()
"""
# Begun and left over by a dead process: it may have been accepted, so it is in doubt and never sent again.
LEFT_OVER = f"""
UPDATE messaging_message
SET phase = {Phase.UNKNOWN}, lease_token = NULL, lease_until = NULL,
    not_before = begun_at + make_interval(secs => %(first)s)
WHERE tenant_id = %(tenant)s AND phase = {Phase.BEGUN} AND lease_until < now()
RETURNING id
"""
# Single messages in their order of precedence first, then broadcasts, the more urgent class and the older one first.
# OFFSET 0, and the order by id: found by id, whatever the planner believes (see BEGIN). A literal limit: a bound one
# made the plan 2.7 times slower. The last column: why a text is not for this number any more, 0 if it is. A contact who
# has another number now, or is deleted, is not written to at a number that may be somebody else's.
CLAIM = f"""
WITH single AS MATERIALIZED (
    SELECT id FROM messaging_message
    WHERE sender_id = %(sender)s AND broadcast_id IS NULL AND phase = 0 AND direction = 0
      AND (not_before IS NULL OR not_before <= now())
    ORDER BY message_class, id LIMIT {{limit}} FOR UPDATE SKIP LOCKED
), campaign AS MATERIALIZED (
    SELECT q.id FROM (
        SELECT id FROM messaging_broadcast WHERE sender_id = %(sender)s AND status = 'sending'
        ORDER BY purpose = 'marketing', id
    ) b CROSS JOIN LATERAL (
        SELECT id FROM messaging_message
        WHERE sender_id = %(sender)s AND broadcast_id = b.id AND phase = 0 AND direction = 0
          AND (not_before IS NULL OR not_before <= now())
        ORDER BY id LIMIT {{limit}} FOR UPDATE SKIP LOCKED
    ) q LIMIT {{limit}}
), picked AS MATERIALIZED (
    SELECT id FROM (SELECT id FROM single UNION ALL SELECT id FROM campaign) p LIMIT {{limit}}
), claimed AS (
    UPDATE messaging_message m
    SET phase = {Phase.CLAIMED}, lease_token = %(token)s,
        lease_until = now() + make_interval(secs => %(seconds)s)
    FROM picked WHERE m.id = picked.id
    RETURNING m.id, m.message_class, m.phone_id, m.broadcast_id, m.contact_id, m.body, m.tries
)
SELECT c.id, c.phone_id, c.broadcast_id, c.body, c.tries, p.e164,
       k.first_name, k.last_name, k.email, k.language, k.fields,
       CASE WHEN c.contact_id IS NULL OR c.message_class = 0 OR k.phone_id = c.phone_id THEN 0
            WHEN k.id IS NOT NULL THEN {NotSent.NUMBER_CHANGED}
            WHEN c.broadcast_id IS NOT NULL THEN {NotSent.NOT_IN_AUDIENCE} ELSE 0 END
FROM claimed c
LEFT JOIN LATERAL (SELECT e164 FROM consent_phonenumber WHERE id = c.phone_id OFFSET 0) p ON true
LEFT JOIN LATERAL (SELECT * FROM contacts_contact WHERE id >= c.contact_id ORDER BY id LIMIT 1) k ON k.id = c.contact_id
ORDER BY c.message_class, c.broadcast_id IS NOT NULL, c.id
"""
UNCLAIM = """
UPDATE messaging_message SET phase = 0, lease_token = NULL, lease_until = NULL
WHERE id = ANY(%(ids)s) AND phase = 1 AND lease_token = %(token)s
"""
TEMPLATES = "SELECT id, text, footer, footer_first, footer_every FROM messaging_broadcast WHERE id = ANY(%s)"
# Who gets the opt-out wording, where a broadcast does not put it into every text: decided within the claim, for rows
# whose text is not written yet. Ordinary campaigns never come here.
WORDED = f"""
UPDATE messaging_message m SET worded = {due_sql(phone="m.phone_id", sender="m.sender_id", every="b.footer_every")}
FROM unnest(%(ids)s::bigint[]) AS w(id)
CROSS JOIN LATERAL (SELECT broadcast_id FROM messaging_message WHERE id = w.id OFFSET 0) x
JOIN messaging_broadcast b ON b.id = x.broadcast_id
WHERE m.id = w.id AND m.body IS NULL AND m.lease_token = %(token)s
RETURNING m.id, m.worded
"""
# What may have come to its end where nothing is left to claim: its last rows may have ended while nobody looked.
UNDER_WAY = "SELECT id FROM messaging_broadcast WHERE sender_id = %s AND status = 'sending'"
# … and by now has, also while it was paused: whoever looked before the last result was written looks again.
AT_THEIR_END = f"""
SELECT id FROM messaging_broadcast b
WHERE sender_id = %(sender)s AND (status = 'sending' OR status = 'paused' AND started_at IS NOT NULL)
  AND NOT {still_open_sql("b.id")}
"""
# When this sender number will have something to do again: null for never, unless new work is put.
NEXT = """
SELECT min(at) FROM (
    SELECT COALESCE(m.not_before, now()) AS at FROM messaging_message m
    WHERE m.sender_id = %(sender)s AND m.broadcast_id IS NULL AND m.phase = 0 AND m.direction = 0
    UNION ALL
    SELECT q.at FROM messaging_broadcast b CROSS JOIN LATERAL (
        SELECT min(COALESCE(m.not_before, now())) AS at FROM messaging_message m
        WHERE m.sender_id = %(sender)s AND m.broadcast_id = b.id AND m.phase = 0 AND m.direction = 0
    ) q WHERE b.sender_id = %(sender)s AND b.status = 'sending'
    UNION ALL
    SELECT m.lease_until FROM messaging_message m
    WHERE m.tenant_id = %(tenant)s AND m.sender_id = %(sender)s AND m.phase IN (1, 2)
) waiting
"""

# ── begin: the gate, `begun` and the body in one statement ────────────────────────────────────────────
# Rows are found by id and nothing else (OFFSET 0, `phase + 0`): with stale statistics the planner believes that few
# rows are leased, reads all of them for each row asked about, and a tick takes 40 times longer.
_GATE = gate_case(
    phone="m.phone_id",
    sender="m.sender_id",
    message_class="m.message_class",
    needs_opt_in="s.needs_opt_in",
)
_HOLDS = f"({Gate.STOP_IN_PROGRESS}, {Gate.UNDER_REVIEW}, {Gate.PROVIDER_DOUBT})"
_GO, _BACK, _HELD, _LATER = -1, -2, -3, -4
# What becomes of a row: _GO begins; _BACK waits in the queue (its broadcast is paused); _HELD waits in the queue for
# a minute (account, tenant or all held); _LATER stays claimed, untouched (its broadcast is just being paused or
# cancelled); else it is not sent, for this reason.
BEGIN = f"""
WITH want AS MATERIALIZED (
    SELECT m.*, w.body, w.parts, w.bad
    FROM unnest(%(ids)s::bigint[], %(bodies)s::text[], %(parts)s::smallint[], %(bad)s::smallint[])
        AS w(id, body, parts, bad)
    CROSS JOIN LATERAL (
        SELECT id, broadcast_id, phone_id, sender_id, message_class, expires_at, phase, lease_token, lease_until
        FROM messaging_message WHERE id = w.id OFFSET 0
    ) m
    WHERE m.phase = {Phase.CLAIMED} AND m.lease_token = %(token)s AND m.lease_until > now()
), senders AS MATERIALIZED (
    SELECT s.id, t.marketing_needs_opt_in AS needs_opt_in, s.retired_at IS NOT NULL AS retired,
           t.held_at IS NOT NULL OR a.held_at IS NOT NULL AS held
    FROM tenants_sendernumber s JOIN tenants_provideraccount a ON a.id = s.account_id
    JOIN tenants_tenant t ON t.id = s.tenant_id
    WHERE s.id = ANY(ARRAY(SELECT DISTINCT sender_id FROM want))
), orders AS MATERIALIZED (
    SELECT id, status, COALESCE((audience ->> 'skip_any_stop')::boolean, false) AS skip_any, {others_sql("b")} AS others
    FROM messaging_broadcast b
    WHERE id = ANY(string_to_array(NULLIF(current_setting('app.orders', true), ''), ',')::bigint[])
), asked AS MATERIALIZED (
    SELECT m.id, m.broadcast_id, m.phone_id, m.body, m.parts, m.bad, m.expires_at <= now() AS late,
           o.status, o.skip_any, o.others, s.retired, s.held, {_GATE} AS gate
    FROM want m JOIN senders s ON s.id = m.sender_id LEFT JOIN orders o ON o.id = m.broadcast_id
), judged AS MATERIALIZED (
    SELECT id, body, parts, CASE
        WHEN {_ELSEWHERE} THEN {_HELD}
        WHEN broadcast_id IS NOT NULL AND status IS NULL THEN {_LATER}
        WHEN status = 'cancelled' THEN {NotSent.CANCELLED}
        WHEN late THEN {NotSent.EXPIRED}
        WHEN gate <> 0 THEN gate
        WHEN skip_any AND EXISTS (SELECT FROM consent_phonenumber p WHERE p.id = phone_id
                                  AND p.stopped_at IS NOT NULL) THEN {NotSent.STOPPED_ANY}
        WHEN others IS NOT NULL AND EXISTS (
            SELECT FROM messaging_message g WHERE g.broadcast_id = ANY(others) AND g.phone_id = asked.phone_id
            AND {may_have_sql("g")}) THEN {NotSent.DUPLICATE}
        WHEN retired THEN {NotSent.SENDER_RETIRED}
        WHEN bad <> 0 THEN bad
        WHEN status <> 'sending' THEN {_BACK}
        WHEN held THEN {_HELD}
        ELSE {_GO} END AS verdict
    FROM asked
), begun AS (
    UPDATE messaging_message m
    SET phase = {Phase.BEGUN}, body = j.body, parts = j.parts, begun_at = now(), tries = m.tries + 1,
        lease_until = now() + make_interval(secs => %(seconds)s)
    FROM judged j
    WHERE m.id = j.id AND j.verdict = {_GO}
      AND m.phase + 0 = {Phase.CLAIMED} AND m.lease_token = %(token)s AND m.lease_until > now()
    RETURNING m.id, m.tries
), written AS (
    INSERT INTO messaging_attempt (tenant_id, message_id, n, begun_at, result)
    SELECT %(tenant)s::bigint, id, tries, now(), '' FROM begun
    RETURNING message_id, id, n
), kept_back AS (
    UPDATE messaging_message m
    SET phase = CASE WHEN j.verdict IN ({_BACK}, {_HELD}) OR j.verdict IN {_HOLDS} THEN {Phase.QUEUED}
                     ELSE {Phase.NOT_SENT} END,
        reason = CASE WHEN j.verdict < 0 OR j.verdict IN {_HOLDS} THEN 0 ELSE j.verdict END,
        ended_at = CASE WHEN j.verdict < 0 OR j.verdict IN {_HOLDS} THEN NULL ELSE now() END,
        not_before = CASE
            WHEN j.verdict = {Gate.STOP_IN_PROGRESS} THEN now() + make_interval(secs => %(stop_wait)s)
            WHEN j.verdict = {_HELD} OR j.verdict IN {_HOLDS} THEN now() + make_interval(secs => %(held_wait)s)
            ELSE m.not_before END,
        lease_token = NULL, lease_until = NULL
    FROM judged j
    WHERE m.id = j.id AND j.verdict NOT IN ({_GO}, {_LATER})
      AND m.phase + 0 = {Phase.CLAIMED} AND m.lease_token = %(token)s
)
SELECT message_id, id, n FROM written UNION ALL SELECT id, 0, 0 FROM judged WHERE verdict = {_LATER}
"""

# ── results ───────────────────────────────────────────────────────────────────────────────────────────
# Evidence of a hand-over always counts; every other result only while the row is still ours, begun, and at the very
# attempt that it is about: a result whose commit was not answered is written again, perhaps after the next attempt
# has begun. A sid that another row has is left to it (asked for row by row, hence OFFSET 0: see BEGIN): the unique key
# would keep all results of the tenant back. A code is that of the end: what made a try come again is in its attempt.
RESULTS = f"""
WITH news AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(ns)s::smallint[], %(phases)s::smallint[], %(reasons)s::smallint[],
        %(sids)s::text[], %(codes)s::int[], %(delays)s::float8[]) AS r(id, n, phase, reason, sid, code, delay)
)
UPDATE messaging_message m
SET phase = r.phase, reason = r.reason,
    sid = COALESCE(m.sid, CASE WHEN NOT EXISTS (
        SELECT FROM messaging_message o WHERE o.tenant_id = m.tenant_id AND o.sid = r.sid OFFSET 0) THEN r.sid END),
    error_code = CASE WHEN r.phase = {Phase.NOT_SENT} THEN r.code END,
    not_before = CASE WHEN r.delay IS NULL THEN m.not_before ELSE now() + make_interval(secs => r.delay) END,
    ended_at = CASE WHEN r.phase IN ({Phase.HANDED}, {Phase.NOT_SENT}) THEN COALESCE(m.ended_at, now()) END,
    lease_token = NULL, lease_until = NULL
FROM news r
WHERE m.id = r.id AND (
    (m.phase = {Phase.BEGUN} AND m.lease_token = %(token)s AND m.tries = r.n)
    OR (r.phase = {Phase.HANDED} AND m.phase IN ({Phase.QUEUED}, {Phase.CLAIMED}, {Phase.UNKNOWN}, {Phase.ABSENT}))
)
"""
CLOSE = """
UPDATE messaging_attempt SET ended_at = now(), result = %(result)s, http_status = %(http)s, code = %(code)s
WHERE id = ANY(%(ids)s::bigint[])
"""
# A late refusal of a token that has been replaced says nothing about the new one.
HOLD_ACCOUNT = """
UPDATE tenants_provideraccount SET held_at = now(), held_reason = %(reason)s
WHERE id = %(id)s AND held_at IS NULL AND token_sealed = %(token_sealed)s
"""

# ── reconcile ─────────────────────────────────────────────────────────────────────────────────────────
IN_DOUBT = f"""
SELECT m.id, m.tries, p.e164, m.body, m.begun_at, s.address, a.id, a.sid, a.token_sealed, a.base_url, a.inbound_key,
       a.concurrency, m.broadcast_id
FROM messaging_message m JOIN consent_phonenumber p ON p.id = m.phone_id
JOIN tenants_sendernumber s ON s.id = m.sender_id JOIN tenants_provideraccount a ON a.id = s.account_id
WHERE m.tenant_id = %(tenant)s AND m.phase = {Phase.UNKNOWN} AND (m.not_before IS NULL OR m.not_before <= now())
ORDER BY m.begun_at LIMIT 50
"""
# Which of the listed sids have an owner. One more, "", for a twin under way (the same words to the same person from the
# same number): one of them may be the twin's, whose answer is not stored yet. One statement, so one moment.
LINKED = f"""
SELECT sid FROM messaging_message WHERE tenant_id = %(tenant)s AND sid = ANY(%(sids)s)
UNION ALL
SELECT '' FROM messaging_message m JOIN messaging_message twin ON twin.phone_id = m.phone_id
WHERE m.id = %(id)s AND twin.sender_id = m.sender_id AND twin.body = m.body AND twin.phase = {Phase.BEGUN}
"""
FOUND = f"""
UPDATE messaging_message SET phase = {Phase.HANDED}, sid = %(sid)s, ended_at = now(), not_before = NULL
WHERE id = %(id)s AND phase IN ({Phase.UNKNOWN}, {Phase.ABSENT})
"""
MISSED = f"""
UPDATE messaging_message
SET phase = CASE WHEN %(last)s THEN {Phase.ABSENT} ELSE phase END,
    ended_at = CASE WHEN %(last)s THEN now() END,
    not_before = CASE WHEN %(last)s THEN NULL ELSE %(next)s::timestamptz END
WHERE id = %(id)s AND phase = {Phase.UNKNOWN}
"""
NOTED = "UPDATE messaging_attempt SET result = %(result)s WHERE message_id = %(id)s AND n = %(n)s"
SENDING = "SELECT id FROM messaging_broadcast WHERE status = 'sending'"
# Nothing is in doubt any more: the lanes look for what has come to its end, also if this process dies now.
LOOK_FOR_ENDS = """
INSERT INTO tenants_due (kind, tenant_id, ref, due_at, tries, puts)
SELECT DISTINCT 'send', tenant_id, sender_id, now(), 0, 1 FROM messaging_broadcast WHERE status = 'sending'
ON CONFLICT (kind, tenant_id, ref) DO UPDATE
SET due_at = LEAST(tenants_due.due_at, EXCLUDED.due_at), puts = tenants_due.puts + 1
"""
NEXT_DOUBT = f"""
SELECT min(COALESCE(not_before, now())) FROM messaging_message
WHERE tenant_id = %s AND phase = {Phase.UNKNOWN}
"""

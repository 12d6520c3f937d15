"""Opt-outs told to the provider: what it did not hear itself is blocked there too, for every tool on the account."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from consent import actions as consent
from consent.models import ConsentEvent
from messaging.consents import Unanswered, tell
from messaging.models import ConsentPush
from messaging.rules import pushes
from messaging.rules.outcomes import Phase
from messaging.rules.pushes import PushState
from tenants import due
from tenants.credentials import unseal
from tenants.models import ProviderAccount, SenderNumber
from tenants.scope import current_tenant_id, tenant_scope

RUN = 10  # requests before a pause

_QUEUE = """
INSERT INTO messaging_consentpush (tenant_id, phone_id, sender_id, account_id, seq, correlation, source, imported,
                                   occurred_at, state, error_code, error, created_at)
SELECT %(tenant)s, d.phone, s.id, s.account_id, d.seq, d.correlation, d.source, d.imported, d.at, 0, 0, '', now()
FROM unnest(%(phones)s::bigint[], %(senders)s::bigint[], %(seqs)s::bigint[], %(correlations)s::text[],
            %(sources)s::text[], %(imported)s::boolean[], %(ats)s::timestamptz[])
    AS d (phone, sender, seq, correlation, source, imported, at)
JOIN tenants_sendernumber s ON s.id = d.sender
ON CONFLICT (tenant_id, seq, sender_id) DO NOTHING
"""
# What answers the person on that number leaves first, the confirmation above all: the provider's block would refuse it.
# OFFSET 0: asked of each of the few rows by its person's index, never joined with all texts.
_ANSWER_UNDER_WAY = f"""EXISTS (
    SELECT FROM messaging_message m
    WHERE m.phone_id = q.phone_id AND m.sender_id = q.sender_id AND m.direction = 0 AND m.message_class = 0
      AND m.phase IN ({Phase.QUEUED}, {Phase.CLAIMED}, {Phase.BEGUN}) AND m.expires_at > now()
    OFFSET 0
)"""
# Still needed: the number is there, it is out for this sender (and has not come back to it since an opt-out from all),
# and the provider does not block the pair anyway.
_BATCH = f"""
SELECT w.id, w.correlation, w.source, w.occurred_at, p.e164, s.address, w.imported,
       p.e164 IS NOT NULL AND s.retired_at IS NULL AND x.provider_block_since IS NULL
       AND (p.blocked_at IS NOT NULL OR x.state = 'opted_out' OR (p.all_stopped_event IS NOT NULL
            AND (x.state = 'opted_in' AND x.event > p.all_stopped_event) IS NOT TRUE)) IS TRUE,
       w.phone_id, w.sender_id
FROM (SELECT * FROM messaging_consentpush q WHERE q.account_id = %s AND q.state = 0
      AND NOT {_ANSWER_UNDER_WAY}
      ORDER BY q.imported, q.id LIMIT %s) w
JOIN consent_phonenumber p ON p.id = w.phone_id
JOIN tenants_sendernumber s ON s.id = w.sender_id
LEFT JOIN consent_permission x ON x.phone_id = w.phone_id AND x.sender_id = w.sender_id
ORDER BY w.imported, w.id
"""
_END = """
UPDATE messaging_consentpush q SET state = d.state, error_code = d.code, error = d.error, ended_at = now()
FROM unnest(%s::bigint[], %s::smallint[], %s::int[], %s::text[]) AS d (id, state, code, error)
WHERE q.id = d.id AND q.state = 0
"""


class _Waiting(NamedTuple):
    push_id: int
    pair: tuple[int, int]  # phone, sender


class NotTold(Exception):
    """The provider could not be reached or was busy: the same opt-outs are told again later."""


def queue(events: Sequence[ConsentEvent]) -> int:
    """Keep what new entries of the ledger ask of the provider, in the follower's transaction; how many rows."""
    asked = [
        (event, found)
        for event in events
        if (found := pushes.covers(event.kind, event.reach, event.senders, event.sender_id))
        and (event.method != "import" or settings.PUSH_IMPORTED_OPT_OUTS)
    ]
    if not asked:
        return 0
    # A name has no replies and no block list; of a retired number nothing is sent.
    living = dict(
        SenderNumber.objects.filter(retired_at=None)
        .exclude(kind=SenderNumber.Kind.ALPHANUMERIC)
        .values_list("pk", "account_id")
    )
    rows = [
        (event, sender)
        for event, found in asked
        for sender in (living if found == "all" else found)
        if sender in living
    ]
    if not rows:
        return 0
    tenant_id = current_tenant_id()
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, _columns(tenant_id, rows))
        made = int(cursor.rowcount)
    for account_id in {living[sender] for _, sender in rows} if made else ():
        due.put_and_ring("push", tenant_id, account_id)
    return made


def _columns(tenant_id: int, rows: Sequence[tuple[ConsentEvent, int]]) -> dict[str, Any]:
    return {
        "tenant": tenant_id,
        "phones": [event.phone_id for event, _ in rows],
        "senders": [sender for _, sender in rows],
        "seqs": [event.seq for event, _ in rows],
        "correlations": [pushes.correlation_of(tenant_id, event.seq, sender) for event, sender in rows],
        "sources": [pushes.source_of(event.method) for event, _ in rows],
        "imported": [event.method == "import" for event, _ in rows],
        "ats": [event.occurred_at for event, _ in rows],
    }


def push(tenant_id: int, account_id: int, *, beat: Callable[[], object] | None = None) -> datetime | None:
    """Tell the provider of what waits for one account; when to go on, None: nothing is left.

    Each request stands between two transactions, so that a crash repeats at most one, with the same correlation ids.
    Raises `NotTold` when the provider cannot be reached or is busy.
    """
    for _ in range(RUN):
        with tenant_scope(tenant_id):
            account = ProviderAccount.objects.filter(pk=account_id).first()
            if account is None:
                return None
            if account.consents_off_until and account.consents_off_until > timezone.now():
                return account.consents_off_until if _waits(account_id) else None
            items, waiting, imported = _batch(account_id)
            if items is None:
                return timezone.now() + pushes.ANSWER_PAUSE if _waits(account_id) else None
            token = unseal(tenant_id, account.token_sealed)
        if not items:
            continue
        try:
            answer = tell(sid=account.sid, token=token, base_url=account.base_url, items=items)
        except Unanswered as silence:
            if silence.status not in pushes.OFF_FOR:
                raise NotTold(str(silence)) from None
            return _off(tenant_id, account_id, silence.status)
        _record(tenant_id, account_id, waiting, pushes.read_answer(answer))
        if imported:
            return timezone.now() + pushes.IMPORT_PAUSE
        if beat is not None and beat() is False:
            break
    return timezone.now() + pushes.PAUSE


def told_at(*, phone_id: int, sender_id: int) -> datetime | None:
    """When the provider last took an opt-out of this pair from us, in the open scope."""
    entries = ConsentEvent.objects.filter(phone_id=phone_id).values("seq")
    told = ConsentPush.objects.filter(seq__in=entries, sender_id=sender_id, state=PushState.TOLD)
    last: datetime | None = told.aggregate(at=Max("ended_at"))["at"]
    return last


def _waits(account_id: int) -> bool:
    return bool(ConsentPush.objects.filter(account_id=account_id, state=PushState.WAITING).exists())


def _batch(account_id: int) -> tuple[list[str] | None, dict[str, _Waiting], bool]:
    """The next items, their rows by correlation id, and whether they are an import's; None: none can be told now.

    Rows that need not be told any more end here: the person is back, or the provider has its own block.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BATCH, [account_id, pushes.MOST_ITEMS])
        rows = cursor.fetchall()
    _end([(row[0], PushState.NOT_NEEDED, 0, "") for row in rows if not row[7]])
    needed = [row for row in rows if row[7]]
    items = [
        pushes.item(number=number, address=address, correlation=correlation, source=source, occurred_at=at)
        for _, correlation, source, at, number, address, *_ in needed
    ]
    waiting = {row[1]: _Waiting(row[0], (row[8], row[9])) for row in needed}
    return [json.dumps(one) for one in items] if rows else None, waiting, any(row[6] for row in needed)


def _record(
    tenant_id: int, account_id: int, waiting: dict[str, _Waiting], answer: dict[str, tuple[int, str]]
) -> None:
    """Note what became of each item; one that the answer does not name is told again.

    What the provider took it blocks from now on: nobody is to wonder at its refusals after the person came back.
    """
    ended = [
        (waiting[correlation].push_id, PushState.REFUSED if code else PushState.TOLD, code, words)
        for correlation, (code, words) in answer.items()
        if correlation in waiting
    ]
    taken = [waiting[each].pair for each, (code, _) in answer.items() if each in waiting and not code]
    with tenant_scope(tenant_id):
        _end(ended)
        consent.blocked_by_request(taken)
        ProviderAccount.objects.filter(pk=account_id).exclude(consents_off_until=None).update(
            consents_off_until=None, consents_off_why=""
        )
    if not ended:
        raise NotTold("unreadable answer")


def _off(tenant_id: int, account_id: int, status: int) -> datetime:
    until = timezone.now() + pushes.OFF_FOR[status]
    with tenant_scope(tenant_id):
        ProviderAccount.objects.filter(pk=account_id).update(
            consents_off_until=until, consents_off_why=pushes.OFF_WHY[status]
        )
    return until


def _end(rows: Sequence[tuple[int, PushState, int, str]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_END, [list(column) for column in zip(*rows, strict=True)])

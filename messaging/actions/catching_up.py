"""After a restore: what our database says is waiting, against what the provider says it was given (I19).

No request is under way while a transaction is open. Each transaction settles some people whole, so that a run that is
killed has settled them or not, and the next one finds the rest.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from django.db import connection
from django.utils import timezone

from consent.actions import e164_hash
from consent.models import PhoneNumber
from messaging.actions import broadcasts
from messaging.actions.counts import refresh_counts
from messaging.actions.receipts import NOBODY, apply_receipts, keep_receipt
from messaging.listing import Listed, pages
from messaging.models import Broadcast, Message, RawWebhook
from messaging.rules.outcomes import NotSent, Phase
from messaging.rules.pairing import Pairing, Waiting, pair
from messaging.rules.parts import count_parts
from messaging.sender.rendering import Templates
from messaging.webhooks import read_fields
from tenants import due
from tenants.models import ProviderAccount, SenderAddress, SenderNumber
from tenants.rules import SYSTEM
from tenants.scope import current_tenant_id, tenant_scope

WHY_PAUSED = "Restored from a backup. Look at who got it before you resume."
PEOPLE = 200  # in one transaction
Key = tuple[str, int]  # whom, from which sender number
Status = Broadcast.Status

_WAITING = """
SELECT m.id, m.phone_id, m.broadcast_id, m.body, m.tries, p.e164, k.first_name, k.last_name, k.email, k.language,
       k.fields::text, m.phase, m.sender_id
FROM messaging_message m JOIN consent_phonenumber p ON p.id = m.phone_id
LEFT JOIN contacts_contact k ON k.id = m.contact_id
WHERE m.phone_id = ANY(%s) AND m.direction = 0 AND m.sid IS NULL AND m.phase IN (0, 1, 2, 5, 6)
ORDER BY m.id FOR NO KEY UPDATE OF m
"""
_HANDED = f"""
UPDATE messaging_message m
SET phase = {Phase.HANDED}, reason = 0, sid = f.sid, body = f.body, parts = f.parts,
    worded = COALESCE(f.worded, m.worded),
    begun_at = COALESCE(m.begun_at, f.at), ended_at = now(), not_before = NULL, lease_token = NULL, lease_until = NULL
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::smallint[], %s::timestamptz[], %s::bool[])
    AS f(id, sid, body, parts, at, worded)
WHERE m.id = f.id AND m.phase IN (0, 1, 2, 5, 6)
"""
# Callbacks of lost messages, links in texts and integrators' books name ids that new rows would get again: so many are
# left out of each. An old opt-out link must never be somebody else's.
_NEVER_AGAIN = "SELECT count(nextval(pg_get_serial_sequence(%s, 'id'))) FROM generate_series(1, %s)"
LEFT_OUT = 1_000_000
NAMED_OUTSIDE = ("messaging_message", "messaging_broadcast", "consent_phonenumber", "contacts_contact")


@dataclass(slots=True)
class News:
    """What an account's provider has and we do not, oldest first. `elsewhere`: to numbers that are not ours."""

    inbound: list[Listed] = field(default_factory=list)
    outbound: list[Listed] = field(default_factory=list)
    listed: int = 0
    elsewhere: int = 0


@dataclass(slots=True)
class Settled:
    """Messages found at the provider, those that cannot be told apart, and texts that nothing of ours explains."""

    handed: int = 0
    doubtful: int = 0
    unexplained: int = 0


def leave_ids_out() -> None:
    """Before anything new is written: no message, campaign or person may get the id of a lost one."""
    with connection.cursor() as cursor:
        for table in NAMED_OUTSIDE:
            cursor.execute(_NEVER_AGAIN, [table, LEFT_OUT])


def stand_still(tenant_id: int) -> int:
    """Every broadcast that may hand something over is planned to its end and paused; how many were paused."""
    with tenant_scope(tenant_id):
        planning = list(Broadcast.objects.filter(status=Status.PLANNING).values_list("pk", flat=True))
    for broadcast_id in planning:
        broadcasts.plan(tenant_id, broadcast_id)
    with tenant_scope(tenant_id):
        late = Broadcast.objects.filter(status=Status.SCHEDULED, send_at__lte=timezone.now())
        for broadcast_id in list(late.values_list("pk", flat=True)):
            broadcasts.start_scheduled(broadcast_id)
        sending = list(Broadcast.objects.filter(status=Status.SENDING).values_list("pk", flat=True))
        for broadcast_id in sending:
            broadcasts.pause_broadcast(broadcast_id, actor=SYSTEM, reason=WHY_PAUSED)
    return len(sending)


def news_of(account: ProviderAccount, since: datetime, told: Callable[[int], None]) -> News:
    """Read the account's list back to `since` and keep what is not known here."""
    news = News()
    with tenant_scope(account.tenant_id):
        ours = set(SenderAddress.objects.values_list("e164", flat=True))
        ours |= set(SenderNumber.objects.values_list("address", flat=True))
    for page in pages(account, since):
        with tenant_scope(account.tenant_id):
            known = _known([text.sid for text in page])
        news.listed += len(page)
        for text in page:
            if text.sid in known:
                continue
            if not text.inbound:
                news.outbound.append(text)
            elif text.to in ours or text.service in ours:
                news.inbound.append(text)
            else:
                news.elsewhere += 1
        told(news.listed)
    for texts in (news.inbound, news.outbound):
        texts.reverse()
        texts.sort(key=lambda text: text.created)
    return news


def _known(sids: list[str]) -> set[str]:
    kept = RawWebhook.objects.filter(kind=RawWebhook.Kind.INBOUND, key__in=sids)
    linked = Message.objects.filter(sid__in=sids)
    return {*kept.values_list("key", flat=True), *linked.values_list("sid", flat=True)}


def settle(account: ProviderAccount, texts: Sequence[Listed]) -> Settled:
    """Our waiting messages that are among these texts become handed over; what may be one of them is not sent."""
    tenant_id, total = account.tenant_id, Settled()
    touched: set[int] = set()
    with tenant_scope(tenant_id):
        senders = dict(SenderNumber.objects.filter(account_id=account.pk).values_list("pk", "address"))
    templates = Templates()
    people = list(_by_person(texts, senders).items())
    for first in range(0, len(people), PEOPLE):
        with tenant_scope(tenant_id):
            _settle_some(dict(people[first : first + PEOPLE]), account, templates, total, touched)
    apply_receipts(tenant_id)
    with tenant_scope(tenant_id):
        for broadcast_id in sorted(touched):
            refresh_counts(broadcast_id, force=True)
    return total


def _by_person(texts: Sequence[Listed], senders: dict[int, str]) -> dict[Key, list[Listed]]:
    """Texts that an API call made (the carrier's own answers are none), by person and sender number."""
    found: dict[Key, list[Listed]] = defaultdict(list)
    for text in texts:
        for sender_id, address in senders.items():
            if text.by_api and text.is_from(address):
                found[text.to, sender_id].append(text)
    return found


def _settle_some(
    texts: dict[Key, list[Listed]],
    account: ProviderAccount,
    templates: Templates,
    total: Settled,
    touched: set[int],
) -> None:
    """Some people, whole, in the open scope."""
    waiting: dict[Key, list[Waiting]] = defaultdict(list)
    for key, one, broadcast_id in _waiting({to for to, _ in texts}, templates):
        waiting[key].append(one)
        if broadcast_id is not None and key in texts:
            touched.add(broadcast_id)
    for key, theirs in texts.items():
        pairing = pair(waiting[key], theirs)
        _write(
            pairing,
            {one.id: one.bodies for one in waiting[key]},
            {text.sid: text for text in theirs},
            account,
        )
        total.handed += len(pairing.handed)
        total.doubtful += len(pairing.doubtful)
        total.unexplained += len(pairing.left)


def _waiting(people: set[str], templates: Templates) -> Iterator[tuple[Key, Waiting, int | None]]:
    hashes = [e164_hash(e164) for e164 in people]
    phones = list(PhoneNumber.objects.filter(e164_hash__in=hashes).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [phones])
        rows = cursor.fetchall()
    wanted = {row[2] for row in rows if row[2] is not None and row[3] is None}
    frozen = Broadcast.objects.filter(pk__in=wanted)
    for known in frozen.values_list("pk", "text", "footer", "footer_first", "footer_every"):
        templates.keep(*known)
    for *row, phase, sender_id in rows:
        row[-1] = json.loads(row[-1] or "{}")
        bodies, sure = templates.bodies(row, current_tenant_id(), sender_id)
        yield (row[5] or "", sender_id), Waiting(row[0], phase, bodies, sure), row[2]


def _write(
    pairing: Pairing, bodies: dict[int, tuple[str, ...]], texts: dict[str, Listed], account: ProviderAccount
) -> None:
    if pairing.handed:
        ids, found = list(pairing.handed), [texts[sid] for sid in pairing.handed.values()]
        # Where the wording comes by time: whether this text had it. Else it is not asked.
        worded = [
            text.body == bodies[one][0] if len(bodies[one]) > 1 else None
            for one, text in zip(ids, found, strict=True)
        ]
        parts = [count_parts(text.body).parts for text in found]
        with connection.cursor() as cursor:
            cursor.execute(
                _HANDED,
                [
                    ids,
                    [t.sid for t in found],
                    [t.body for t in found],
                    parts,
                    [t.created for t in found],
                    worded,
                ],
            )
        for one, sid in pairing.handed.items():
            _keep_receipt(texts[sid], one, account)
    Message.objects.filter(pk__in=pairing.doubtful, phase__in=[Phase.QUEUED, Phase.CLAIMED]).update(
        phase=Phase.NOT_SENT,
        reason=NotSent.RESTORE_DOUBT,
        ended_at=timezone.now(),
        lease_token=None,
        lease_until=None,
    )


def _keep_receipt(text: Listed, message_id: int, account: ProviderAccount) -> None:
    """What the list says of a text, as the callback would have said it; one that came too early counts now."""
    said = {"MessageSid": text.sid, "MessageStatus": text.status, "AccountSid": account.sid}
    raw = urlencode(said | ({"ErrorCode": str(text.code)} if text.code else {})).encode()
    keep_receipt(fields=read_fields(raw), raw=raw, account_id=account.pk, message_ref=message_id)
    early = RawWebhook.objects.filter(
        kind=RawWebhook.Kind.STATUS, key__startswith=f"{text.sid}|", state=2, note=NOBODY
    )
    if early.update(state=0, note="", received_at=timezone.now()):
        due.put("receipts", account.tenant_id, 0)

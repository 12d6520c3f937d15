"""Inbound texts: raw bytes first, once; then the message they become."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from messaging.models import Message, RawWebhook
from messaging.models.messages import Direction
from messaging.rules.links import without_tokens
from messaging.rules.outcomes import Phase
from messaging.rules.parts import count_parts
from messaging.webhooks import Fields
from tenants.models import SenderAddress, SenderNumber
from tenants.scope import current_tenant_id
from tenants.statements import Statement

log = logging.getLogger(__name__)

ANSWER_WINDOW = timedelta(days=7)

_KEEP = """
INSERT INTO messaging_rawwebhook (tenant_id, kind, key, body, account_id, sender_id, message_ref, state, note,
                                  repeats, received_at)
VALUES (NULLIF(current_setting('app.tenant_id', true), '')::bigint, %s, %s, %s, %s, %s, %s, 0, '', 0,
        clock_timestamp())
ON CONFLICT (tenant_id, kind, key) DO UPDATE SET repeats = messaging_rawwebhook.repeats + 1
RETURNING id, state, repeats,
    (SELECT w.body = %s FROM messaging_rawwebhook w WHERE w.id = messaging_rawwebhook.id)
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept webhook: its row, whether it is the first of its id, and whether it has been applied."""

    id: int
    first: bool
    applied: bool


def keep_webhook(
    *,
    kind: str,
    key: str,
    raw: bytes,
    account_id: int,
    sender_id: int | None = None,
    message_ref: int | None = None,
) -> Kept:
    """Keep the bytes as received, once by the provider's id (promise 4). A repeat is counted, never applied again."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [kind, key[:120], raw, account_id, sender_id, message_ref, raw])
        row = cursor.fetchone()
    if row[3] is False and kind == RawWebhook.Kind.INBOUND:
        log.warning("a webhook came again with other content; the first counts", extra={"kind": kind})
    return Kept(id=row[0], first=row[2] == 0, applied=row[1] != 0)


def sender_texted(fields: Fields) -> SenderNumber | None:
    """The sender number a text was sent to: by its address, or by the messaging service it belongs to."""
    address = SenderAddress.objects.select_related("sender").filter(e164=fields["To"]).first()
    if address:
        return address.sender
    names = [name for name in (fields["MessagingServiceSid"], fields["To"]) if name]
    return SenderNumber.objects.filter(address__in=names).first() if names else None


def answered_message(*, phone_id: int, sender_id: int) -> Message | None:
    """The last text this person got from the sender within a week: what their reply answers (B4)."""
    since = timezone.now() - ANSWER_WINDOW
    found: Message | None = (
        Message.objects.filter(
            phone_id=phone_id,
            sender_id=sender_id,
            direction=Direction.OUT,
            phase__in=[Phase.BEGUN, Phase.HANDED, Phase.UNKNOWN],
            begun_at__gte=since,
        )
        .exclude(message_class=0)
        .order_by("-id")
        .first()
    )
    return found


def record_inbound(
    *,
    fields: Fields,
    text: str,
    phone_id: int,
    sender_id: int,
    contact_id: int | None,
    answers_id: int | None,
) -> Message:
    """The message row and thread of an inbound text."""
    now = timezone.now()
    message: Message = Message.objects.create(
        direction=Direction.IN,
        message_class=2,
        phase=Phase.HANDED,
        phone_id=phone_id,
        sender_id=sender_id,
        contact_id=contact_id,
        answers_id=answers_id,
        body=text,
        parts=count_parts(text).parts,
        sid=fields.sid[:34] or None,
        begun_at=now,
        ended_at=now,
    )
    touch_thread(phone_id=phone_id, sender_id=sender_id, text=text, direction=Direction.IN)
    return message


def received_at(message: Message) -> datetime:
    """When an inbound text reached us. Its row is written with its act, which may come later."""
    raw = RawWebhook.objects.filter(kind=RawWebhook.Kind.INBOUND, key=message.sid) if message.sid else None
    arrived: datetime | None = raw.values_list("received_at", flat=True).first() if raw is not None else None
    return arrived or message.created_at


def told_at(message: Message) -> datetime:
    """The second in which a text that opts in reached us: at the same second STOP wins, and a later STOP always."""
    return received_at(message).replace(microsecond=0)


_THREAD = """
INSERT INTO messaging_thread (tenant_id, phone_id, sender_id, last_text, last_direction, last_at, unread)
VALUES (NULLIF(current_setting('app.tenant_id', true), '')::bigint, %(phone)s, %(sender)s, %(text)s, %(way)s,
        now(), %(new)s)
ON CONFLICT (phone_id, sender_id) DO UPDATE SET last_text = EXCLUDED.last_text, last_at = now(),
    last_direction = EXCLUDED.last_direction, unread = messaging_thread.unread + EXCLUDED.unread
"""


_ANSWERED = Statement("""
WITH heard AS (
    INSERT INTO messaging_message (tenant_id, direction, message_class, phase, reason, receipt, parts, tries,
        contact_id, phone_id, sender_id, answers_id, body, sid, created_at, begun_at, ended_at)
    VALUES (%(tenant)s, 1, 2, 3, 0, 0, %(parts)s, 0, %(contact)s, %(phone)s, %(sender)s, %(answers)s, %(body)s,
        %(sid)s, statement_timestamp(), statement_timestamp(), statement_timestamp())
    RETURNING id
), thread AS (
    INSERT INTO messaging_thread (tenant_id, phone_id, sender_id, last_text, last_direction, last_at, unread)
    VALUES (%(tenant)s, %(phone)s, %(sender)s, %(shown)s, 1, now(), 1)
    ON CONFLICT (phone_id, sender_id) DO UPDATE SET last_text = EXCLUDED.last_text, last_at = now(),
        last_direction = EXCLUDED.last_direction, unread = messaging_thread.unread + EXCLUDED.unread
), reply AS (
    INSERT INTO messaging_message (tenant_id, direction, message_class, phase, reason, receipt, parts, tries,
        contact_id, phone_id, sender_id, answers_id, body, created_at, expires_at)
    SELECT %(tenant)s, 0, 0, 0, 0, 0, %(reply_parts)s, 0, %(contact)s, %(phone)s, %(sender)s, heard.id, %(reply)s,
        statement_timestamp(), statement_timestamp() + make_interval(secs => %(life)s)
    FROM heard WHERE %(reply)s::text <> ''
), done AS (
    UPDATE messaging_rawwebhook SET state = 1, note = '', applied_at = now() WHERE id = %(raw)s
), dropped AS (
    DELETE FROM tenants_due WHERE kind = 'inbound' AND tenant_id = %(tenant)s AND ref = %(raw)s
)
SELECT id FROM heard
""")


def record_answered(
    *,
    raw_id: int,
    fields: Fields,
    text: str,
    phone_id: int,
    sender_id: int,
    contact_id: int | None,
    answers_id: int | None,
    reply: str,
    life: timedelta,
) -> None:
    """In one statement: the text's message and thread, its one reply ("" for none), and the webhook as applied.

    What `record_inbound`, `queue_reply` and `mark_applied` write. The caller holds the webhook's row, which is what
    makes the reply the only one, and puts the sender's due work, which must not wait for anything after it.
    """
    _ANSWERED.row(
        tenant=current_tenant_id(), raw=raw_id, phone=phone_id, sender=sender_id, contact=contact_id,
        answers=answers_id, body=text, parts=count_parts(text).parts, sid=fields.sid[:34] or None,
        shown=without_tokens(text)[:200], reply=reply, reply_parts=count_parts(reply).parts,
        life=life.total_seconds(),
    )  # fmt: skip


def touch_thread(*, phone_id: int, sender_id: int, text: str, direction: int) -> None:
    """Bring the conversation up to date; an inbound text counts as unread."""
    with connection.cursor() as cursor:
        cursor.execute(
            _THREAD,
            {
                "phone": phone_id,
                "sender": sender_id,
                "text": without_tokens(text)[:200],
                "way": int(direction),
                "new": int(direction == Direction.IN),
            },
        )


def mark_applied(raw_id: int, *, odd: str = "") -> None:
    """The webhook has done its work; `odd` keeps it for a person to look at instead."""
    RawWebhook.objects.filter(pk=raw_id).update(
        state=2 if odd else 1, note=odd[:200], applied_at=timezone.now()
    )

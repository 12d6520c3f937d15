"""What messaging keeps of an erased person goes (F3): words of texts and raw webhooks. That a text was sent stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from consent.models import ConsentEvent
from messaging.models import Message, RawWebhook, Thread
from messaging.rules.parts import count_parts

#: What a provider says of a text on its way; each came as a webhook of its own, which names both numbers.
_STATUSES = (
    "accepted", "scheduled", "queued", "sending", "sent", "delivered", "undelivered", "failed", "read", "canceled",
    "receiving", "received",
)  # fmt: skip
_AT_ONCE = 500
_WAITING = (0, 1)  # for a sender, or claimed by one that has not begun
_WIPE = """
UPDATE messaging_message SET body = '' WHERE phone_id = %s AND created_at <= %s AND body <> '' RETURNING id
"""


def forget(erased: Iterable[ConsentEvent]) -> int:
    """Take the words out of what was said up to each erasure; who came back since is heard anew. How many texts."""
    wiped = 0
    for event in erased:
        with connection.cursor() as cursor:
            cursor.execute(_WIPE, [event.phone_id, event.recorded_at])
            wiped += cursor.rowcount
        Thread.objects.filter(phone_id=event.phone_id, last_at__lte=event.recorded_at).update(last_text="")
        _forget_raw(event)
    return wiped


def forget_texts(message_ids: Sequence[int], *, instead: str) -> None:
    """Texts to others that named an erased person: what has left loses its words, what waits says `instead`."""
    texts = Message.objects.filter(pk__in=message_ids).exclude(body="")
    texts.filter(phase__in=_WAITING).update(body=instead, parts=count_parts(instead).parts)
    texts.exclude(phase__in=_WAITING).update(body="")


def _forget_raw(event: ConsentEvent) -> None:
    """The bytes of webhooks that were applied. They are found by their keys, which the index holds."""
    texts = Message.objects.filter(
        phone_id=event.phone_id, created_at__lte=event.recorded_at, sid__isnull=False
    )
    sids = list(texts.order_by("pk").values_list("sid", "error_code"))
    for at in range(0, len(sids), _AT_ONCE):
        some = sids[at : at + _AT_ONCE]
        receipts = [
            f"{sid}|{status}|{code}" for sid, known in some for status in _STATUSES for code in _codes(known)
        ]
        kept = RawWebhook.objects.exclude(state=0)
        kept.filter(kind=RawWebhook.Kind.INBOUND, key__in=[sid for sid, _ in some]).update(body=b"")
        kept.filter(kind=RawWebhook.Kind.STATUS, key__in=receipts).update(body=b"")


def _codes(known: int | None) -> tuple[str, ...]:
    return ("",) if known is None else ("", str(known))

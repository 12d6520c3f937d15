"""Trying again: a text that did not reach some people goes to them in a later broadcast, and each gets it once.

Such a broadcast names the first one in its audience ("once_more_of"). All that name the same one are one family.
"""

from __future__ import annotations

from django.db.models import Q

from messaging.models import Broadcast
from messaging.rules.outcomes import NotSent, Phase, Receipt

ALREADY = int(NotSent.DUPLICATE)
_FAILED = f"receipt BETWEEN {int(Receipt.UNDELIVERED)} AND {int(Receipt.DELIVERED) - 1}"
_MAY_HAVE = ", ".join(str(int(phase)) for phase in (Phase.BEGUN, Phase.HANDED, Phase.UNKNOWN))


def got_sql(row: str) -> str:
    """SQL: whether the person of a message has it, may have it, or is to get it."""
    waiting = f"{int(Phase.QUEUED)}, {int(Phase.CLAIMED)}"
    return f"({row}.phase IN ({waiting}, {_MAY_HAVE}) AND NOT {row}.{_FAILED})"


def may_have_sql(row: str) -> str:
    """SQL: whether the person of a message has it, or may have it: asked again when another is to begin."""
    return f"({row}.phase IN ({_MAY_HAVE}) AND NOT {row}.{_FAILED})"


def others_sql(order: str) -> str:
    """SQL: the ids of a broadcast's family without its own; null where it is no try of another's text."""
    first = "audience -> 'once_more_of'"
    return (
        f"CASE WHEN {order}.{first} IS NOT NULL THEN ARRAY(SELECT f.id FROM messaging_broadcast f "
        f"WHERE f.id <> {order}.id AND (to_jsonb(f.id) = {order}.{first} OR f.{first} = {order}.{first})) END"
    )


def family_of(first: int) -> list[int]:
    """The broadcast that was first, and those which tried again with whom it did not reach."""
    found = Broadcast.objects.filter(Q(pk=first) | Q(audience__once_more_of=first))
    return list(found.order_by("pk").values_list("pk", flat=True))


def got_set(first: int, span: tuple[int, int] | None = None) -> str:
    """SQL of the phones (phone_id, each once) that one of the family reached or still may.

    `span`: their lowest and highest id, as for `messaging.exclusions.verdicts_sql`.
    """
    ids = ", ".join(map(str, family_of(first))) or "0"
    within = f" AND g.phone_id BETWEEN {int(span[0])} AND {int(span[1])}" if span else ""
    return (
        f"SELECT DISTINCT g.phone_id FROM messaging_message g WHERE g.broadcast_id IN ({ids}){within}"
        f" AND {got_sql('g')}"
    )

"""Who of an audience gets a broadcast and who is left out, by reason: one query for the funnel, the list and the plan.

The three share `verdicts_sql`, so that the numbers before launch and the rows after it agree.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import connection

from consent.gate_sql import gate_set
from contacts.audience import Audience, audience_sql, check_audience
from contacts.models import Contact, ContactTag, GroupMember
from messaging import again
from messaging.models.messages import MessageClass
from messaging.rules.outcomes import NotSent
from tenants.models import Tenant
from tenants.scope import current_tenant_id

OK = 0
LARGE = 20_000
# A person who may get this, but stopped another number of ours, where the box `skip_any_stop` is ticked.
STOPPED_ANOTHER = int(NotSent.STOPPED_ANY)
# As lists and funnels show them: stopped, opted out, unknown, pending, on hold, blocked, then the rest.
ORDER = (8, STOPPED_ANOTHER, 7, 9, 11, 10, 4, 5, 6, 1, 2, 3, 12)

CLASS_OF_PURPOSE = {
    "marketing": MessageClass.MARKETING,
    "service": MessageClass.SERVICE,
    "transactional": MessageClass.TRANSACTIONAL,
}


@dataclass(frozen=True, slots=True)
class Funnel:
    """`chosen` people, of whom `left_out` by reason (consent's Gate values and STOPPED_ANOTHER, in the order shown)."""

    chosen: int
    left_out: dict[int, int] = field(default_factory=dict)
    ms: float = 0.0

    @property
    def will_get(self) -> int:
        """People left."""
        return self.chosen - sum(self.left_out.values())


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A person who is left out."""

    contact_id: int
    phone_id: int
    name: str
    e164: str
    reason: int


def verdicts_sql(
    audience: Audience,
    *,
    sender_id: int,
    purpose: str,
    after: int | None = None,
    upto: int | None = None,
    span: tuple[int, int] | None = None,
) -> tuple[str, list[Any]]:
    """SQL of rows (contact_id, phone_id, reason), reason 0 = gets it, for everyone of the audience.

    To be run inside `by_sets()`. `span`: lowest and highest phone id of the contacts after < id <= upto.
    """
    chosen, params = audience_sql(audience, after=after, upto=upto)
    message_class = CLASS_OF_PURPOSE[purpose]
    gates = gate_set(
        phone="a.phone_id",
        sender=str(int(sender_id)),
        message_class=int(message_class),
        needs_opt_in=message_class == MessageClass.MARKETING and _needs_opt_in(),
        span=span,
    )
    joins, gate = gates.joins, gates.gate
    if audience.skip_any_stop:
        joins += " LEFT JOIN consent_phonenumber stopped ON stopped.id = a.phone_id AND stopped.stopped_at IS NOT NULL"
        gate = f"COALESCE(NULLIF({gate}, {OK}), CASE WHEN stopped.id IS NULL THEN {OK} ELSE {STOPPED_ANOTHER} END)"
    if audience.once_more_of is not None:
        joins += f" LEFT JOIN ({again.got_set(audience.once_more_of, span)}) had ON had.phone_id = a.phone_id"
        gate = f"COALESCE(NULLIF({gate}, {OK}), CASE WHEN had.phone_id IS NULL THEN {OK} ELSE {again.ALREADY} END)"
    return f"SELECT a.contact_id, a.phone_id, {gate} AS reason FROM ({chosen}) a {joins}", params


_SWITCH = "SELECT set_config(name, %s, true) FROM unnest(%s::text[]) AS name"


@contextmanager
def by_sets(how: Literal["hash", "merge"] = "hash") -> Iterator[None]:
    """Let PostgreSQL join these sets by hash, or by merging ordered indexes, and never person by person.

    Right after an import its statistics know nothing of the new people; it then believes that every join finds one
    row and compares each person with each other one: seconds for 5,000 people, hours for a million. Merging is twice
    as fast as hashing where most people of a tenant are asked about.
    """
    off = ["enable_nestloop", "jit"] + (["enable_hashjoin"] if how == "merge" else [])
    with connection.cursor() as cursor:
        cursor.execute(_SWITCH, ["off", off])
        yield
        cursor.execute(_SWITCH, ["on", off])


def funnel(audience: dict[str, Any] | Audience, sender_id: int, purpose: str) -> Funnel:
    """Count an audience by reason. Raises `Refused("audience_invalid")`."""
    started = time.monotonic()
    checked = audience if isinstance(audience, Audience) else check_audience(audience)
    verdicts, params = verdicts_sql(checked, sender_id=sender_id, purpose=purpose)
    with by_sets("merge" if _is_large(checked) else "hash"), connection.cursor() as cursor:
        cursor.execute(f"SELECT reason, count(*) FROM ({verdicts}) v GROUP BY reason", params)
        counted = {int(reason): int(n) for reason, n in cursor.fetchall()}
    left_out = {reason: n for reason, n in counted.items() if reason != OK}
    ms = (time.monotonic() - started) * 1000
    return Funnel(sum(counted.values()), dict(sorted(left_out.items(), key=lambda item: _rank(item[0]))), ms)


def left_out_people(
    audience: dict[str, Any] | Audience,
    sender_id: int,
    purpose: str,
    gate: int | None = None,
    after_id: int = 0,
    limit: int = 50,
) -> list[LeftOut]:
    """One page of the people behind a number of the funnel (`gate` None: all of them), by contact id."""
    checked = audience if isinstance(audience, Audience) else check_audience(audience)
    verdicts, params = verdicts_sql(checked, sender_id=sender_id, purpose=purpose, after=after_id)
    wanted = "reason <> 0" if gate is None else "reason = %s"
    given = [*params, *([] if gate is None else [int(gate)]), limit]
    page = f"SELECT contact_id, reason FROM ({verdicts}) v WHERE {wanted} ORDER BY contact_id LIMIT %s"
    with by_sets(), connection.cursor() as cursor:
        cursor.execute(page, given)
        found = cursor.fetchall()
    return _named(dict(found))


def _named(reasons: dict[int, int]) -> list[LeftOut]:
    people = Contact.objects.filter(pk__in=reasons).select_related("phone").order_by("pk")
    return [LeftOut(p.pk, p.phone_id, p.name, p.phone.e164 or "", reasons[p.pk]) for p in people]


def _is_large(audience: Audience) -> bool:
    chosen = audience.include
    if chosen.everyone or chosen.unsubscribed:
        return True
    members = GroupMember.objects.filter(group__in=chosen.groups).values("pk")[:LARGE]
    uses = ContactTag.objects.filter(tag__in=chosen.tags).values("pk")[:LARGE]
    return members.count() >= LARGE or uses.count() >= LARGE


def _needs_opt_in() -> bool:
    return bool(Tenant.objects.values_list("marketing_needs_opt_in", flat=True).get(pk=current_tenant_id()))


def _rank(reason: int) -> tuple[int, int]:
    return (ORDER.index(reason) if reason in ORDER else len(ORDER), reason)

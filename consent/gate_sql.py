"""The gate as SQL: equal to `consent.rules.gate.decide`, which a property test holds.

Both forms are fragments for a statement that the caller writes, to run inside the tenant's scope. They ask for
exceptions, through partial indexes whose conditions use operators that may run below row-level security.
"""

from __future__ import annotations

from dataclasses import dataclass

from consent.rules.gate import MARKETING, REPLY, Gate

ERASED_REASON = "erased"

_GIVES = {gate.name: str(gate.value) for gate in Gate}
_NO_ROW = "(state = 'opted_out' OR provider_block_since IS NOT NULL)"
_CAME_BACK = (
    "EXISTS (SELECT FROM consent_permission WHERE phone_id = {phone} AND sender_id = {sender} "
    "AND state = 'opted_in' AND event > {all_stopped})"
)


def gate_case(*, phone: str, sender: str, message_class: str, needs_opt_in: str) -> str:
    """SQL expression, smallint, `Gate` values, 0 = may: for one row or a batch of some hundred.

    Each argument is an SQL expression of the outer statement: phone id, sender id, message class, a boolean. Columns
    are written with their table's name: bare ones would be looked for in the sub-selects first.
    The expression holds no parameters and no percent signs.
    The phone, its permission and its holds are each found once, by the phone's id whatever the planner believes
    (OFFSET 0); a probe for each question cost a fifth more of a whole tick.
    """
    _qualified(phone, sender, message_class, needs_opt_in)
    marketing = f"{message_class} = {MARKETING}"
    came_back = _CAME_BACK.format(phone=phone, sender=sender, all_stopped="gp.all_stopped_event")
    return f"""COALESCE((SELECT CASE
        WHEN gp.e164 IS NULL THEN CASE WHEN gp.block_reason = '{ERASED_REASON}' THEN {_GIVES["ERASED"]}
                                       ELSE {_GIVES["NO_NUMBER"]} END
        WHEN {message_class} = {REPLY} THEN CASE WHEN gn.provider_block_since IS NOT NULL
                                                 THEN {_GIVES["PROVIDER_BLOCK"]} ELSE 0 END
        WHEN gp.blocked_at IS NOT NULL THEN {_GIVES["BLOCKED"]}
        WHEN 'stop_in_progress' = ANY(gh.reasons) THEN {_GIVES["STOP_IN_PROGRESS"]}
        WHEN {marketing} AND 'under_review' = ANY(gh.reasons) THEN {_GIVES["UNDER_REVIEW"]}
        WHEN {marketing} AND 'provider_doubt' = ANY(gh.reasons) THEN {_GIVES["PROVIDER_DOUBT"]}
        WHEN gp.all_stopped_event IS NOT NULL AND NOT {came_back} THEN {_GIVES["OPTED_OUT_ALL"]}
        WHEN gn.state = 'opted_out' THEN {_GIVES["OPTED_OUT"]}
        WHEN gn.provider_block_since IS NOT NULL THEN {_GIVES["PROVIDER_BLOCK"]}
        WHEN {marketing} AND EXISTS (SELECT FROM consent_optinrequest WHERE phone_id = {phone}
             AND sender_id = {sender} AND closed_at IS NULL) THEN {_GIVES["PENDING"]}
        WHEN {marketing} AND {needs_opt_in} AND gn.state IS DISTINCT FROM 'opted_in' THEN {_GIVES["NO_OPT_IN"]}
        WHEN gp.unusable_at IS NOT NULL THEN {_GIVES["UNUSABLE"]}
        ELSE 0 END
      FROM (SELECT * FROM consent_phonenumber WHERE id = {phone} OFFSET 0) gp
      LEFT JOIN LATERAL (SELECT state, provider_block_since FROM consent_permission
           WHERE phone_id = {phone} AND sender_id = {sender} OFFSET 0) gn ON true
      CROSS JOIN LATERAL (SELECT ARRAY(SELECT reason FROM consent_hold
           WHERE phone_id = {phone} AND (sender_id IS NULL OR sender_id = {sender})) AS reasons OFFSET 0) gh
    ), {_GIVES["NO_NUMBER"]})::smallint"""


@dataclass(frozen=True, slots=True)
class GateSet:
    """`joins` follows the FROM that yields the people; `gate` is then an expression for the select list."""

    joins: str
    gate: str


def gate_set(
    *, phone: str, sender: str, message_class: int, needs_opt_in: bool, span: tuple[int, int] | None = None
) -> GateSet:
    """The same answer for sets (fan-out, funnel): joins to the few exceptions, and to the opt-ins only if asked.

    `phone` is the people's phone id column, `sender` an SQL expression that does not depend on the row (a number or
    a parameter). Each join finds at most one row for a person. The people's phones must be the tenant's own rows.
    Joined names: gx, gn, gh, gq, gy.
    `span`: lowest and highest phone id of the people, where they are a small part of all; no join reads more then.
    """
    _qualified(phone, sender)
    marketing = message_class == MARKETING
    within = f" AND phone_id BETWEEN {int(span[0])} AND {int(span[1])}" if span else ""
    joins = [
        f"""LEFT JOIN (SELECT id, e164, blocked_at, block_reason, all_stopped_event, unusable_at
             FROM consent_phonenumber WHERE blocked_at IS NOT NULL OR all_stopped_event IS NOT NULL
             OR unusable_at IS NOT NULL OR e164 IS NULL) gx ON gx.id = {phone}{within.replace("phone_id", "gx.id")}""",
        f"""LEFT JOIN (SELECT phone_id, state, provider_block_since FROM consent_permission
             WHERE sender_id = {sender} AND {_NO_ROW}{within}) gn ON gn.phone_id = {phone}""",
        f"""LEFT JOIN (SELECT phone_id, bool_or(reason = 'stop_in_progress') AS stopping,
             bool_or(reason = 'under_review') AS review, bool_or(reason = 'provider_doubt') AS doubt
             FROM consent_hold WHERE (sender_id IS NULL OR sender_id = {sender}){within} GROUP BY phone_id) gh
             ON gh.phone_id = {phone}""",
    ]
    came_back = _CAME_BACK.format(phone=phone, sender=sender, all_stopped="gx.all_stopped_event")
    stopped = [
        ("gx.blocked_at IS NOT NULL", Gate.BLOCKED),
        ("gh.stopping", Gate.STOP_IN_PROGRESS),
        *([("gh.review", Gate.UNDER_REVIEW), ("gh.doubt", Gate.PROVIDER_DOUBT)] if marketing else []),
        (f"gx.all_stopped_event IS NOT NULL AND NOT {came_back}", Gate.OPTED_OUT_ALL),
        ("gn.state = 'opted_out'", Gate.OPTED_OUT),
    ]
    opting = []
    if marketing:
        joins.append(
            f"""LEFT JOIN (SELECT phone_id FROM consent_optinrequest
             WHERE sender_id = {sender} AND closed_at IS NULL{within}) gq ON gq.phone_id = {phone}"""
        )
        opting.append(("gq.phone_id IS NOT NULL", Gate.PENDING))
    if marketing and needs_opt_in:
        joins.append(
            f"""LEFT JOIN (SELECT phone_id FROM consent_permission
             WHERE sender_id = {sender} AND state = 'opted_in'{within}) gy ON gy.phone_id = {phone}"""
        )
        opting.append(("gy.phone_id IS NULL", Gate.NO_OPT_IN))
    asked = [
        (f"gx.id IS NOT NULL AND gx.e164 IS NULL AND gx.block_reason = '{ERASED_REASON}'", Gate.ERASED),
        ("gx.id IS NOT NULL AND gx.e164 IS NULL", Gate.NO_NUMBER),
        *([] if message_class == REPLY else stopped),
        ("gn.provider_block_since IS NOT NULL", Gate.PROVIDER_BLOCK),
        *opting,
        *([] if message_class == REPLY else [("gx.unusable_at IS NOT NULL", Gate.UNUSABLE)]),
    ]
    whens = " ".join(f"WHEN {condition} THEN {gate.value}" for condition, gate in asked)
    return GateSet(joins=" ".join(joins), gate=f"(CASE {whens} ELSE 0 END)::smallint")


def _qualified(*expressions: str) -> None:
    for expression in expressions:
        if expression.isidentifier() and expression.lower() not in {"true", "false"}:
            raise ValueError(f"write {expression!r} with its table's name")

"""One gate in three forms: `decide`, `gate_case` and `gate_set` give the same answer for every state.

Mutations tried, each red: one WHEN of gate_case removed; the "came back" exception dropped from gate_set; a hold of
another sender counted; a closed request counted as pending; `decide` asking the provider's block before the opt-out.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.gate_sql import gate_case, gate_set
from consent.models import Hold, OptInRequest, Permission, PhoneNumber
from consent.reading import phone_facts
from consent.rules.gate import Gate, PhoneFacts, decide
from tenants.models import SenderNumber

REASONS = [r.value for r in Hold.Reason]

states = st.fixed_dictionaries(
    {
        "number": st.sampled_from(["there", "there", "there", "erased", "none"]),
        "blocked": st.booleans(),
        "unusable": st.booleans(),
        "all_stopped": st.sampled_from([None, None, 5]),
        "permissions": st.tuples(
            *[
                st.tuples(
                    st.sampled_from(["", "", "opted_in", "opted_out"]), st.sampled_from([3, 7]), st.booleans()
                )
            ]
            * 2
        ),
        "holds": st.lists(
            st.tuples(st.sampled_from(REASONS), st.sampled_from([None, 0, 1])), max_size=2, unique=True
        ),
        "pending": st.sets(st.sampled_from([0, 1])),
        "closed": st.booleans(),
    }
)


class Undone(Exception):
    """Takes back what one example inserted."""


def insert(given_state: dict[str, Any], senders: list[int], n: int) -> int:
    """A phone number in that state."""
    now = timezone.now()
    number = given_state["number"]
    phone = PhoneNumber.objects.create(
        e164=None if number != "there" else f"+1202555{n:04d}",
        e164_hash=n.to_bytes(32, "big"),
        block_reason="erased" if number == "erased" else "",
        blocked_at=now if given_state["blocked"] or number == "erased" else None,
        unusable_at=now if given_state["unusable"] else None,
        all_stopped_event=given_state["all_stopped"],
    )
    for sender, (state, event, blocks) in zip(senders, given_state["permissions"], strict=True):
        if state:
            Permission.objects.create(
                phone=phone,
                sender_id=sender,
                state=state,
                event=event,
                provider_block_since=now if blocks else None,
            )
    for i, (reason, which) in enumerate(given_state["holds"]):
        sender_id = None if which is None else senders[which]
        Hold.objects.create(phone=phone, sender_id=sender_id, reason=reason, event_key=f"k{i}")
    for which in given_state["pending"]:
        closed = now if given_state["closed"] else None
        OptInRequest.objects.create(phone=phone, sender_id=senders[which], expires_at=now, closed_at=closed)
    return phone.pk


def answers(phones: list[int], sender: int, message_class: int, needs: bool) -> list[tuple[int, int]]:
    """(gate_case, gate_set) for each phone."""
    case = gate_case(
        phone="a.phone_id", sender="a.sender_id", message_class="a.class", needs_opt_in="a.needs"
    )
    sets = gate_set(phone="a.phone_id", sender=str(sender), message_class=message_class, needs_opt_in=needs)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {case}, {sets.gate} FROM (SELECT id AS phone_id, {sender}::bigint AS sender_id, "
            f"{message_class}::smallint AS class, {needs} AS needs FROM unnest(%s::bigint[]) AS id) a {sets.joins} "
            "ORDER BY a.phone_id",
            [phones],
        )
        return list(cursor.fetchall())


@pytest.mark.parametrize("message_class", range(4))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(many=st.lists(states, min_size=4, max_size=8), needs=st.booleans())
def test_the_three_forms_agree(
    message_class: int, scope: int, many: list[dict[str, Any]], needs: bool
) -> None:
    senders = list(SenderNumber.objects.order_by("id").values_list("id", flat=True))
    try:
        with transaction.atomic():
            phones = [insert(s, senders, n) for n, s in enumerate(many)]
            for sender in senders:
                facts = phone_facts(phones, [sender])
                decided = [
                    int(decide(facts[p, sender], message_class=message_class, needs_opt_in=needs))
                    for p in phones
                ]
                assert answers(phones, sender, message_class, needs) == [(d, d) for d in decided]
            raise Undone
    except Undone:
        pass


def test_every_answer_can_be_given() -> None:
    """And in the order of asking: of two reasons the earlier decides."""
    asked = [
        ({"has_number": False, "erased": True}, Gate.ERASED),
        ({"has_number": False}, Gate.NO_NUMBER),
        ({"blocked": True}, Gate.BLOCKED),
        ({"stop_in_progress": True}, Gate.STOP_IN_PROGRESS),
        ({"under_review": True}, Gate.UNDER_REVIEW),
        ({"provider_doubt": True}, Gate.PROVIDER_DOUBT),
        ({"all_stopped_event": 9}, Gate.OPTED_OUT_ALL),
        ({"state": "opted_out"}, Gate.OPTED_OUT),
        ({"provider_block": True}, Gate.PROVIDER_BLOCK),
        ({"pending": True}, Gate.PENDING),
        ({}, Gate.NO_OPT_IN),
    ]
    values: dict[str, Any] = {}
    for more, gate in reversed(asked):
        values = values | more
        if gate in {Gate.NO_NUMBER, Gate.ERASED}:
            values = more
        assert decide(PhoneFacts(**values), message_class=3, needs_opt_in=True) == gate
    assert (
        decide(PhoneFacts(state="opted_in", unusable=True), message_class=3, needs_opt_in=True)
        == Gate.UNUSABLE
    )
    assert decide(PhoneFacts(state="opted_in"), message_class=3, needs_opt_in=True) == Gate.OK


def test_a_phone_of_another_tenant_has_no_number(scope: int) -> None:
    case = gate_case(phone="987654321::bigint", sender="1::bigint", message_class="0", needs_opt_in="true")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {case}")
        assert cursor.fetchone() == (Gate.NO_NUMBER,)

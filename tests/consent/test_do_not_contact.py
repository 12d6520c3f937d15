"""Why a number is on the do-not-contact list: the entry that keeps it there, not the newest one that once did (B5)."""

from __future__ import annotations

import pytest

from consent.actions import block, erase, mistake, phone_for, start, unblock
from consent.models.ledger import Method
from consent.reading import do_not_contact
from tenants.models import SenderNumber
from tenants.rules import SYSTEM, Actor
from tests.consent.test_stop_start import NUMBER, stop


@pytest.fixture
def phone(scope: int) -> int:
    return phone_for(e164=NUMBER)


def why(phone: int) -> tuple[str, str, int]:
    """Change, how and ledger number of the only line; the filter by method finds it under that one only."""
    (kept,) = do_not_contact()
    assert kept.why is not None
    found = [method for method in Method.values if do_not_contact(method=method)]
    assert found == [kept.why.event.method]
    return kept.why.change, kept.why.how, kept.why.event.seq


def hit(phone: int, key: str) -> None:
    block(phone_id=phone, reason="threats", event_key=key, actor=SYSTEM)


def test_a_block_that_was_lifted_decides_nothing(phone: int, sender_a: SenderNumber) -> None:
    stop(phone, sender_a)
    hit(phone, "b")
    assert why(phone) == ("Blocked", "By the team", 2)
    unblock(phone_id=phone, reason="sorry", event_key="u", actor=SYSTEM)
    assert why(phone) == ("Opted out", "By keyword", 1)


def test_a_stop_under_a_block_does_not_decide(phone: int, sender_a: SenderNumber) -> None:
    hit(phone, "b")
    stop(phone, sender_a)
    assert why(phone) == ("Blocked", "By the team", 1)


def test_an_opt_out_taken_back_leaves_the_one_before(
    phone: int, sender_a: SenderNumber, actor: Actor
) -> None:
    stop(phone, sender_a)
    stop(phone, sender_a, key="m:1", reach="all", method="phone", actor=actor)
    assert why(phone)[1:] == ("By phone", 2)
    mistake(phone_id=phone, seq=2, event_key="m:2", actor=actor)
    assert why(phone) == ("Opted out", "By keyword", 1)


def test_an_opt_out_undone_by_start_leaves_the_other_sender_s(
    phone: int, sender_a: SenderNumber, sender_b: SenderNumber
) -> None:
    stop(phone, sender_a)
    stop(phone, sender_b, key="in:SM2", method="phone")
    assert why(phone)[1:] == ("By phone", 2)
    start(phone_id=phone, sender_id=sender_b.pk, event_key="in:SM3")
    assert why(phone) == ("Opted out", "By keyword", 1)


def test_an_erasure_decides_until_they_come_back_to_the_block_before_it(
    phone: int, sender_a: SenderNumber
) -> None:
    hit(phone, "b")
    erase(phone_id=phone, event_key="e", actor=SYSTEM)
    assert why(phone)[0] == "Erased"
    start(phone_id=phone, sender_id=sender_a.pk, event_key="in:SM1", e164=NUMBER)
    assert why(phone) == ("Blocked", "By the team", 1)

"""Answers of the provider, receipts, and the word people read."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.rules.errors import code_label, error_facts
from messaging.rules.outcomes import (
    OUTCOMES,
    NotSent,
    Phase,
    Receipt,
    back_off_seconds,
    ended_by_code,
    judge_answer,
    judge_receipt,
    outcome,
    receipt_rank,
)


@pytest.mark.parametrize(
    ("status", "code", "sid", "exception", "kind"),
    [
        (None, None, None, "dns", "retry"),
        (None, None, None, "connect_refused", "retry"),
        (None, None, None, "connect_tls", "retry"),
        (None, None, None, "connect_timeout", "retry"),
        (None, None, None, "not_begun", "retry"),
        (429, 20429, None, None, "retry"),
        (429, None, None, None, "retry"),
        (400, 21611, None, None, "retry"),
        (400, 21610, None, None, "rejected"),
        (400, 21211, None, None, "rejected"),
        (400, 99999, None, None, "rejected"),
        (400, None, None, None, "ambiguous"),
        (401, 20003, None, None, "hold_account"),
        (403, None, None, None, "hold_account"),
        (404, 20404, None, None, "hold_account"),
        (400, 20003, None, None, "hold_account"),
        (201, None, "SM1", None, "handed"),
        (201, None, None, None, "ambiguous"),
        (200, None, "", None, "ambiguous"),
        (500, 20500, None, None, "ambiguous"),
        (503, 20503, None, None, "ambiguous"),
        (502, None, None, None, "ambiguous"),
        (302, None, None, None, "ambiguous"),
        (408, None, None, None, "ambiguous"),
        (None, None, None, "read_timeout", "ambiguous"),
        (None, None, None, "reset", "ambiguous"),
        (None, None, None, "something new", "ambiguous"),
        (None, None, None, None, "ambiguous"),
    ],
)
def test_definite_or_ambiguous(
    status: int | None, code: int | None, sid: str | None, exception: str | None, kind: str
) -> None:
    assert judge_answer(status, code, sid, exception).kind == kind


@given(st.integers(500, 599), st.one_of(st.none(), st.integers(10000, 99999)), st.booleans())
def test_a_server_error_is_never_definite_unless_it_says_too_many(
    status: int, code: int | None, sid: bool
) -> None:
    expected = "retry" if code == 20429 else "ambiguous"
    assert judge_answer(status, code, "SM1" if sid else None).kind == expected


def test_answers_that_concern_the_person_or_the_rate() -> None:
    assert judge_answer(400, 21610, None).contact_action == "opt_out_this_sender"
    assert judge_answer(400, 21614, None).contact_action == "unusable"
    assert judge_answer(400, 21606, None).action == "pause_sender_alert_admin"
    assert judge_answer(400, 21606, None).contact_action == ""
    assert judge_answer(429, None, None).slow_down
    assert judge_answer(400, 21611, None).slow_down


def test_back_off_doubles_up_to_five_minutes() -> None:
    assert [back_off_seconds(n, 0) for n in (0, 1, 4, 9, 50)] == [1, 2, 16, 300, 300]
    assert back_off_seconds(2, 1) == 6


def test_receipts_in_any_order_end_alike() -> None:
    seen = ["queued", "sent", "undelivered", "delivered"]
    ends = set()
    for order in itertools.permutations(seen):
        stored = 0
        for status in order:
            stored = max(stored, receipt_rank(status))
        ends.add(stored)
    assert ends == {Receipt.DELIVERED}
    assert receipt_rank("read") > receipt_rank("delivered") > receipt_rank("failed") > receipt_rank("sent")
    assert receipt_rank("scheduled") == receipt_rank("accepted") == 10
    assert receipt_rank("received") == receipt_rank("newly invented") == 0


@pytest.mark.parametrize(
    ("status", "code", "sender", "action", "final"),
    [
        ("failed", 21610, "", "opt_out_this_sender", True),
        ("undelivered", 30004, "toll_free", "provider_doubt", True),
        ("undelivered", 30004, "long_code", "", True),
        ("undelivered", 30005, "", "unusable", True),
        ("undelivered", 30006, "", "unusable", True),
        ("undelivered", 30003, "", "soft_failure", True),
        ("undelivered", 30007, "", "", True),
        ("undelivered", 77777, "", "", True),
        ("delivered", None, "", "reachable", True),
        ("sent", 21610, "", "", False),
        ("queued", None, "", "", False),
    ],
)
def test_receipts_and_the_person(
    status: str, code: int | None, sender: str, action: str, final: bool
) -> None:
    verdict = judge_receipt(status, code, sender_kind=sender)
    assert (verdict.contact_action, verdict.final, verdict.rank) == (action, final, receipt_rank(status))


def test_only_21610_ever_opts_anybody_out() -> None:
    codes = [*error_facts(), 12345]
    opting_out = {
        code
        for code in codes
        for status in ("failed", "undelivered")
        if judge_receipt(status, code, sender_kind="toll_free").contact_action == "opt_out_this_sender"
    }
    assert opting_out == {21610}


@pytest.mark.parametrize(
    ("phase", "reason", "receipt", "word"),
    [
        (Phase.QUEUED, 0, 0, "Waiting"),
        (Phase.CLAIMED, 0, 0, "Waiting"),
        (Phase.BEGUN, 0, 0, "Sending"),
        (Phase.HANDED, 0, Receipt.SENT, "Sending"),
        (Phase.HANDED, 0, Receipt.DELIVERED, "Delivered"),
        (Phase.BEGUN, 0, Receipt.READ, "Delivered"),
        (Phase.HANDED, 0, Receipt.FAILED, "Not delivered"),
        (Phase.HANDED, 0, Receipt.CANCELED, "Not delivered"),
        (Phase.ABSENT, 0, 0, "Not delivered"),
        (Phase.NOT_SENT, NotSent.OPTED_OUT, 0, "Suppressed"),
        (Phase.NOT_SENT, NotSent.NO_OPT_IN, 0, "Suppressed"),
        (Phase.NOT_SENT, NotSent.EXPIRED, 0, "Not sent"),
        (Phase.NOT_SENT, NotSent.REJECTED, 0, "Not sent"),
        (Phase.UNKNOWN, 0, 0, "Being checked"),
    ],
)
def test_the_word_people_read(phase: int, reason: int, receipt: int, word: str) -> None:
    assert outcome(phase, reason, receipt) == word


def test_every_state_has_a_word_and_every_reason_a_label() -> None:
    for phase, reason, receipt in itertools.product(Phase, NotSent, Receipt):
        assert outcome(phase, reason, receipt) in OUTCOMES
    assert all(reason.label for reason in NotSent if reason)
    assert all(NotSent.of(reason.code) is reason for reason in NotSent)
    assert {reason.code for reason in NotSent if reason.is_consent} >= {
        "opted_out",
        "blocked",
        "under_review",
        "erased",
    }


@pytest.mark.parametrize(
    ("phase", "reason", "receipt", "ended"),
    [
        (Phase.HANDED, 0, Receipt.UNDELIVERED, True),
        (Phase.HANDED, 0, Receipt.DELIVERED, False),
        (Phase.HANDED, 0, Receipt.SENT, False),
        (Phase.NOT_SENT, NotSent.REJECTED, 0, True),
        (Phase.NOT_SENT, NotSent.OPTED_OUT, 0, False),
        (Phase.NOT_SENT, NotSent.REJECTED, Receipt.DELIVERED, False),
        (Phase.QUEUED, 0, 0, False),
        (Phase.ABSENT, 0, 0, False),
    ],
)
def test_a_code_speaks_only_of_the_end(phase: int, reason: int, receipt: int, ended: bool) -> None:
    """A delivery, however late, says that nothing failed."""
    assert ended_by_code(phase, reason, receipt) == ended


def test_codes_have_plain_words() -> None:
    assert len(error_facts()) > 80
    assert code_label(21610) == "The person opted out of this sender number"
    assert code_label(21703) == error_facts()[21703].message
    assert code_label(12345) == "The carrier answered 12345"
    assert code_label(None) == ""

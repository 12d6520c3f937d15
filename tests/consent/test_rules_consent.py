"""Pure rules: reach, confirmations, the seal's canonical form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from consent.rules.chain import GENESIS, seal
from consent.rules.evidence import Evidence, digest
from consent.rules.opting import confirmation_due
from consent.rules.reach import Covers, Reach, reach_of

AT = datetime(2026, 11, 14, 23, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("covers", "us", "purpose", "line", "words", "expected"),
    [
        ("number", True, "marketing", False, "sender", Covers(Reach.NUMBER)),
        ("purpose", True, "marketing", False, "sender", Covers(Reach.PURPOSE, "marketing")),
        ("all", False, "marketing", False, "sender", Covers(Reach.ALL)),
        ("number", True, "service", False, "sender", Covers(Reach.ALL)),  # R9
        ("number", True, "transactional", False, "sender", Covers(Reach.ALL)),
        ("number", False, "service", False, "sender", Covers(Reach.NUMBER)),
        ("purpose", False, "service", False, "sender", Covers(Reach.PURPOSE, "service")),
        ("number", False, "marketing", True, "sender", Covers(Reach.ALL)),  # the opt-out line
        ("number", False, "marketing", False, "all", Covers(Reach.ALL)),
        ("number", True, "service", False, "purpose", Covers(Reach.PURPOSE, "marketing")),
    ],
)
def test_reach(covers: str, us: bool, purpose: str, line: bool, words: str, expected: Covers) -> None:
    found = reach_of(
        stop_covers=covers, us_rules=us, purpose=purpose, is_opt_out_line=line, words_reach=words
    )
    assert found == expected


@pytest.mark.parametrize(
    ("hours_ago", "due"),
    [
        ([("opt_out", 1)], False),
        ([("opt_out", 25)], True),
        ([("opt_out", 30), ("repeated", 2)], False),  # the repeat was confirmed 2 h ago
        ([("opt_out", 40), ("repeated", 30), ("repeated", 20)], True),  # the last confirmation is 40 h old
        ([("opt_out", 50), ("repeated", 24), ("repeated", 1)], False),
        ([], True),
    ],
)
def test_a_repeated_stop_is_confirmed_once_a_day(hours_ago: list[tuple[str, int]], due: bool) -> None:
    told = [(kind, AT - timedelta(hours=hours)) for kind, hours in hours_ago]
    assert confirmation_due(told, AT) is due


def test_a_hundred_stops_in_a_row_get_one_confirmation() -> None:
    """I13."""
    told: list[tuple[str, datetime]] = []
    confirmed = 0
    for n in range(100):
        now = AT + timedelta(seconds=n)
        confirmed += n == 0 or confirmation_due(told, now)
        told.append(("repeated" if told else "opt_out", now))
    assert confirmed == 1


def test_the_canonical_form_stays_the_same() -> None:
    """Sealed ledgers depend on it: a change here needs a new version of the form."""
    values = [1, 2, 3, None, "opt_out", "keyword", "all", [4, 5], "active", "stopped", "person", None, AT, AT,
              "in:SM1 é", 6, None, 7, b"\x01", None]  # fmt: skip
    written = (
        rb'[1,1,2,3,null,"opt_out","keyword","all",[4,5],"active","stopped","person",null,1794697320000000,'
        rb'1794697320000000,"in:SM1 \u00e9",6,null,7,"01",null]'
    )
    assert seal(GENESIS, values) == sha256(bytes(32) + written).digest()
    fields = rb'{"actor_label":"","disclosure":"","ip":null,"note":"","url":"","user_agent":"","words":"STOP \u00e9"}'
    assert digest(Evidence(words="STOP é"), b"s" * 16) == sha256(b"s" * 16 + fields).digest()

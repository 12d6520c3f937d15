"""Opt-out links: exactly the token that was made opens, and it stays short (A6).

Mutations tried, each made the test named red:
- `compare_digest` of 1 byte instead of 10 in `unseal`            → test_any_other_token_is_refused
- the check that a token is written in one way only removed       → test_a_token_is_written_in_one_way
- `_TOKEN.match` instead of `fullmatch`                           → the same
- MAC_BYTES = 6                                                   → test_80_bits_and_short_enough_for_a_text
- `_mac` without the key                                          → test_a_key_that_was_given_up_opens_nothing
- `_mac` not over the key's version                               → test_a_token_is_of_one_version
- `without_tokens` leaves the text as it is     → test_the_wording_takes_the_link_and_the_team_sees_no_token
"""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.rules.links import (
    _DIGITS,
    MAC_BYTES,
    LinkIds,
    _bytes,
    _written,
    fill_link,
    seal,
    unseal,
    without_tokens,
)
from messaging.rules.parts import count_parts
from tests.pace import cost

KEYS = {1: b"k" * 32, 2: b"q" * 32}
BIG = 2**63 - 1
IDS = st.builds(
    LinkIds, tenant=st.integers(1, BIG), phone=st.integers(1, BIG), sender=st.integers(1, BIG),
    broadcast=st.integers(0, BIG),
)  # fmt: skip
SMALL = LinkIds(3, 48_211, 2, 7)


@given(IDS, st.sampled_from([1, 2]))
def test_what_was_sealed_is_read(ids: LinkIds, version: int) -> None:
    token = seal(ids, version=version, key=KEYS[version])
    assert unseal(token, KEYS) == ids
    assert token.isascii() and token.isalnum()


@given(IDS, st.data())
def test_any_other_token_is_refused(ids: LinkIds, data: st.DataObject) -> None:
    """Every place changed to any other sign, a sign more and a sign less."""
    token = seal(ids, version=1, key=KEYS[1])
    at = data.draw(st.integers(0, len(token) - 1))
    digit = data.draw(st.sampled_from([one for one in _DIGITS if one != token[at]]))
    for changed in (
        token[:at] + digit + token[at + 1 :],
        token[:at] + token[at + 1 :],
        token[:at] + digit + token[at:],
    ):
        assert unseal(changed, KEYS) is None


def test_every_place_of_one_token() -> None:
    token = seal(SMALL, version=1, key=KEYS[1])
    tried = {token[:at] + digit + token[at + 1 :] for at in range(len(token)) for digit in _DIGITS} - {token}
    assert len(tried) == len(token) * 61 and not any(unseal(one, KEYS) for one in tried)


@given(st.text(max_size=80))
def test_nothing_else_is_read(text: str) -> None:
    assert unseal(text, KEYS) is None


def test_a_token_is_written_in_one_way() -> None:
    token = seal(SMALL, version=1, key=KEYS[1])
    assert [unseal(one, KEYS) for one in ("0" + token, token + "\n", " " + token, token + "=")] == [None] * 4


def test_a_key_that_was_given_up_opens_nothing() -> None:
    token = seal(SMALL, version=1, key=KEYS[1])
    assert unseal(token, {2: KEYS[2]}) is None and unseal(token, {1: KEYS[2]}) is None


def test_a_token_is_of_one_version() -> None:
    """Even where two versions have the same key."""
    keys = {1: KEYS[1], 2: KEYS[1]}
    raw = _bytes(seal(SMALL, version=1, key=KEYS[1]))
    assert unseal(_written(raw), keys) == SMALL and unseal(_written(b"\x02" + raw[1:]), keys) is None


@pytest.mark.parametrize(
    ("ids", "most"),
    [(SMALL, 22), (LinkIds(90, 2_000_000, 90, 16_000), 24), (LinkIds(9_000, 200_000_000, 9_000, 2_000_000), 29)],
)  # fmt: skip
def test_80_bits_and_short_enough_for_a_text(ids: LinkIds, most: int) -> None:
    token = seal(ids, version=1, key=KEYS[1])
    assert MAC_BYTES * 8 >= 80 and len(token) <= most
    assert count_parts("https://demo.example/u/" + token).encoding == "GSM-7"


def test_a_link_costs_a_few_microseconds() -> None:
    """0.4 CPU-seconds a thousand texts is the sender's budget: 20 µs a link would be 5 % of it."""
    phones = itertools.count(1)
    assert cost(lambda: seal(LinkIds(3, next(phones), 2, 7), version=1, key=KEYS[1]), 1000) < 40e-6


def test_the_wording_takes_the_link_and_the_team_sees_no_token() -> None:
    link = "https://demo.example/u/" + seal(SMALL, version=1, key=KEYS[1])
    assert fill_link("Stop: {{opt_out_link}} or {{ opt_out_link }}", link) == f"Stop: {link} or {link}"
    assert without_tokens(f"Bye {link}. Reply STOP") == "Bye https://demo.example/u/…. Reply STOP"
    assert without_tokens("see https://demo.example/u/short") == "see https://demo.example/u/short"

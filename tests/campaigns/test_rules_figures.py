"""Money, progress, breaker, spans and shorter texts: the small pure rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules.breaker import opt_out_rate
from campaigns.rules.figures import figures_of, withheld_since
from campaigns.rules.money import price
from campaigns.rules.progress import Figures, changed_much, pace
from campaigns.rules.reasons import in_order, reason_of
from campaigns.rules.shorter import plain, shorter
from campaigns.rules.spans import Span, cut, mark, unmark
from messaging.rules.parts import count_parts

NOW = datetime(2026, 11, 22, 13, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("micros", "currency", "words"),
    [
        (1_560_670_000, "USD", "$1,560.67"),
        (0, "USD", "$0.00"),
        (7900, "EUR", "€0.01"),
        (1_500_000, "CHF", "1.50 CHF"),
        (12_000_000, "JPY", "¥12"),
    ],
)
def test_prices(micros: int, currency: str, words: str) -> None:
    assert price(micros, currency) == words


@pytest.mark.parametrize(
    ("delivered", "opted_out", "limit_bp", "trips"),
    [
        (0, 0, 100, False),
        (1000, 10, 100, False),  # exactly the limit is not above it
        (1000, 11, 100, True),
        (20, 1, 100, False),  # too few to judge by
        (20, 3, 100, True),
        (1000, 900, 0, False),  # switched off
    ],
)
def test_the_breaker(delivered: int, opted_out: int, limit_bp: int, trips: bool) -> None:
    assert opt_out_rate(delivered=delivered, opted_out=opted_out, limit_bp=limit_bp).trips is trips


def test_the_breaker_says_its_limit() -> None:
    rate = opt_out_rate(delivered=56_880, opted_out=188, limit_bp=100)
    assert rate.sentence == "0.33 % of 1.00 %, then it pauses itself"
    assert "too few" in opt_out_rate(delivered=36, opted_out=1, limit_bp=100).sentence


@pytest.mark.parametrize(
    ("delivered", "opted_out", "words"),
    [
        (56_880, 188, "0.33 % opted out, within your limit of 1.00 %"),
        (601, 6, "0.99 % opted out, within your limit of 1.00 %"),  # 0.998: not rounded up to the limit
        (20, 8, "40.00 % opted out, above your limit of 1.00 %"),
    ],
)
def test_a_campaign_that_ended_pauses_no_more(delivered: int, opted_out: int, words: str) -> None:
    assert opt_out_rate(delivered=delivered, opted_out=opted_out, limit_bp=100).afterwards == words


def test_a_rate_below_the_limit_never_reads_as_the_limit() -> None:
    rate = opt_out_rate(delivered=601, opted_out=6, limit_bp=100)
    assert rate.sentence == "0.99 % of 1.00 %, then it pauses itself"


def test_progress_is_of_those_it_is_sent_to() -> None:
    figures = Figures(planned=100, waiting=30, handed=50, delivered=40, failed=4, suppressed=20)
    assert (figures.to_send, figures.on_the_way, figures.percent, figures.adds_up) == (80, 6, 62, True)


def test_sums_that_do_not_add_up_are_seen() -> None:
    assert not Figures(planned=100, handed=50, suppressed=20).adds_up


def test_figures_read_the_remembered_counts() -> None:
    counts = {"planned": 10, "handed": 4, "open": 3, "waiting": 2, "delivered": 3, "not_delivered": 1,
              "suppressed": 2, "not_sent": 1, "absent": 0, "being_checked": 0}  # fmt: skip
    figures = figures_of(counts)
    assert (figures.sending, figures.failed, figures.adds_up) == (1, 1, True)
    assert figures_of({}) == Figures()


def test_who_was_never_found_at_the_provider_is_not_on_the_way() -> None:
    """`failed` counts them, `handed` does not. Mutation tried: `failed` taken off whole → 0 of the 2."""
    counts = {"planned": 10, "handed": 7, "open": 0, "delivered": 4, "not_delivered": 4, "absent": 3}
    figures = figures_of(counts)
    assert (figures.on_the_way, figures.failed, figures.adds_up) == (2, 4, True)


def test_withheld_since_launch_counts_consent_only() -> None:
    assert withheld_since({"7": 5}, {"7": 9, "8": 2, "41": 100}) == 6


def test_pace_and_end() -> None:
    found = pace(handed_lately=1020, over=timedelta(minutes=1), left=37_526, now=NOW)
    assert (found.per_minute, found.minutes_left) == (1020, 37)
    assert pace(handed_lately=0, over=timedelta(minutes=1), left=5, now=NOW).done_at is None


@pytest.mark.parametrize(
    ("shown", "now", "much"), [(1000, 1010, False), (1000, 1011, True), (0, 0, False), (0, 1, True)]
)
def test_one_percent_is_a_change(shown: int, now: int, much: bool) -> None:
    assert changed_much(shown=shown, now=now) is much


def test_reasons_in_the_order_of_the_vocabulary() -> None:
    assert in_order({1: 3, 11: 2, 7: 1, 8: 9, 10: 0}) == [(8, 9), (7, 1), (11, 2), (1, 3)]
    assert reason_of(7, "Offers").label == "Opted out of Offers"
    assert reason_of(41).label == "The campaign was cancelled"


def test_taking_out_characters() -> None:
    hint = shorter("a" * 180, count_parts("a" * 180))
    assert hint is not None and (hint.take_out, hint.fits) == (20, 1)
    assert shorter("short", count_parts("short")) is None


def test_plain_signs_make_it_cheaper() -> None:
    text = "It’s “fresh” – come… " * 4
    hint = shorter(text, count_parts(text))
    assert hint is not None and hint.plain
    assert count_parts(plain(text)).encoding == "GSM-7"


@given(st.text(max_size=400))
def test_cutting_at_the_folds_loses_nothing(text: str) -> None:
    pieces = cut([Span(text)], count_parts(text).folds)
    assert "".join(span.text for piece in pieces for span in piece) == text
    assert len(pieces) == max(1, count_parts(text).parts)


def test_fallbacks_are_found_again() -> None:
    spans = unmark(f"Hi {mark('there')}, see {mark('Market St')}.")
    assert [span.text for span in spans if span.fallback] == ["there", "Market St"]
    assert "".join(span.text for span in spans) == "Hi there, see Market St."

"""Phone numbers: the corpus, and equality of the tables with the library on random numbers."""

import csv
import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.rules import numbers
from consent.rules.numbers import (
    DEFAULT_ENABLED,
    hash_of,
    is_number_for_live,
    normalise,
    normalise_slowly,
    show,
)

FOLDER = Path(__file__).parents[1] / "corpus"
# The given numbers, and our own in the same columns.
CORPORA = (FOLDER / "phone_numbers.csv", FOLDER / "phone_numbers_more.csv")
MATHS_DIGITS = "+1" + "".join(chr(0x1D7CE + int(digit)) for digit in "2025550143")
COUNTRIES = [
    "US",
    "CA",
    "GB",
    "DE",
    "FR",
    "IN",
    "BR",
    "MX",
    "AU",
    "NG",
    "KE",
    "IT",
    "RU",
    "JM",
    "NZ",
    "JP",
    "CN",
    "ZA",
]


def corpus_cases() -> list[tuple[str, str, str, tuple[str, str, str]]]:
    cases = []
    rows = [row for path in CORPORA for row in csv.DictReader(path.open(encoding="utf-8", newline=""))]
    for row in rows:
        # The escape of ph032 is cut off in the corpus; the row names mathematical digits.
        raw = MATHS_DIGITS if row["id"] == "ph032" else json.loads(row["raw_json_escaped"])
        cases.append((row["id"], raw, row["default_region"], (row["expect"], row["reason"], row["e164"])))
    return cases


def test_corpus_is_judged_as_written() -> None:
    cases = corpus_cases()
    assert len(cases) == 112 + 332
    wrong = []
    for name, raw, region, expected in cases:
        verdict = normalise(raw, region)
        if (verdict.verdict, verdict.reason, verdict.e164 or "") != expected:
            wrong.append((name, raw, verdict, expected))
    assert wrong == []


def test_corpus_is_the_same_without_the_tables() -> None:
    for _, raw, region, _ in corpus_cases():
        assert normalise(raw, region) == normalise_slowly(raw, region, enabled=DEFAULT_ENABLED), raw


def by_the_library(raw: str, region: str) -> tuple[bool, str, str, int]:
    """(valid, E.164, country, type) from `phonenumbers` alone, on the raw text."""
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return False, "", "", 99
    if not phonenumbers.is_valid_number(number):
        return False, "", "", 99
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    country = phonenumbers.region_code_for_number(number) or ""
    return True, e164, country, phonenumbers.number_type(number)


def random_spellings(count: int, seed: int) -> list[tuple[str, str]]:
    """Random American numbers, example numbers of every country with random ends, and plain noise."""
    chance = random.Random(seed)
    formats = [
        "+1{a}{b}{c}",
        "1{a}{b}{c}",
        "{a}{b}{c}",
        "({a}) {b}-{c}",
        "{a}-{b}-{c}",
        "{a}.{b}.{c}",
        "+1 {a} {b} {c}",
    ]
    found = []
    for n in range(count):
        if n % 3 < 2:
            a, b, c = chance.randint(100, 999), chance.randint(0, 999), chance.randint(0, 9999)
            found.append(
                (
                    chance.choice(formats).format(a=a, b=f"{b:03}", c=f"{c:04}"),
                    chance.choice(["US", "US", "CA"]),
                )
            )
            continue
        region = chance.choice(sorted(phonenumbers.SUPPORTED_REGIONS))
        kind = chance.choice([0, 1, 2, 3, 4, 6, 7])
        example = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
        assert example is not None
        e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        keep = chance.randint(3, len(e164))
        tail = "".join(
            chance.choice("0123456789") for _ in range(len(e164) - keep + chance.choice([0, 0, 0, 1, -1]))
        )
        found.append((e164[:keep] + tail, chance.choice(COUNTRIES)))
    return found


def test_tables_equal_the_library_on_30000_random_numbers() -> None:
    everywhere = frozenset(phonenumbers.SUPPORTED_REGIONS)
    accepted = 0
    for raw, region in random_spellings(30_000, seed=20260101):
        verdict = normalise(raw, region, enabled=everywhere)
        valid, e164, country, kind = by_the_library(raw, region)
        assert (verdict.e164 is not None) == valid, (raw, region, verdict)
        if valid:
            expected = numbers._judged(e164, country, kind, everywhere)
            assert verdict == expected, (raw, region)
            accepted += verdict.verdict == "accept"
            assert (
                normalise(raw, region).verdict
                == numbers._judged(e164, country, kind, DEFAULT_ENABLED).verdict
            )
    assert accepted > 3000


def test_every_area_code_and_exchange_family_equals_the_library() -> None:
    for area in range(200, 1000):
        for exchange in (200, 234, 411, 555, 643, 789, 900, 976, 111):
            raw = f"+1{area}{exchange}0147"
            valid, e164, country, kind = by_the_library(raw, "US")
            verdict = normalise(raw)
            assert verdict == (
                numbers._judged(e164, country, kind, DEFAULT_ENABLED)
                if valid
                else ("reject", "not_a_valid_number", None)
            )


@given(st.text(max_size=60), st.sampled_from(["US", "GB", "", "DE", "XX"]))
def test_any_text_gets_an_answer(raw: str, region: str) -> None:
    verdict = normalise(raw, region)
    assert verdict == normalise_slowly(raw, region, enabled=DEFAULT_ENABLED)
    assert verdict.reason in numbers.REASON_TEXT
    assert (verdict.verdict == "accept") == (verdict.reason == "ok")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("2.5E+12", "bad_character"),
        ("12025550143.0", "spreadsheet_damage"),
        ("--", "spreadsheet_damage"),
        ("+1 202 555 0143 #12", "extension_or_multiple"),
        ("+1 202 555 0143 extension 7", "extension_or_multiple"),
        ("202-555-0143 x7", "extension_or_multiple"),
        ("+12025550143\n+12025550144", "control_character"),
        ("2025550143 2025550144", "too_long"),
        ("9" * 5000, "too_long"),
        ("a" * 999, "bad_character"),
        ("NULL", "bad_character"),
        ("+1 (555) 010-0142", "not_a_valid_number"),
        ("\ud800", "bad_character"),
        ("\u200b\u2060", "empty"),
        ("()", "not_a_number"),
        ("tel:", "empty"),
        ("tel:+12025550143;phone-context=+1", "extension_or_multiple"),
        ("hotel:+12025550143", "bad_character"),
        # Mobile in the library's eyes, in a country "001" that nobody can enable.
        ("+881612345678", "not_textable_type"),
        ("+870773123456", "not_textable_type"),
    ],
)
def test_reasons(raw: str, reason: str) -> None:
    assert normalise(raw).reason == reason


@pytest.mark.parametrize(
    "raw",
    [
        "+1 (202) 555\u20110143",
        "\uff0b\uff11\uff12\uff10\uff12\uff15\uff15\uff15\uff10\uff11\uff14\uff13",
        "1.202.555.0143",
        "tel:+1-202-555-0143",
        "TEL: 202-555-0143",
    ],
)
def test_other_spellings_are_understood(raw: str) -> None:
    assert normalise(raw) == ("accept", "ok", "+12025550143")


def test_canada_is_accepted_where_enabled() -> None:
    assert normalise("+14165550143").verdict == "hold"
    assert normalise("416 555 0143", enabled=frozenset({"US", "CA"})) == ("accept", "ok", "+14165550143")


def seconds(work: Callable[[], object], repeats: int) -> float:
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        for _ in range(repeats):
            work()
        best = min(best, (time.process_time() - start) / repeats)
    return best


def test_plain_numbers_are_fast() -> None:
    for raw in ("+12025550143", "2025550143"):
        ours = seconds(lambda raw=raw: normalise(raw), 2000)
        parse = seconds(lambda raw=raw: phonenumbers.parse(raw, "US"), 500)
        whole = seconds(lambda raw=raw: by_the_library(raw, "US"), 300)
        print(
            f"{raw}: {ours * 1e6:.2f} us, parse alone {parse / ours:.1f}x, parse, check and format {whole / ours:.1f}x"
        )
        assert whole / ours >= 10
        assert parse / ours >= 5


def test_magic_numbers_stay_out_of_live_mode() -> None:
    assert not is_number_for_live("+15005550006")
    assert is_number_for_live("+12025550142")


def test_hash_depends_on_number_and_pepper() -> None:
    one = hash_of("+12025550142", b"pepper")
    assert len(one) == 32
    assert one == hash_of("+12025550142", b"pepper")
    assert one != hash_of("+12025550143", b"pepper")
    assert one != hash_of("+12025550142", b"other")


def test_numbers_are_shown_for_reading() -> None:
    assert show("+12025550142") == "+1 202-555-0142"
    assert show("+447911123456") == "+44 7911 123456"
    assert show("ACME") == "ACME"

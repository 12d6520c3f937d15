"""Parts of a text: the limits, pairs that must not be torn, and a second way of counting."""

import io
import json
import sys
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from messaging.management.commands.count_parts import Command
from messaging.rules.parts import count_parts

EURO, SMILE, EXTENDED = "\u20ac", "\U0001f600", "^{}\\[~]|\u20ac\f"


@pytest.mark.parametrize(
    ("text", "encoding", "parts", "units"),
    [
        ("", "GSM-7", 0, 0),
        ("a" * 160, "GSM-7", 1, 160),
        ("a" * 161, "GSM-7", 2, 161),
        ("a" * 306, "GSM-7", 2, 306),
        ("a" * 307, "GSM-7", 3, 307),
        (EURO * 80, "GSM-7", 1, 160),
        (EURO * 81, "GSM-7", 2, 162),
        # 153 is odd: one septet of each part stays empty, so 153 euros need three parts and not two.
        (EURO * 153, "GSM-7", 3, 306),
        ("a" * 152 + EURO + "a" * 10, "GSM-7", 2, 164),
        ("\u0441" * 70, "UCS-2", 1, 70),
        ("\u0441" * 71, "UCS-2", 2, 71),
        (SMILE * 35, "UCS-2", 1, 70),
        (SMILE * 36, "UCS-2", 2, 72),
        (SMILE * 67, "UCS-2", 3, 134),
        ("\u00e9\u00e0\u00f1\u00fc\u00c7", "GSM-7", 1, 5),
        ("\u00ea", "UCS-2", 1, 1),
        ("\u00e7", "UCS-2", 1, 1),
        ("don\u2019t", "UCS-2", 1, 5),
        ("tab\t", "UCS-2", 1, 4),
        ("\x1b", "UCS-2", 1, 1),
    ],
)
def test_limits(text: str, encoding: str, parts: int, units: int) -> None:
    counted = count_parts(text)
    assert (counted.encoding, counted.parts, counted.units) == (encoding, parts, units)


def test_what_forces_the_dearer_encoding_is_named() -> None:
    assert count_parts("Caf\u00e9 \u201cnow\u201d").first_ucs2_char == "\u201c"
    assert count_parts("Caf\u00e9 now").first_ucs2_char is None


def test_room_left_and_folds() -> None:
    assert count_parts("abc").left_in_last == 157
    two = count_parts("a" * 152 + EURO + "b" * 10)
    assert (two.folds, two.per_part, two.left_in_last) == ((152,), 153, 141)
    assert count_parts(SMILE * 40).folds == (33,)


def naive_sizes(text: str) -> list[int]:
    """Units of every part, packed one character at a time."""
    gsm = count_parts(text).encoding == "GSM-7"
    sizes = [
        (2 if c in EXTENDED else 1) if gsm else len(c.encode("utf-16-le", "surrogatepass")) // 2 for c in text
    ]
    single, joined = (160, 153) if gsm else (70, 67)
    if sum(sizes) <= single:
        return [sum(sizes)] if sizes else []
    packed = [0]
    for size in sizes:
        if packed[-1] + size > joined:
            packed.append(0)
        packed[-1] += size
    return packed


@given(st.one_of(st.text(max_size=500), st.text(alphabet="ab" + EXTENDED + SMILE + "\u0441", max_size=400)))
def test_equals_packing_one_by_one(text: str) -> None:
    counted = count_parts(text)
    assert counted.parts == len(naive_sizes(text))
    bounds = [0, *counted.folds, len(text)]
    pieces = [text[a:b] for a, b in pairwise(bounds)]
    assert "".join(pieces) == text
    if text:
        assert len(pieces) == counted.parts
        assert all(
            count_parts(piece).units <= counted.per_part for piece in pieces if counted.encoding == "GSM-7"
        )


def run_command(
    given_lines: str, monkeypatch: pytest.MonkeyPatch, **options: bool
) -> list[dict[str, object]]:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.StringIO(given_lines))
    call_command(Command(), stdout=out, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_command_answers_one_object_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "\n".join([json.dumps("a" * 161), json.dumps("\u0441\n"), '["x", ""]', ""])
    answers = run_command(lines, monkeypatch)
    assert [(a["encoding"], a["parts"]) for a in answers] == [
        ("GSM-7", 2),
        ("UCS-2", 1),
        ("GSM-7", 1),
        ("GSM-7", 0),
    ]
    assert run_command('"' + "a" * 161 + '"', monkeypatch, folds=True)[0]["folds"] == [153]


def test_command_names_the_bad_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="line 2"):
        run_command('"a"\nnot json\n', monkeypatch)

"""What the wording of a text weighs, learned from labelled replies: the layer behind the rules. Pure.

Rules name what they found; people find other words. The parts of a text (words, neighbours, pieces of words, what its
words mean in the lexicon of any language, and what the rules made of it) are looked up in `lexicon/weights.tsv` and
added: a logistic regression that any reader can follow part by part. `manage.py learn_replies` writes the file. Why,
and what it reaches: docs/decisions/0025-learned-wording.md.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise

from consent.rules import scripts
from consent.rules.lookup import BIT, CATEGORIES, read
from consent.rules.texts import key

MAX_CHARS = 400  # of the beginning; a longer text adds its end
MAX_WORDS = 60
RULE_SHARE = 0.7  # what each part about the rules counts, beside wording and meaning with 1 in all
_TOKEN = re.compile(r"[^\W_]+|[!?]|[^\w\s.,;:'\"()-]")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u0060\u00b4]")
_STRETCHED = re.compile(r"(.)\1{2,}")
_FILE = "weights.tsv"


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned: what each part adds to the log-odds of an opt-out."""

    bias: float
    parts: dict[str, float]


@functools.cache
def weights() -> Weights:
    """The weights that are shipped; read once a process."""
    bias, parts = 0.0, {}
    text = resources.files("consent.rules.lexicon").joinpath(_FILE).read_text("utf-8")
    for line in text.split("\n"):
        name, _, value = line.rpartition("\t")
        if name == "=bias":
            bias = float(value)
        elif name and not name.startswith("=#"):
            parts[name] = int(value) / 100
    return Weights(bias, parts)


def tokens(text: str) -> list[str]:
    """Words, question and exclamation marks and emoji in order; folded, with stretched letters shortened."""
    if len(text) > 2 * MAX_CHARS:
        text = text[:MAX_CHARS] + " " + text[-MAX_CHARS:]
    folded = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text).casefold())
    if not folded.isascii():
        folded = "".join(
            char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char)
        )
    found = _TOKEN.findall(_STRETCHED.sub(r"\1\1", folded))
    words = ["0" if word.isdigit() else word for word in found]
    return words if len(words) <= MAX_WORDS else words[: MAX_WORDS // 2] + words[-MAX_WORDS // 2 :]


def wording(text: str) -> set[str]:
    """Single words, pairs, triples, pairs with a gap, and pieces of 3 to 5 letters."""
    words = tokens(text)
    if not words:
        return set()
    framed = ["^", *words, "$"]
    found = set(words)
    found.update(map(" ".join, pairwise(framed)))
    found.update(map(" ".join, zip(framed, framed[1:], framed[2:], strict=False)))
    found.update(f"{first} _ {third}" for first, third in zip(words, words[2:], strict=False))
    for word in words:
        found.update(_pieces(word))
    found.add(f"#{min(len(words).bit_length(), 6)}")
    if text.isupper():
        found.add("#upper")
    return found


@functools.lru_cache(maxsize=4096)
def _pieces(word: str) -> tuple[str, ...]:
    """Pieces of a word, marked with ~; its edges count as letters. Scripts without spaces begin at two."""
    if len(word) < 2 and word.isascii():
        return ()
    padded = f"<{word[:40]}>"
    return tuple(
        "~" + padded[at : at + size]
        for size in ((3, 4, 5) if word.isascii() else (2, 3, 4, 5))
        for at in range(len(padded) - size + 1)
    )


def meaning(text: str) -> set[str]:
    """What its words are in the language that knows most of them: alone, in pairs, and in their order."""
    clause = key(text)[:300]
    if not clause:
        return set()
    if not clause.isascii() and (found := _unspaced(clause)):
        named = sorted(found)
        return {f"%{name}" for name in found} | set(_pairs(named))
    words, languages = read(clause)
    if not languages:
        return set()
    senses = min(languages.items(), key=lambda known: (known[1].count(0), known[0]))[1]
    named_words = [names for bits in senses if (names := _names(bits))]
    named = sorted({name for names in named_words for name in names})
    order = ["^", *("/".join(names[:2]) for names in named_words), "$"]
    unknown = senses.count(0)
    parts = {f"%{name}" for name in named} | set(_pairs(named))
    parts.update(f"%{first}>{then}" for first, then in pairwise(order))
    parts.update(
        f"%{first}>{then}>{last}" for first, then, last in zip(order, order[1:], order[2:], strict=False)
    )
    return parts | {f"%unknown {min(unknown, 4)}", f"%unknown {min(4, unknown * 4 // len(words))}/4"}


def _pairs(names: list[str]) -> Iterator[str]:
    return (f"%{a}&{b}" for at, a in enumerate(names) for b in names[at + 1 :])


@functools.lru_cache(maxsize=1024)
def _names(bits: int) -> tuple[str, ...]:
    return tuple(name for name in CATEGORIES if bits & BIT[name] and name != "filler")


def _unspaced(clause: str) -> list[str]:
    for language in ("ja", "ko", "zh"):
        if hits := scripts.hits(clause, language):
            return list(hits)
    return []


def groups(text: str, rule: str) -> tuple[tuple[float, set[str]], ...]:
    """Every part of a text, in groups with what each part counts; `rule`: what the rules said: "optout:remove_me"."""
    said, meant = wording(text), meaning(text)
    return (
        (1 / math.sqrt(len(said) or 1), said),
        (1 / math.sqrt(len(meant) or 1), meant),
        (RULE_SHARE, {f"={rule}", f"={rule.partition(':')[0]}"}),
    )


def score(text: str, rule: str, known: Weights | None = None) -> float:
    """The log-odds of an opt-out; 0 is even."""
    known = known or weights()
    get = known.parts.get
    total = known.bias
    for share, parts in groups(text, rule):
        total += share * sum(filter(None, map(get, parts)))
    return total


def leanings(text: str, known: Weights | None = None) -> list[tuple[str, float]]:
    """Each word of the text with its share of the score: itself, its pieces, half of its pairs; in order."""
    known = known or weights()
    words = tokens(text)
    scale = math.sqrt(len(wording(text)) or 1)
    sums = [
        known.parts.get(word, 0.0) + sum(known.parts.get(piece, 0.0) for piece in _pieces(word))
        for word in words
    ]
    for at in range(len(words) - 1):
        half = known.parts.get(f"{words[at]} {words[at + 1]}", 0.0) / 2
        sums[at] += half
        sums[at + 1] += half
    return [(word, total / scale) for word, total in zip(words, sums, strict=True)]

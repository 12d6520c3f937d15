"""Learning what the parts of a text weigh from labelled replies: logistic regression by stochastic descent. Pure.

Small on purpose: twenty thousand texts are learned in about a minute with the standard library alone, and the same
rows in the same order always give the same weights.
"""

from __future__ import annotations

import math
import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from consent.rules.learned import Weights, groups, score, tokens

EPOCHS = 12
RATE = 0.6
SEED = 1
# Weights are kept as whole hundredths; below this one changes no decision, and leaving it out keeps the file small.
SMALLEST = 8


@dataclass(frozen=True, slots=True)
class Labelled:
    """One reply, what the rules made of it ("optout:remove_me"), and whether it really asks to stop."""

    text: str
    rule: str
    opts_out: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """How well a set of texts is heard from one score on."""

    threshold: float
    recall: float
    precision: float


def learn(rows: Sequence[Labelled]) -> Weights:
    """The weights for `rows`. Each part's step shrinks as it is seen (AdaGrad), so that rare parts learn fast."""
    order = random.Random(SEED)
    numbered, examples = _numbered(rows)
    weight, seen = [0.0] * len(numbered), [1e-2] * len(numbered)
    bias, bias_seen = 0.0, 1e-2
    for _ in range(EPOCHS):
        order.shuffle(examples)
        for parts, wanted in examples:
            total = bias
            for part, share in parts:
                total += weight[part] * share
            off = 1 / (1 + math.exp(-max(-30.0, min(30.0, total)))) - wanted
            bias_seen += off * off
            bias -= RATE / 2 * off / math.sqrt(bias_seen)
            for part, share in parts:
                step = off * share
                seen[part] += step * step
                weight[part] -= RATE * step / math.sqrt(seen[part])
    kept = {part: round(weight[at] * 100) for part, at in numbered.items()}
    return Weights(
        round(bias, 2), {part: value / 100 for part, value in kept.items() if abs(value) >= SMALLEST}
    )


def ordinary_words(
    rows: Sequence[Labelled], *, of: Callable[[str], str], most: int = 2_500
) -> list[Labelled]:
    """Single words and pairs out of the rows that ask for nothing, as rows of their own.

    People answer questions in one word, and any word may be it; whoever labels replies writes few such rows. Words
    that opt-outs use as often are left out. `of`: what the rules make of a text.
    """
    out, other = (
        Counter(word for row in rows if row.opts_out is opts_out for word in set(tokens(row.text)))
        for opts_out in (True, False)
    )
    found: dict[str, None] = {}
    for row in rows:
        words = [] if row.opts_out else tokens(row.text)
        for size in (1, 2):
            for at in range(len(words) - size + 1):
                piece = words[at : at + size]
                if all(word.isalpha() and len(word) > 2 and other[word] > 2 * out[word] for word in piece):
                    found.setdefault(" ".join(piece))
    order = random.Random(SEED)
    chosen = order.sample(list(found), min(most, len(found)))
    read = ((text, of(text)) for text in chosen)
    return [Labelled(text, rule, False) for text, rule in read if rule.startswith("none:")]


def written(known: Weights) -> str:
    """The weights as the lines of `weights.tsv`: a part, a tab, whole hundredths; in alphabetical order."""
    lines = [f"=bias\t{known.bias}"]
    lines += [f"{part}\t{round(value * 100)}" for part, value in sorted(known.parts.items())]
    return "\n".join(lines) + "\n"


def held_out(rows: Sequence[Labelled], *, folds: int = 4) -> list[float]:
    """The score of each row by weights learned from the other folds only, in the order of `rows`."""
    places = [zlib.crc32(row.text.casefold().encode()) % folds for row in rows]
    scores = [0.0] * len(rows)
    for fold in range(folds):
        known = learn([row for row, place in zip(rows, places, strict=True) if place != fold])
        for at, row in enumerate(rows):
            if places[at] == fold:
                scores[at] = score(row.text, row.rule, known)
    return scores


def figures(scored: Iterable[tuple[float, bool]], thresholds: Iterable[float]) -> list[Figures]:
    """Recall and precision of saying opt-out from each threshold on."""
    pairs = list(scored)
    wanted = sum(opts_out for _, opts_out in pairs) or 1
    answers = []
    for threshold in thresholds:
        said = [opts_out for value, opts_out in pairs if value >= threshold]
        answers.append(Figures(threshold, sum(said) / wanted, sum(said) / (len(said) or 1)))
    return answers


def _numbered(
    rows: Sequence[Labelled],
) -> tuple[dict[str, int], list[tuple[list[tuple[int, float]], int]]]:
    """A number for each part that two rows share, and each row as its numbered parts and what is wanted."""
    found = [
        [(part, share) for share, parts in groups(row.text, row.rule) for part in sorted(parts)]
        for row in rows
    ]
    often = Counter(part for parts in found for part, _ in parts)
    numbered: dict[str, int] = {}
    examples = [
        (
            [(numbered.setdefault(part, len(numbered)), share) for part, share in parts if often[part] > 1],
            int(row.opts_out),
        )
        for row, parts in zip(rows, found, strict=True)
    ]
    return numbered, examples

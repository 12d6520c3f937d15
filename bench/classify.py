"""What one inbound text costs to read: the time of `classify` per text over the corpora, after one warm-up round.

Goal: under 0.3 ms a text, and under 5 ms for the dearest kind of text at its longest (1,600 characters).
"""

from __future__ import annotations

import csv
import json
import sys
import time
from pathlib import Path

from consent.rules.hearing import classify

CORPUS = Path(__file__).resolve().parent.parent / "tests" / "corpus"
GOAL_US, LONG_GOAL_US = 300, 5000
ROUNDS = 5


def main() -> int:
    """Print one JSON object; exit code 1 when a goal was missed."""
    texts = []
    for name in ("reply_phrases.csv", "held_out_phrases.csv"):
        with (CORPUS / name).open(encoding="utf-8", newline="") as file:
            texts += [row["phrase"] for row in csv.DictReader(file)]
    each = _cost(texts)
    dearest = max(
        _cost([(piece * 1600)[:1600]])
        for piece in ("stop the texts, ", "please remove me ", "не пиши мне ", "é ")
    )
    figures = {
        "bench": "classify",
        "texts": len(texts),
        "us_each": round(each, 1),
        "goal_us_each": GOAL_US,
        "us_longest": round(dearest, 1),
        "goal_us_longest": LONG_GOAL_US,
        "met": each < GOAL_US and dearest < LONG_GOAL_US,
    }
    print(json.dumps(figures))
    return 0 if figures["met"] else 1


def _cost(texts: list[str]) -> float:
    """Microseconds of processor time for one text, the best of some rounds."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for text in texts:
            classify(text, opted_out=True, live_words=frozenset({"news"}))
        rounds.append((time.process_time() - start) / len(texts) * 1e6)
    return min(rounds)


if __name__ == "__main__":
    sys.exit(main())

"""What work costs, told as if this machine were quiet: limits hold where the processor is slow or shared.

A reference of plain Python (a search, a dictionary, a sum) runs between the rounds of the work; the work's cost is
its ratio to the reference, times what the reference took on a quiet core of an EPYC server in 2026. A limit of
300 µs so means the same amount of work everywhere.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

REFERENCE = 180e-6  # seconds, on that core
WORDS = re.compile(r"[a-z]+(?:'[a-z]+)?")
TEXT = "please don't send me the offers of the day any more, and thank you for the rolls of last week " * 4


def _reference() -> int:
    known: dict[str, int] = {}
    total = 0
    for _ in range(4):
        for word in WORDS.findall(TEXT.lower()):
            known[word] = known.get(word, 0) + len(word)
            total += known[word] * 7 % 13
    return total


def _cpu(work: Callable[[], object], repeats: int) -> float:
    start = time.process_time()
    for _ in range(repeats):
        work()
    return (time.process_time() - start) / repeats


def cost(work: Callable[[], object], repeats: int = 1, rounds: int = 5) -> float:
    """Seconds of a quiet core for one call of `work`: the best of some rounds, each against its own reference."""
    best = float("inf")
    for _ in range(rounds):
        before = _cpu(_reference, 10)
        took = _cpu(work, repeats)
        best = min(best, took / max(before, _cpu(_reference, 10)))
    return best * REFERENCE

"""Which failures pass by themselves, so that the same text may be tried once more (E4)."""

from __future__ import annotations

from messaging.rules.errors import error_facts

# Words of the catalogue's column `retry`. Left out: what must be mended first, and what may have been accepted.
PASSING = frozenset(
    {
        "later",
        "later_once",
        "later_then_stop",
        "backoff",
        "retry",
        "next_window",
        "after_midnight_pacific",
        "manual_only",
    }
)


def passing_codes() -> frozenset[int]:
    """Codes of failures for a passing reason: a phone that was off, a full queue, a carrier that did not answer."""
    return frozenset(code for code, fact in error_facts().items() if fact.retry in PASSING)

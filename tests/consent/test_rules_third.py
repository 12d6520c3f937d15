"""Rules that a third author's replies were missed for (A10): a STOP that is a sentence, consent taken back in full.

Mutations tried, each red: `_STOP_SENTENCE` taken out, "and" taken out of the revoked frame, the frame of "opted out
twice" taken out.
"""

from __future__ import annotations

import pytest

from consent.rules.keywords import by_rules


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("You say to reply so here goes. STOP. The last one did nothing.", "stop_clause"),
        ("It was fine!\nSTOP.\nThanks for the cake", "stop_clause"),
        ("I revoke any and all prior consent, express or implied.", "revoked"),
        ("We hereby withdraw all consent and permission", "revoked"),
        ("The machine is broken, I've opted out twice", "said_stop"),
        ("we opted out last month", "said_stop"),
    ],
)
def test_heard(text: str, rule: str) -> None:
    heard = by_rules(text)
    assert (heard.label, heard.rule) == ("optout", rule)


@pytest.mark.parametrize(
    "text",
    [
        "Stop. Think. Save.",
        "Look. Stop. Wave. Drive on",
        "He opted out of dental. We kept ours",
        "My permit was revoked, can I still come",
    ],
)
def test_not_heard(text: str) -> None:
    assert by_rules(text).rule not in {"stop_clause", "revoked", "said_stop"}

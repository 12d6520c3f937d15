"""From a broadcast's remembered counts to the figures of a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaigns.rules.progress import Figures
from messaging.rules.outcomes import NotSent


def figures_of(counts: Mapping[str, Any]) -> Figures:
    """`Broadcast.counts` (see messaging.actions.counts) as figures; missing ones are 0."""

    def n(key: str) -> int:
        return int(counts.get(key, 0) or 0)

    return Figures(
        planned=n("planned"),
        waiting=n("waiting"),
        sending=max(0, n("open") - n("waiting") - n("being_checked")),
        handed=n("handed"),
        delivered=n("delivered"),
        failed=n("not_delivered"),
        suppressed=n("suppressed"),
        not_sent=n("not_sent"),
        absent=n("absent"),
        checking=n("being_checked"),
        parts=n("parts"),
    )


def withheld_since(frozen: Mapping[str, int], reasons: Mapping[str, int]) -> int:
    """People held back by their own word after the launch counted them in."""
    consent = {str(int(reason)) for reason in NotSent if reason.is_consent}
    return max(0, sum(reasons.get(code, 0) - frozen.get(code, 0) for code in consent))

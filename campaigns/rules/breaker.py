"""When a running campaign pauses itself (C5)."""

from __future__ import annotations

from dataclasses import dataclass

# Below this many delivered texts a rate says little: fewer count as if they were this many, so that three angry
# people among the first twenty pause a campaign of a 1 % limit, and a single one does not.
AT_LEAST = 200


@dataclass(frozen=True, slots=True)
class Rate:
    """Opt-outs of delivered, in percent, against the limit; `trips` when it is above."""

    percent: float
    limit: float
    trips: bool
    judged: float = 0.0  # of as many as count at least

    @property
    def reached(self) -> str:
        """What trips it, in two digits. Who leaves may be known before it is known that they got anything."""
        return _shown(max(self.percent, self.judged), self.limit)

    @property
    def afterwards(self) -> str:
        """The same when nothing is sent any more: '0.33 % opted out, below your limit of 1.00 %'."""
        if not self.limit:
            return f"{self.percent:.2f} % opted out"
        side = "above" if self.percent > self.limit else "within"
        return f"{_shown(self.percent, self.limit)} % opted out, {side} your limit of {self.limit:.2f} %"

    @property
    def sentence(self) -> str:
        """'0.33 % of 1.00 %, then it pauses itself'; with too few delivered to judge by, that."""
        if self.limit and self.percent > self.limit and not self.trips:
            return f"{self.percent:.2f} % so far, too few delivered to judge by"
        if not self.limit:
            return f"{self.percent:.2f} %, it does not pause itself"
        return f"{_shown(self.percent, self.limit)} % of {self.limit:.2f} %, then it pauses itself"


def _shown(percent: float, limit: float) -> str:
    """Two digits that never round a rate up to, or down to, the limit it has not passed, or has."""
    rounded = round(percent, 2)
    if rounded >= limit > percent:
        return f"{limit - 0.01:.2f}"
    return f"{limit + 0.01:.2f}" if rounded <= limit < percent else f"{rounded:.2f}"


def opt_out_rate(*, delivered: int, opted_out: int, limit_bp: int) -> Rate:
    """The rate as people read it, and whether it pauses the campaign. `limit_bp` 0 switches the breaker off."""
    percent = 100 * opted_out / delivered if delivered else 0.0
    judged = 100 * opted_out / max(delivered, AT_LEAST)
    return Rate(percent, limit_bp / 100, bool(limit_bp) and 100 * judged > limit_bp, judged)

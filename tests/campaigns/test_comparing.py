"""The chart of opt-out rates side by side (C4, C5): percent at its axis, and the limit where one holds for all."""

from __future__ import annotations

import pytest

from campaigns.comparing import _limit
from campaigns.models import Campaign


@pytest.mark.parametrize(
    ("limits", "line"), [((100, 100), 1.0), ((100, 50), None), ((0,), None), ((), None), ((250,), 2.5)]
)
def test_a_limit_is_drawn_where_one_holds_for_all(limits: tuple[int, ...], line: float | None) -> None:
    """Red with the limit of the first campaign alone: the line would be wrong for the others."""
    assert _limit([Campaign(pause_limit_bp=bp) for bp in limits]) == line

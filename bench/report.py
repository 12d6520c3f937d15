"""One JSON object for a measurement: name, ratio, goal, met, and both sides' figures."""

from __future__ import annotations

import json
from statistics import median
from typing import Any


def report(
    name: str, ratio: float, goal: float, *, met: bool | None = None, **figures: Any
) -> dict[str, Any]:
    """Print one line; `met` defaults to ratio >= goal."""
    found = {
        "name": name,
        "ratio": round(ratio, 3),
        "goal": goal,
        "met": ratio >= goal if met is None else met,
    }
    found |= {key: round(value, 3) if isinstance(value, float) else value for key, value in figures.items()}
    print(json.dumps(found), flush=True)
    return found


def middle(values: list[float]) -> float:
    """The median of a few runs."""
    return float(median(values))

"""Figures for bars, bands and spark lines: plain numbers in, percent texts out, no template in sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def share(part: Any, whole: Any) -> float:
    """`part` of `whole` in percent, 0 to 100; 0 where either is missing or the whole is nothing."""
    try:
        top, bottom = float(part), float(whole)
    except (TypeError, ValueError):
        return 0.0
    return max(0.0, min(100.0, 100.0 * top / bottom)) if bottom > 0 else 0.0


def initials(name: str) -> str:
    """The first letters of the first and the last word with letters; '' where there is no name but a number."""
    found = [letter for word in name.split() if (letter := next(filter(str.isalpha, word), ""))]
    return "".join((*found[:1], *found[1:][-1:])).upper()


def band(segments: Sequence[Mapping[str, Any]], total: int | None) -> list[dict[str, Any]]:
    """Place counts side by side in percent of `total` (their sum when None)."""
    counts = [float(segment.get("count") or 0) for segment in segments]
    whole = float(total) if total else sum(counts)
    placed: list[dict[str, Any]] = []
    at = 0.0
    for segment, count in zip(segments, counts, strict=True):
        size = share(count, whole)
        placed.append({**segment, "x": f"{at:.3f}%", "size": f"{size:.3f}%", "shown": size > 0})
        at += size
    return placed


def funnel(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Bars of an audience: whole, then every cut where it is taken from the end, then what is left."""
    whole = float(rows[0].get("count") or 0) if rows else 0.0
    left = whole
    placed: list[dict[str, Any]] = []
    for row in rows:
        count = float(row.get("count") or 0)
        cut = bool(row.get("minus"))
        left = left - count if cut else left
        at, size = (share(left, whole), share(count, whole)) if cut else (0.0, share(count, whole))
        size = max(size, 0.4) if count else 0.0
        placed.append({**row, "x": f"{min(at, 100 - size):.3f}%", "size": f"{size:.3f}%"})
    return placed


def part_blocks(parts: int, used: int, capacity: int) -> list[int]:
    """Percent of each part in use; `capacity` counts all `parts`; an empty block follows."""
    if parts < 1 or capacity < 1:
        return [0]
    each = capacity / parts
    fills = [round(max(0.0, min(1.0, (used - i * each) / each)) * 100) for i in range(min(parts, 10))]
    return [*fills, 0]


def spark(values: Sequence[float]) -> tuple[str, str, tuple[str, str]]:
    """Points of a line in an 84 by 28 box, of the area under it, and where it ends; empty for < 2 values."""
    if len(values) < 2:
        return "", "", ("", "")
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    step = 78 / (len(values) - 1)
    points = [(2 + i * step, 24 - 20 * (value - low) / span) for i, value in enumerate(values)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    last = points[-1]
    return line, f"2,28 {line} {last[0]:.1f},28", (f"{last[0]:.1f}", f"{last[1]:.1f}")

"""A bulk opt-out keeps a single STOP waiting for some 40 ms, however slow the machine is."""

from __future__ import annotations

import pytest

from consent.actions import bulk


def parts(seconds_each: float, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of the parts of 500 people where each entry takes so long."""
    clock = [0.0]
    monkeypatch.setattr("consent.actions.bulk.time.monotonic", lambda: clock[0])
    pace, sizes = bulk._Pace(), []
    for part in pace.parts(list(range(500))):
        pace.begun = clock[0]
        clock[0] += seconds_each * len(part)
        pace.ended(len(part))
        sizes.append(len(part))
    assert sum(sizes) == 500
    return sizes


def test_a_slow_machine_writes_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = parts(0.002, monkeypatch)
    assert sizes[:2] == [bulk.FIRST, 25] and max(sizes[2:]) * 0.002 <= bulk.HEAD_SECONDS + 1e-9


def test_a_fast_machine_writes_large_parts_but_grows_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parts(0.0001, monkeypatch) == [50, 100, 200, 150]


def test_no_part_is_smaller_than_it_must_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert min(parts(0.1, monkeypatch)[:-1]) == bulk.FEWEST  # the last is what is left

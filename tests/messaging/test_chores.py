"""The end of a broadcast survives a database that was away when it was looked for (I9, E4).

Mutation tried: `Chores.count` forgets a broadcast whatever its look came to → both tests.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError

from messaging.sender import chores
from messaging.sender.chores import Chores
from messaging.sender.lanes import Lane, Lanes
from messaging.sender.tuning import Tuning

TENANT, BROADCAST = 7, 70


class Looks:
    """Stands in for the look into the database: away the first time, there afterwards."""

    __name__ = "look"

    def __init__(self) -> None:
        self.asked: list[tuple[int, int, bool]] = []

    def __call__(self, tenant_id: int, broadcast_id: int, done: bool) -> None:
        self.asked.append((tenant_id, broadcast_id, done))
        if len(self.asked) == 1:
            raise OperationalError("the connection is lost")


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    made = Looks()
    monkeypatch.setattr(chores, "_count", made)
    return made


def lanes() -> Lanes:
    nothing: Any = None
    return Lanes(nothing, Tuning(), nothing, "")


async def count(made: Chores, times: int) -> list[int]:
    """How many broadcasts are still looked for after each turn."""
    left = []
    for _ in range(times):
        await made.count()
        left.append(sum(len(lane.broadcasts) for lane in made.lanes) + len(made.lanes.touched))
    return left


def turns(made: Chores) -> list[int]:
    """Three turns in a loop of their own: where a browser has been, the main thread has one already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(count(made, 3))).result()


def test_a_quiet_lane_keeps_its_broadcast_until_the_database_has_answered(looks: Looks) -> None:
    found = lanes()
    found.by_due[1] = Lane(1, TENANT, 1, 1, empty=True, broadcasts={BROADCAST})
    nothing: Any = None
    assert turns(Chores(nothing, found, Tuning())) == [1, 0, 0]
    assert looks.asked == [(TENANT, BROADCAST, True)] * 2


def test_what_the_look_up_of_doubts_touched_is_asked_again_too(looks: Looks) -> None:
    found = lanes()
    found.touched.add((TENANT, BROADCAST))
    nothing: Any = None
    assert turns(Chores(nothing, found, Tuning())) == [1, 0, 0]
    assert looks.asked == [(TENANT, BROADCAST, True)] * 2

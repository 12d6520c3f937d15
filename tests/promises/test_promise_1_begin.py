"""Promise 1: no request to a person begins after an opt-out that covers it has committed (I1).

The carrier's log has the earliest moment at which each request can have come (by the kernel's word: the carrier's own
process may be late to read it, which on a busy machine looked like a request after the opt-out); the opt-out's moment
is taken by the clock of this machine just after its COMMIT returned, and, for the races, the database's own.

Mutations tried, each made the test named red:
- sender: `LOCK` replaced by `SELECT true` (no lock)                    → test_stops_race_a_running_broadcast
- wire: `look` does nothing (lost or old locks do not count)            → the other three
- locks: `lost` looks at no socket → tests/messaging/test_sender_wire.py, where nothing is awaited in between
- sql: `WHEN gate <> 0` removed from BEGIN                              → test_stops_race_a_running_broadcast
"""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from bench.rig import wait_for
from bench.stage import Stage
from consent import actions as consent
from consent.models.ledger import Method
from messaging.rules.outcomes import NotSent, Phase
from tenants.rules import PERSON
from tenants.scope import tenant_scope

CROWD = 600


@pytest.fixture
def stage(live_db: Any, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, rate=300, latency_ms=[5, 60])
    yield made
    made.close()


class Stops:
    """Opt-outs written by a thread of their own; when each committed, by phone."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.committed: dict[int, int] = {}
        self.took: list[float] = []

    def stop(self, phone_id: int) -> None:
        started = time.monotonic()
        with tenant_scope(self.stage.tenant.pk):
            consent.opt_out(
                phone_id=phone_id,
                sender_id=self.stage.offers.pk,
                reach=consent.Reach.NUMBER,
                method=Method.KEYWORD,
                event_key=f"stop:{phone_id}",
                actor=PERSON,
            )
        self.committed[phone_id] = time.time_ns()
        self.took.append(time.monotonic() - started)

    def run(self, phone_ids: list[int], pause: float) -> threading.Thread:
        def work() -> None:
            for phone_id in phone_ids:
                self.stop(phone_id)
                time.sleep(random.random() * pause)
            connections.close_all()

        thread = threading.Thread(target=work)
        thread.start()
        return thread


def begun_after_stop(stage: Stage, stops: Stops) -> list[tuple[int, float]]:
    """(phone, ms) of every request that began after the opt-out of its person had committed."""
    with tenant_scope(stage.tenant.pk), connection.cursor() as cursor:
        cursor.execute("SELECT e164, id FROM consent_phonenumber")
        phones = dict(cursor.fetchall())
    late = []
    for row in stage.carrier.log():
        stopped = stops.committed.get(phones[row["to"]])
        if stopped is not None and row["came_ns"] > stopped:
            late.append((phones[row["to"]], (row["came_ns"] - stopped) / 1e6))
    return late


def next_to_leave(stage: Stage, stops: Stops) -> int | None:
    """A phone whose message is about to leave, or is just leaving; None when nothing waits."""
    with tenant_scope(stage.tenant.pk), connection.cursor() as cursor:
        cursor.execute(
            "SELECT phone_id FROM messaging_message WHERE phase IN (0, 1, 2) "
            "ORDER BY phase = 0, phase DESC, id LIMIT 60"
        )
        found = [row[0] for row in cursor.fetchall() if row[0] not in stops.committed]
    return random.choice(found) if found else None


def test_stops_race_a_running_broadcast(stage: Stage) -> None:
    stage.people(2 * CROWD)  # a busy machine stops slower than the carrier's rate goes on
    stage.launch()
    stops = Stops(stage)
    stage.sender()
    assert wait_for(lambda: len(stage.carrier.log()) > 20, 20), stage.log()

    def chase() -> None:
        while (phone := next_to_leave(stage, stops)) is not None:
            stops.stop(phone)
        connections.close_all()

    threads = [threading.Thread(target=chase) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wait_for(lambda: set(stage.phases()) == {Phase.HANDED, Phase.NOT_SENT}, 30), stage.log()
    assert begun_after_stop(stage, stops) == []
    sent, phases = {row["to"] for row in stage.carrier.log()}, stage.phases()
    assert len(stops.took) > 30 and phases[Phase.NOT_SENT] > 20, "the race was no race"
    assert phases[Phase.HANDED] == len(sent) and sum(phases.values()) == 2 * CROWD
    assert sorted(stops.took)[int(len(stops.took) * 0.99)] < 1.5


def test_a_killed_lock_session_lets_nothing_leave(stage: Stage, live_db: Any) -> None:
    phones = stage.people(400)
    stage.launch()
    stops = Stops(stage)
    stage.sender("drill_pause=0.3")
    assert wait_for(lambda: len(stage.carrier.log()) > 20, 20), stage.log()
    thread = stops.run(phones[60:], 0.004)
    with live_db.superuser() as superuser:
        while thread.is_alive():
            superuser.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'smscrm sender locks'"
            )
            superuser.commit()
            time.sleep(0.15)
    assert wait_for(lambda: set(stage.phases()) == {Phase.HANDED, Phase.NOT_SENT}, 40), stage.log()
    assert begun_after_stop(stage, stops) == []
    assert "lock session was lost" in (stage.folder / "sender.log").read_text()
    log = stage.carrier.log()
    assert len(log) == len({row["m"] for row in log}) == stage.phases()[Phase.HANDED]


def test_a_request_that_starts_too_late_does_not_start(stage: Stage) -> None:
    phones = stage.people(200)
    stage.launch()
    stops = Stops(stage)
    stage.sender("drill_pause=1.2")  # most requests come to the wire after their lock has been given back
    assert wait_for(lambda: len(stage.carrier.log()) > 20, 20), stage.log()
    stops.run(phones[40:], 0.004).join()
    assert wait_for(lambda: set(stage.phases()) == {Phase.HANDED, Phase.NOT_SENT}, 40), stage.log()
    assert begun_after_stop(stage, stops) == []
    assert "NotBegun" in (stage.folder / "sender.log").read_text()


def test_a_frozen_sender_blocks_no_stop_and_sends_nothing_when_it_wakes(stage: Stage) -> None:
    phones = stage.people(CROWD)
    stage.launch()
    stops = Stops(stage)
    sender = stage.sender("drill_pause=0.4")
    assert wait_for(lambda: len(stage.carrier.log()) > 20, 20), stage.log()
    for turn in range(3):
        seen = len(stage.carrier.log())
        assert wait_for(lambda seen=seen: len(stage.carrier.log()) > seen + 10, 20)  # type: ignore[misc]
        time.sleep(random.random() * 0.1)
        sender.send_signal(signal.SIGSTOP)
        try:
            started = time.monotonic()
            for phone in phones[60 + turn * 150 : 60 + turn * 150 + 150]:
                stops.stop(phone)
            time.sleep(max(0.0, 3.0 - (time.monotonic() - started)))
        finally:
            sender.send_signal(signal.SIGCONT)
    assert wait_for(lambda: set(stage.phases()) == {Phase.HANDED, Phase.NOT_SENT}, 60), stage.log()
    assert begun_after_stop(stage, stops) == []
    assert max(stops.took) < 4.0  # the server gives a frozen process's locks back after 2 s
    with tenant_scope(stage.tenant.pk), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM messaging_message WHERE reason = %s", [int(NotSent.OPTED_OUT)])
        assert cursor.fetchone()[0] >= 100

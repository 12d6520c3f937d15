"""Promise 7, the sender's part: killed at any point, it goes on after a restart, and promises 1 to 3 still hold.

The broker is absent throughout: the database is the queue, and nobody needs to ring. PostgreSQL ends every session
in mid-campaign: the sender reconnects by itself.

Mutations tried, each made the test named red:
- sql: RECLAIM and LAPSED find nothing (claimed rows of a dead process stay claimed) → test_a_sender_killed_…
- process: `_serve` does not survive a database error → test_sessions_…
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.rig import wait_for
from bench.stage import Stage
from messaging.models import Broadcast
from messaging.rules.outcomes import Phase
from tenants.scope import tenant_scope
from tests.promises.quick import DOUBT

CROWD = 500
QUICK = (*DOUBT, "begun_lease=2", "lane_lease=1")


@pytest.fixture
def stage(live_db: Any, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, rate=500, latency_ms=[5, 40])
    yield made
    made.close()


def finished(stage: Stage, broadcast: int) -> bool:
    with tenant_scope(stage.tenant.pk):
        return bool(Broadcast.objects.get(pk=broadcast).status == "finished")


def assert_all_there(stage: Stage) -> None:
    phases = stage.phases()
    assert set(phases) <= {Phase.HANDED, Phase.ABSENT} and sum(phases.values()) == CROWD
    accepted = [row["m"] for row in stage.carrier.log() if row["accepted"]]
    assert len(accepted) == len(set(accepted)) == phases[Phase.HANDED]


@pytest.mark.parametrize("after", [0.02, 0.1])
def test_a_sender_killed_again_and_again_goes_on(stage: Stage, after: float) -> None:
    stage.people(CROWD)
    broadcast = stage.launch()
    for _ in range(3):
        seen = len(stage.carrier.log())
        sender = stage.sender(*QUICK)
        assert wait_for(lambda seen=seen: len(stage.carrier.log()) > seen, 20, 0.01), stage.log()  # type: ignore[misc]
        time.sleep(after)
        sender.send_signal(signal.SIGKILL)
        sender.wait(5)
    stage.sender(*QUICK)
    assert wait_for(lambda: finished(stage, broadcast), 60), (stage.phases(), stage.log())
    assert_all_there(stage)


def test_two_senders_share_the_work_and_one_dies(stage: Stage) -> None:
    stage.people(CROWD)
    broadcast = stage.launch()
    first, _second = stage.sender(*QUICK), stage.sender(*QUICK)
    assert wait_for(lambda: len(stage.carrier.log()) > 100, 20), stage.log()
    first.send_signal(signal.SIGKILL)
    assert wait_for(lambda: finished(stage, broadcast), 60), (stage.phases(), stage.log())
    assert_all_there(stage)


def test_sessions_that_the_server_ends_are_opened_again(stage: Stage, live_db: Any) -> None:
    stage.people(CROWD)
    broadcast = stage.launch()
    sender = stage.sender(*QUICK)
    assert wait_for(lambda: len(stage.carrier.log()) > 50, 20), stage.log()
    with live_db.superuser() as superuser:
        for _ in range(4):
            superuser.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'smscrm sender%'"
            )
            superuser.commit()
            time.sleep(0.3)
    assert wait_for(lambda: finished(stage, broadcast), 60), (stage.phases(), stage.log())
    assert sender.process.poll() is None
    assert_all_there(stage)

"""Promise 3: a message is handed over at most once; what is ambiguous is looked up, never sent again blindly (I3).

The carrier counts how often it took each message id. Faults: it takes the text and answers 500, hangs, or closes;
the sender is killed at full rate; a frozen sender wakes when another has its work.

Mutations tried, each made the test named red:
- results: an ambiguous answer goes back into the queue (`Phase.QUEUED`)      → test_answers_in_doubt_…
- sql: BEGIN asks neither for phase nor lease (no fence)                     → test_a_frozen_sender_…
- sql: LEFT_OVER sets 0 instead of 5                                          → test_a_killed_sender_…
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
from messaging.models import Attempt, Message
from messaging.rules.outcomes import Phase
from tenants.models import SenderNumber
from tenants.scope import tenant_scope
from tests.promises.quick import DOUBT

CROWD = 400
QUICK = (*DOUBT, "total=2", "begun_lease=3", "lane_lease=1")
ENDS = {Phase.HANDED, Phase.ABSENT}


@pytest.fixture
def stage(live_db: Any, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, rate=600, latency_ms=[20, 80])
    yield made
    made.close()


def assert_once(stage: Stage) -> None:
    """The carrier took each message at most once, and what it took is exactly what is handed over."""
    log = stage.carrier.log()
    assert stage.carrier.ask("counts")["double_handovers"] == 0
    accepted = {row["m"]: row["sid"] for row in log if row["accepted"]}
    with tenant_scope(stage.tenant.pk):
        handed = {str(m.pk): m.sid for m in Message.objects.filter(phase=Phase.HANDED)}
        begun = Attempt.objects.count()
    assert handed == accepted
    assert begun >= len(log), "every request was written down before it left"


@pytest.mark.parametrize("mode", ["accept_then_500", "accept_then_hang", "accept_then_close", "garbage_200"])
def test_answers_in_doubt_are_looked_up_and_never_sent_again(stage: Stage, mode: str) -> None:
    stage.people(120)
    stage.carrier.tell("faults", {"mode": mode, "fraction": 0.3, "count": 30, "seconds": 4})
    # Two texts to the same people, so that a look-up must tell one text from another.
    stage.launch(text="First {{ last_name }}")
    stage.launch(text="Second {{ last_name }}")
    stage.sender(*QUICK)
    assert wait_for(lambda: set(stage.phases()) == {Phase.HANDED}, 40), (stage.phases(), stage.log())
    assert_once(stage)
    with tenant_scope(stage.tenant.pk):
        assert Attempt.objects.filter(result="found").count() == 30


def test_a_killed_sender_repeats_nobody_and_loses_nobody(stage: Stage) -> None:
    stage.people(CROWD)
    stage.carrier.tell("faults", {"mode": "accept_then_500", "fraction": 0.05})
    with tenant_scope(stage.tenant.pk):
        SenderNumber.objects.update(rate=250)  # so that each of them has something left to send
    stage.launch()
    for _ in range(3):
        sender = stage.sender(*QUICK)
        seen = len(stage.carrier.log())
        assert wait_for(lambda seen=seen: len(stage.carrier.log()) > seen + 30, 20, 0.01), stage.log()  # type: ignore[misc]
        sender.send_signal(signal.SIGKILL)
        sender.wait(5)
    stage.sender(*QUICK)
    assert wait_for(lambda: set(stage.phases()) <= ENDS, 40), (stage.phases(), stage.log())
    assert_once(stage)
    phases = stage.phases()
    assert sum(phases.values()) == CROWD
    # What is absent was begun and never reached the carrier: at most what was under way at the kills.
    assert phases.get(Phase.ABSENT, 0) <= 3 * 128


def test_a_frozen_sender_that_wakes_sends_nothing_that_another_has(stage: Stage) -> None:
    stage.people(CROWD)
    stage.launch()
    frozen = stage.sender(*QUICK)
    assert wait_for(lambda: len(stage.carrier.log()) > 50, 20), stage.log()
    frozen.send_signal(signal.SIGSTOP)
    time.sleep(1.5)  # its lanes are another's by now
    stage.sender(*QUICK)
    assert wait_for(lambda: len(stage.carrier.log()) > 150, 20), stage.log()
    frozen.send_signal(signal.SIGCONT)
    assert wait_for(lambda: set(stage.phases()) <= ENDS, 40), (stage.phases(), stage.log())
    assert_once(stage)
    assert sum(stage.phases().values()) == CROWD

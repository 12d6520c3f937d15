"""Promise 2: everyone of an audience ends in exactly one outcome, and the counts add up (I2).

planned = handed + refused (with a reason) + absent, whatever the carrier does.

Mutation tried, it made the test red: the fan-out writes no row for people who are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from bench.rig import wait_for
from bench.stage import Stage
from consent.models import Permission, PhoneNumber
from messaging.actions import counts
from messaging.models import Broadcast, Message
from messaging.rules.outcomes import Phase
from tenants.models import Due
from tenants.scope import tenant_scope
from tests.promises.quick import DOUBT

QUICK = (*DOUBT, "total=2")


@pytest.fixture
def stage(live_db: Any, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, latency_ms=[5, 30])
    yield made
    made.close()


def test_everyone_ends_in_one_outcome(stage: Stage) -> None:
    phones = stage.people(400)
    with tenant_scope(stage.tenant.pk):
        Permission.objects.filter(phone__in=phones[:20]).update(state="opted_out")
        PhoneNumber.objects.filter(pk__in=phones[20:40]).update(blocked_at=timezone.now())
        Permission.objects.filter(phone__in=phones[40:60]).delete()
    faults = [
        "accept_then_500",
        "500_before_accept",
        "accept_then_close",
        "close_before_accept",
        "429",
        "201_without_sid",
    ]
    for mode in faults:
        stage.carrier.tell("faults", {"mode": mode, "fraction": 0.06, "count": 15})
    stage.carrier.tell("recipients", {"to": [f"+120255501{n:06}" for n in range(100, 110)], "code": 21614})
    broadcast = stage.launch(text="Hi {{ last_name }}")
    stage.sender(*QUICK)

    def done() -> bool:
        with tenant_scope(stage.tenant.pk):
            return bool(Broadcast.objects.get(pk=broadcast).status == "finished")

    assert wait_for(done, 60), (stage.phases(), stage.log())
    with tenant_scope(stage.tenant.pk):
        found = counts.count(broadcast)
        assert Broadcast.objects.get(pk=broadcast).counts["planned"] == 400
        rows = list(Message.objects.values_list("pk", "phase", "reason", "sid"))
    assert (found["planned"], found["open"]) == (400, 0)
    assert found["handed"] + found["refused"] + found["absent"] == 400
    assert 0 < found["reasons"].pop("42") <= 10  # another fault may have met some of the ten first
    assert found["reasons"] == {"7": 20, "1": 20, "11": 20}
    fates = Counter(phase for _, phase, _, _ in rows)
    assert set(fates) <= {Phase.HANDED, Phase.NOT_SENT, Phase.ABSENT}
    # What the carrier took is what is handed, and what is absent it never took: word by word.
    accepted = {row["m"]: row["sid"] for row in stage.carrier.log() if row["accepted"]}
    assert {str(pk): sid for pk, phase, _, sid in rows if phase == Phase.HANDED} == accepted
    assert fates[Phase.ABSENT] > 0 and all(sid is None for _, phase, _, sid in rows if phase == Phase.ABSENT)
    assert stage.carrier.ask("counts")["double_handovers"] == 0
    # After the last doubt a lane looks once more: its row goes as soon as it has.
    due = Due.objects.filter(kind__in=["send", "reconcile"])
    assert wait_for(lambda: not due.filter(due_at__lte=timezone.now()).exists(), 10), stage.log()

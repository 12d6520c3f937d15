"""100,000 people opted out at once while a campaign goes out to them, and single STOPs meanwhile.

The STOPs come one at a time through `receive`, before and during; the goal is theirs: p99 below 200 ms while the bulk
commits its chunks, the sender sends and a worker follows the ledger. `python -m bench.bulk_opt_out [--count N]`
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from bench.lab import ROOT, Lab, lab
from bench.report import report
from bench.rig import Tasks, wait_for

GOAL_P99_MS, PAUSE, QUIET = 200, 0.05, 100
# Nothing may begin to somebody after the entry of their opt-out.
_LATE = """
SELECT count(*) FROM messaging_attempt a JOIN messaging_message m ON m.id = a.message_id
JOIN consent_consentevent e ON e.phone_id = m.phone_id AND e.kind = 'opt_out'
WHERE m.message_class = 3 AND a.begun_at > e.recorded_at
"""


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--tenant", type=int, help="be the process that opts out; set by the measurement")
    given = parser.parse_args(argv)
    if given.tenant:
        opt_out_all(given.tenant, given.count)
        return
    with lab() as made:
        measure(made, given.count)


def opt_out_all(tenant_id: int, count: int) -> None:
    """The bulk, in a process of its own; says when it begins, then its seconds."""
    import django

    django.setup()
    from consent.actions import bulk_opt_out
    from consent.models import PhoneNumber
    from tenants.rules import SYSTEM
    from tenants.scope import tenant_scope

    with tenant_scope(tenant_id):
        phones = list(PhoneNumber.objects.order_by("pk").values_list("pk", flat=True)[:count])
    print("begins", flush=True)
    started = time.monotonic()
    bulk_opt_out(
        tenant_id=tenant_id, phone_ids=phones, event_key="bench", method="team", actor=SYSTEM
    )  # fmt: skip
    print(time.monotonic() - started)


def measure(
    made: Lab, count: int, *, quiet: int = QUIET, most: int = 4_000, processes: int = 2
) -> dict[str, Any]:
    """One run: everybody opted in and in a campaign, then all opted out while it is sent.

    `most`: STOPs at the most; `processes`: of the worker, 0 for none.
    """
    from bench.stage import Stage

    worker = Tasks(made.root, processes) if processes else nullcontext()
    with tempfile.TemporaryDirectory() as folder, worker:
        stage = Stage(Path(folder))
        try:
            stage.people(count)
            stops = _stops(stage, most)
            alone = [next(stops) for _ in range(quiet)]
            stage.launch()
            stage.sender()
            assert wait_for(lambda: _sent(stage.tenant.pk) > 0, 60), stage.log()
            bulk = _bulk(stage.tenant.pk, count)
            assert bulk.stdout is not None and bulk.stdout.readline(), bulk.wait()
            took = [next(stops)]
            while bulk.poll() is None:
                took.append(next(stops))
            seconds = float(bulk.stdout.read())
            return _report(made, stage, count, seconds, alone, took)
        finally:
            stage.close()


def _stops(stage: Any, most: int) -> Any:
    """Each step is one STOP of another person: its seconds."""
    from bench.texts import form, known, persons
    from conversations.actions.inbound import receive
    from tenants.models import ProviderAccount
    from tenants.scope import tenant_scope

    people = persons(most)
    with tenant_scope(stage.tenant.pk):
        known(people, sender_id=stage.offers.pk)
        account = ProviderAccount.objects.get().pk
    for n, person in enumerate(people):
        raw = form(person, "STOP", f"SM{n:032d}")
        started = time.monotonic()
        receive(tenant_id=stage.tenant.pk, account_id=account, raw=raw)
        yield time.monotonic() - started
        time.sleep(PAUSE)


def _bulk(tenant_id: int, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.bulk_opt_out", "--tenant", str(tenant_id), "--count", str(count)]
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "smscrm.settings"}
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)


def _report(
    made: Lab, stage: Any, count: int, seconds: float, alone: list[float], took: list[float]
) -> dict[str, Any]:
    from django.db import connection

    from consent.models import ConsentEvent, Hold
    from tenants.scope import tenant_scope

    with tenant_scope(stage.tenant.pk), connection.cursor() as cursor:
        stopped = ConsentEvent.objects.filter(kind="opt_out").count() - len(alone) - len(took)
        held = Hold.objects.count()
        cursor.execute(_LATE)
        late = cursor.fetchone()[0]
    p99 = _at(took, 0.99)
    return report(
        "stop_during_bulk", GOAL_P99_MS / p99, 1.0,
        met=p99 < GOAL_P99_MS and stopped == count and not late and not held,
        p99_ms=p99, p99_goal_ms=GOAL_P99_MS, p50_ms=_at(took, 0.5), worst_ms=max(took) * 1000, stops=len(took),
        alone_p50_ms=_at(alone, 0.5), alone_p99_ms=_at(alone, 0.99), people=count, opted_out=stopped,
        bulk_seconds=seconds, people_per_second=count / seconds,
        sent=_sent(stage.tenant.pk), begun_after_opt_out=late,
    )  # fmt: skip


def _sent(tenant_id: int) -> int:
    """Requests to the carrier so far."""
    from messaging.models import Attempt
    from tenants.scope import tenant_scope

    with tenant_scope(tenant_id):
        return int(Attempt.objects.count())


def _at(values: list[float], share: float) -> float:
    """Milliseconds that this share stays below."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000


if __name__ == "__main__":
    main()

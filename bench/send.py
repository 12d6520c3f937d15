"""Sending: 10,000 recipients at a carrier that answers in 50 ms, 128 connections, one sender process.

Against a raw asyncio client over as many connections, in turn with it, in the same run. Everything is included: the
claim, the locks, gate and `begun` in one statement, the write-ahead, HTTP, results. Callbacks are off.
`python -m bench.send [--count N] [--runs N]`
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.lab import ROOT, Lab, lab
from bench.report import middle, report

GOAL, GOAL_CPU, GOAL_RSS = 0.60, 0.5, 120
CONNECTIONS, LATENCY_MS = 128, 50


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args(argv)
    with lab() as made:
        measure(made, given.count, given.runs)


def measure(made: Lab, count: int, runs: int) -> dict[str, Any]:
    """Alternate both sides; medians."""
    from bench.stage import Stage

    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder), rate=30_000, latency_ms=LATENCY_MS)
        try:
            stage.people(count)
            ours: list[dict[str, float]] = []
            raw: list[dict[str, float]] = []
            for _ in range(runs):
                raw.append(_raw(stage, count))
                ours.append(_ours(made, stage, count))
        finally:
            stage.close()
    ours_rate = middle([run["rate"] for run in ours])
    raw_rate = middle([run["rate"] for run in raw])
    cpu = middle([run["cpu_sender"] + run["cpu_postgres"] for run in ours])
    rss = max(run["rss_mb"] for run in ours)
    ratio = ours_rate / raw_rate
    return report(
        "send_10000" if count == 10_000 else f"send_{count}",
        ratio,
        GOAL,
        met=ratio >= GOAL and cpu <= GOAL_CPU and rss <= GOAL_RSS,
        per_second=ours_rate,
        raw_per_second=raw_rate,
        cpu_s_per_1000=cpu,
        cpu_goal=GOAL_CPU,
        cpu_sender=middle([run["cpu_sender"] for run in ours]),
        cpu_postgres=middle([run["cpu_postgres"] for run in ours]),
        raw_cpu_s_per_1000=middle([run["cpu"] for run in raw]),
        rss_mb=rss,
        rss_goal=GOAL_RSS,
        connections=CONNECTIONS,
        latency_ms=LATENCY_MS,
        double=sum(int(run["double"]) for run in ours),
    )


def _raw(stage: Any, count: int) -> dict[str, float]:
    from bench.stage import SID, TOKEN
    from messaging.edge import Account

    account = Account(0, 0, SID, TOKEN, stage.carrier.url, "", CONNECTIONS)
    where = urlsplit(account.messages_url)
    command = [sys.executable, "-m", "bench.raw", str(where.hostname), str(where.port), where.path]
    command += [account.authorization, str(CONNECTIONS), str(count)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    stage.carrier.tell("reset", {})
    return {"rate": count / found["seconds"], "cpu": found["cpu"] / count * 1000}


def _ours(made: Lab, stage: Any, count: int) -> dict[str, float]:
    """From the first request to the last, as the carrier's clock has it; CPU from start to end of the sending."""
    from bench.rig import wait_for
    from messaging.models import Message
    from tenants.scope import tenant_scope

    sender = stage.sender()
    wait_for(lambda: sender.cpu() > 0.3, 20)
    wait_for(_quiet(sender), 20, 0.2)
    before = sender.cpu(), made.cpu()
    stage.launch(text="Hi {{ last_name }}, this is Demo Bakery.", footer="Reply STOP to opt out.")
    planned = made.cpu()
    done = wait_for(lambda: stage.carrier.ask("health")["messages"] >= count, 120, 0.1)
    with tenant_scope(stage.tenant.pk):
        handed = wait_for(lambda: Message.objects.filter(phase=3).count() == count, 20, 0.2)
    assert done and handed, stage.phases()
    used = sender.cpu() - before[0], made.cpu() - planned
    rss = sender.rss() / 1e6
    sender.stop()
    begins = [row["begin_mono_ns"] for row in stage.carrier.log()]
    seconds = (max(begins) - min(begins)) / 1e9 + LATENCY_MS / 1000
    double = stage.carrier.ask("counts")["double_handovers"]
    stage.carrier.tell("reset", {})
    _forget(made)
    return {
        "rate": count / seconds,
        "cpu_sender": used[0] / count * 1000,
        "cpu_postgres": used[1] / count * 1000,
        "rss_mb": rss,
        "double": double,
    }


def _quiet(sender: Any) -> Any:
    """Whether the process has finished starting: it uses almost no time of the processor."""
    last = [0.0]

    def quiet() -> bool:
        now = sender.cpu()
        still, last[0] = now - last[0] < 0.03, now
        return still

    return quiet


def _forget(made: Lab) -> None:
    from smscrm.machine import postgres

    with made.server.connect(postgres.DATABASE) as superuser:
        superuser.execute("TRUNCATE messaging_message, messaging_attempt")
        superuser.execute("DELETE FROM tenants_due")


if __name__ == "__main__":
    main()

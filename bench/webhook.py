"""A STOP that comes in: signature, keeping, hold, opt-out, its one confirmation, all committed before the answer.

As requests a second against a Django view that says hello, in turn with it, on the same granian server; 32
connections, every STOP of another person, tables analysed before each run.
`python -m bench.webhook [--count N] [--runs N]`
"""

from __future__ import annotations

import argparse
from typing import Any

from bench.lab import Lab, lab
from bench.report import middle, report
from bench.web import web
from smscrm.machine.programs import WEB_WORKERS

GOAL, GOAL_P99_MS, CONNECTIONS = 0.15, 100, 32


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=3_000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args(argv)
    with lab() as made:
        measure(made, given.count, given.runs)


def measure(
    made: Lab, count: int, runs: int, *, seconds: float = 3, workers: int = WEB_WORKERS
) -> dict[str, Any]:
    """Alternate both sides; medians. `seconds`: of hello in each run."""
    from bench.texts import Shop, form, known, persons, signed
    from tenants.scope import tenant_scope

    shop = Shop()
    hello: list[Any] = []
    ours: list[Any] = []
    with web(workers=workers) as server:
        waves = [("Hi", min(256, count)), *[("STOP", count)] * runs]
        for run, (body, size) in enumerate(waves):  # the first warms up
            people = persons(size, first=run * count)
            with tenant_scope(shop.tenant):
                known(people, sender_id=shop.sender)
            made.analyze()
            wave = [
                signed(shop.path, form(one, body, f"SM{run:08d}{n:024d}")) for n, one in enumerate(people)
            ]
            hello.append(server.hit([{"path": "/hello"}], connections=CONNECTIONS, seconds=seconds))
            before = server.cpu() + made.cpu()
            ours.append(server.hit(wave, connections=CONNECTIONS))
            ours[-1]["cpu_ms"] = (server.cpu() + made.cpu() - before) * 1000 / size
            assert set(ours[-1]["statuses"]) == {"200"}, ours[-1]["statuses"]
    return _report(ours[1:], hello[1:], count, runs, _stopped(shop.tenant))


def _stopped(tenant_id: int) -> int:
    """How many are opted out by a STOP that took effect, none of them still on hold."""
    from consent.models import ConsentEvent, Hold
    from tenants.scope import tenant_scope

    with tenant_scope(tenant_id):
        return int(ConsentEvent.objects.filter(kind="opt_out").count() - Hold.objects.count())


def _report(ours: list[Any], hello: list[Any], count: int, runs: int, stopped: int) -> dict[str, Any]:
    rate, limit = (middle([one["per_second"] for one in side]) for side in (ours, hello))
    p99 = middle([one["p99_ms"] for one in ours])
    return report(
        "webhook_stop", rate / limit, GOAL,
        met=rate / limit >= GOAL and p99 <= GOAL_P99_MS and stopped == count * runs,
        per_second=rate, hello_per_second=limit, p50_ms=middle([one["p50_ms"] for one in ours]), p99_ms=p99,
        p99_goal_ms=GOAL_P99_MS, hello_p99_ms=middle([one["p99_ms"] for one in hello]),
        cpu_ms=middle([one["cpu_ms"] for one in ours]), connections=CONNECTIONS, count=count, runs=runs,
        stopped=stopped,
    )  # fmt: skip


if __name__ == "__main__":
    main()

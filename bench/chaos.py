"""Kills processes at random while campaigns run, then counts: the promises under fire.

    python -m bench.chaos [--contacts 4000] [--seconds 90] [--seed N] [--every 9]

Prints one JSON object: the demo run's figures, the kills, and whether every promise held. The carrier is not killed:
it is the witness. The seed is printed, so that a run can be repeated.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]
# What each name looks like in a process's command line.
TARGETS = {
    "sender": ("manage.py", "sender"),
    "web": ("granian",),
    "worker": ("celery",),
    "broker": ("valkey-server",),
    "database": ("postgres", "-D"),
}


def main() -> int:
    """Run the drill; the exit code is 1 when a promise was broken."""
    options = _options()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    print(json.dumps({"drill": "chaos", "seed": seed}), flush=True)
    product = subprocess.Popen(
        [*MANAGE, "up", "--no-demo", "--drill", "--die-with-parent"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
    )
    try:
        addresses = _addresses(product)
        subprocess.Popen(["cat"], stdin=product.stdout, stdout=subprocess.DEVNULL)
        kills, figures = _drill(product.pid, addresses, options, random.Random(seed))
        sealed = _history()
    finally:
        product.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            product.wait(30)
    verdict = _verdict(figures, sealed)
    print(json.dumps({"name": "chaos", "seed": seed, "kills": kills, **figures, **verdict}), flush=True)
    return 0 if all(verdict.values()) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=4000)
    parser.add_argument("--seconds", type=float, default=90, help="how long to go on killing")
    parser.add_argument("--every", type=float, default=12, help="seconds between kills, at the least")
    parser.add_argument("--seed", type=int)
    return parser.parse_args()


def _addresses(product: subprocess.Popen[str]) -> dict[str, str]:
    assert product.stdout is not None
    found: dict[str, str] = {}
    said: list[str] = []
    for line in product.stdout:
        said.append(line)
        words = line.split()
        if "smscrm is running at" in line:
            found["PUBLIC_URL"] = words[-1]
        elif words[:1] == ["Simulator"]:
            found["SIMULATOR_URL"] = words[1]
        if len(found) == 2:
            return found
    raise SystemExit("the product did not start:\n" + "".join(said[-20:]))


def _drill(
    supervisor: int, addresses: dict[str, str], options: argparse.Namespace, dice: random.Random
) -> tuple[dict[str, int], dict[str, object]]:
    """Run the demo's job and kill beside it; returns kills by name and the job's figures."""
    job = subprocess.Popen(
        [*MANAGE, "demo", "--attached", "--contacts", str(options.contacts)],
        env=os.environ | addresses,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    kills: Counter[str] = Counter()
    until = time.monotonic() + options.seconds
    # The import comes first: it is killed as well, and must go on where it was.
    time.sleep(3)
    while job.poll() is None and time.monotonic() < until:
        name = dice.choice(list(TARGETS))
        if _kill(supervisor, name, dice):
            kills[name] += 1
        time.sleep(options.every * (1 + dice.random() / 2))
    printed, _ = job.communicate(timeout=1200)
    if job.returncode:
        raise SystemExit(f"the job failed under fire:\n{printed}")
    return dict(kills), json.loads(printed.splitlines()[-1])


def _kill(supervisor: int, name: str, dice: random.Random) -> bool:
    """kill -9 one process of that kind below the supervisor."""
    found = [
        pid for pid, words in _below(supervisor) if all(any(w in x for x in words) for w in TARGETS[name])
    ]
    if not found:
        return False
    with suppress(ProcessLookupError):
        os.kill(dice.choice(found), signal.SIGKILL)
        return True
    return False


def _below(supervisor: int) -> list[tuple[int, list[str]]]:
    """Every process that descends from the supervisor, with its command line."""
    parents: dict[int, int] = {}
    commands: dict[int, list[str]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError, ValueError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                commands[int(entry.name)] = (
                    (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
                )
    return [(pid, words) for pid, words in commands.items() if _descends(pid, supervisor, parents)]


def _descends(pid: int, ancestor: int, parents: dict[int, int]) -> bool:
    while pid in parents and pid > 1:
        pid = parents[pid]
        if pid == ancestor:
            return True
    return False


def _history() -> bool:
    """Every tenant's permission history adds up."""
    done = subprocess.run(
        [*MANAGE, "verify_history", "--tenant", "all", "--json"], cwd=ROOT, capture_output=True
    )
    return done.returncode == 0


def _verdict(figures: dict[str, object], sealed: bool) -> dict[str, bool]:
    not_sent = figures["not_sent"]
    assert isinstance(not_sent, dict)
    total = int(str(figures["sent"])) + sum(not_sent.values()) + int(str(figures["unknown_or_absent"]))
    return {
        "none_after_opt_out": figures["begun_after_opt_out"] == 0,
        "none_twice": figures["double_handovers"] == 0,
        "counts_add_up": figures["planned"] == total,
        "opt_outs_heard": int(str(figures["opt_outs"])) > 0,
        "history_intact": sealed,
    }


if __name__ == "__main__":
    sys.exit(main())

"""The supervisor and the broker: order, restarts, and that `kill -9` leaves nothing behind."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from smscrm.machine import broker as machine_broker
from smscrm.machine import processes, programs

# Programs are shell scripts that write their pids; a background `sleep` stands for a worker of a worker.
SCRIPT = """
import os, sys
from smscrm.machine import supervise
from smscrm.machine.child import Program
from smscrm.machine.supervise import Supervisor
supervise.MOST_CRASHES = int(sys.argv[2])
place = sys.argv[1]
def sh(name, text, **more):
    return Program(name, ["sh", "-c", text.replace("@", place)], **more)
made = os.path.join(place, "made")
PROGRAMS = {
    "family": [sh("a", "sleep 321 & echo $$ $! > @/pids.new; mv @/pids.new @/pids; wait")],
    "order": [
        sh("first", "sleep 0.2; touch @/made; trap 'echo first >> @/stopped; exit' TERM; while :; do sleep 0.1; done",
           ready=lambda: os.path.exists(made)),
        sh("once", "test -e @/made && touch @/once", once=True),
        sh("last", "test -e @/once && trap 'echo last >> @/stopped; exit' TERM; while :; do sleep 0.1; done"),
    ],
    "again": [sh("a", "test -e @/made && touch @/second && exec sleep 321; touch @/made; exit 3")],
    "broken": [sh("a", "echo the reason; exit 3")],
    "refused": [sh("a", "exec sleep 321"), sh("once", "exit 4", once=True)],
}
supervisor = Supervisor(PROGRAMS[sys.argv[3]], dict(os.environ), sys.stdout, grace=0.5)
sys.exit(supervisor.run(lambda: print("STARTED", flush=True)))
"""
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []

    def go(case: str, crashes: int = 5) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", SCRIPT, str(tmp_path), str(crashes), case]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return running[-1]

    yield go
    for each in running:
        each.terminate()
        each.wait(20)


def soon(condition: Callable[[], bool], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def family(place: Path) -> list[int]:
    assert soon((place / "pids").exists)
    return [int(each) for each in (place / "pids").read_text().split()]


@pytest.mark.parametrize("death", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_children_and_grandchildren_end_with_the_supervisor(start: Start, tmp_path: Path, death: int) -> None:
    supervisor = start("family")
    pids = family(tmp_path)
    assert all(map(processes.alive, pids))
    supervisor.send_signal(death)
    assert soon(lambda: not any(map(processes.alive, pids))), "something outlived the supervisor"
    assert supervisor.wait(15) == (-9 if death == signal.SIGKILL else 0)


def test_starts_in_order_and_stops_in_reverse(start: Start, tmp_path: Path) -> None:
    supervisor = start("order")
    assert supervisor.stdout is not None
    assert supervisor.stdout.readline() == "STARTED\n"
    assert (tmp_path / "once").exists()
    time.sleep(0.3)
    supervisor.terminate()
    assert supervisor.wait(15) == 0
    assert (tmp_path / "stopped").read_text().split() == ["last", "first"]


def test_crashed_program_is_started_again(start: Start, tmp_path: Path) -> None:
    supervisor = start("again")
    assert soon((tmp_path / "second").exists)
    assert supervisor.poll() is None


def test_program_that_keeps_crashing_stops_everything_and_says_why(start: Start) -> None:
    out, _ = start("broken", crashes=1).communicate(timeout=30)
    assert "error: a ended 2 times in a minute, code 3; it said: the reason" in out


def test_step_that_fails_stops_everything(start: Start) -> None:
    supervisor = start("refused")
    out, _ = supervisor.communicate(timeout=30)
    assert supervisor.returncode == 1
    assert "error: once failed with code 4" in out


def test_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", programs.free_port(18190)))
        taken.listen()
        port = int(taken.getsockname()[1])
        assert programs.free_port(port) == port + 1
        assert programs.free_port(port, not_this=port + 1) == port + 2


def test_killed_holder_leaves_no_broker(machine) -> None:  # type: ignore[no-untyped-def]
    place = machine.root / "b"
    code = (
        "import sys, time; from pathlib import Path; from smscrm.machine.broker import Broker\n"
        "held = Broker(Path(sys.argv[1]), Path(sys.argv[1]) / 's'); held.start()\n"
        "print(held.process.pid, flush=True); time.sleep(300)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(place)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    pid = int(holder.stdout.readline())
    assert machine_broker.answers(place / "s")
    holder.kill()
    holder.wait()
    assert soon(lambda: not processes.alive(pid))
    assert not machine_broker.answers(place / "s")

"""What a measurement or a drill drives: the carrier simulator and the sender, each a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Protocol

from smscrm.machine.broker import Broker
from smscrm.machine.environment import Layout

ROOT = Path(__file__).resolve().parent.parent


class Carrier:
    """A simulator process. `sid` and `token` are its one account; `numbers` what it may text from."""

    def __init__(self, sid: str, token: str, numbers: list[str], **behaviour: Any) -> None:
        # It chooses its port itself: two that look for a free one at once would find the same.
        self.process = subprocess.Popen(
            [sys.executable, "-m", "simulator", "--port", "0"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert "ready" in said, said
        self.url = said.split()[-1]
        self.tell("accounts", [{"sid": sid, "token": token}])
        self.tell("numbers", [{"number": number, "account": sid} for number in numbers])
        self.tell("behaviour", {"callbacks": False} | behaviour)

    def tell(self, name: str, data: Any) -> Any:
        """POST to the control API."""
        request = urllib.request.Request(
            f"{self.url}/sim/{name}", json.dumps(data).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def ask(self, name: str) -> Any:
        """GET from the control API."""
        with urllib.request.urlopen(f"{self.url}/sim/{name}", timeout=20) as answer:
            return json.loads(answer.read())

    def forget(self, name: str) -> None:
        """DELETE in the control API."""
        urllib.request.urlopen(
            urllib.request.Request(f"{self.url}/sim/{name}", method="DELETE"), timeout=20
        ).close()

    def log(self) -> list[dict[str, Any]]:
        """Every create request: begin_ns, accepted, to, from, m (our message id), sid, status, code, fault."""
        with urllib.request.urlopen(f"{self.url}/sim/log", timeout=60) as answer:
            return [json.loads(line) for line in answer.read().splitlines()]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


class Running(Protocol):
    """What is asked of a process, as `subprocess.Popen` answers it."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


def spawn(command: list[str], log: Path | None) -> Running:
    """`command` in a Python of its own; what it says goes to the end of `log`."""
    with Path(log or os.devnull).open("ab") as words:
        return subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=words)


class SenderProcess:
    """A running `manage.py sender`."""

    spawn: ClassVar[Callable[[list[str], Path | None], Running]] = staticmethod(spawn)

    def __init__(self, *settings: str, drain: bool = False, log: Path | None = None) -> None:
        command = ["manage.py", "sender", *(["--drain"] if drain else [])]
        for setting in settings:
            command += ["--set", setting]
        self.process = self.spawn(command, log)
        self.pid = self.process.pid

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def wait(self, seconds: float) -> int:
        """Exit code; TimeoutExpired when it does not end."""
        return self.process.wait(timeout=seconds)

    def stop(self) -> None:
        """SIGTERM and wait; SIGKILL after 15 s."""
        if self.process.poll() is None:
            os.kill(self.pid, signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def cpu(self) -> float:
        """CPU seconds used so far."""
        return cpu_of(self.pid)

    def rss(self) -> int:
        """Resident bytes now."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024


class Tasks:
    """Broker and Celery worker over the database of this process's environment, as `up` starts them."""

    def __init__(self, root: Path, processes: int) -> None:
        layout = Layout(root)
        self.broker = Broker(layout.broker_data, layout.broker_socket)
        self.command = [sys.executable, "-m", "celery", "--quiet", "-A", "smscrm", "worker", "-P", "prefork"]
        self.command += ["-c", str(processes), "--without-gossip", "--without-mingle"]
        self.command += ["-B", "-s", str(root / "beat")]

    def __enter__(self) -> Tasks:
        self.broker.start()
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.broker.stop()


def cpu_of(pid: int) -> float:
    """User and system seconds of one process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for(condition: Any, seconds: float, every: float = 0.05) -> bool:
    """Poll until `condition()` holds; False when it never did."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(every)
    return bool(condition())

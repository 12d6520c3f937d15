"""One supervised program: how it starts, what it prints, when it crashed."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from smscrm.machine import processes

CRASH_WINDOW, LONGEST_DELAY = 60.0, 8.0  # seconds


@dataclass(frozen=True)
class Program:
    """One thing to run. `once`: it must end with 0 before the next starts. `ready` is polled until true."""

    name: str
    command: Sequence[str]
    ready: Callable[[], bool] = lambda: True
    once: bool = False
    ready_seconds: float = 60.0
    done: Callable[[], None] = lambda: None


@dataclass
class Child:
    """A program with its process, if it runs; `again_at` is the moment of its next start, 0 when none is due."""

    program: Program
    number: int
    process: subprocess.Popen[bytes] | None = None
    rest: bytes = b""
    last: deque[str] = field(default_factory=lambda: deque(maxlen=8))
    crashes: deque[float] = field(default_factory=deque)
    again_at: float = 0.0

    @property
    def out(self) -> IO[bytes]:
        assert self.process is not None and self.process.stdout is not None
        return self.process.stdout

    def start(self, environment: Mapping[str, str], directory: Path | None) -> int:
        """Start it in a session of its own, bound to die with this process. Returns its process group."""
        self.again_at = 0.0
        self.process = subprocess.Popen(
            list(self.program.command), env=dict(environment), cwd=directory, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=processes.child_setup(signal.SIGTERM),
        )  # fmt: skip
        os.set_blocking(self.out.fileno(), False)
        return self.process.pid

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def read(self) -> tuple[list[str], bool]:
        """Return the whole lines that arrived, and whether the output is closed for good."""
        try:
            data = os.read(self.out.fileno(), 65536)
        except BlockingIOError:
            return [], False
        *lines, self.rest = (self.rest + data).split(b"\n")
        return [line.decode(errors="replace") for line in lines], not data

    def kill_group(self) -> None:
        """End every process of its session: its own children must not live on."""
        assert self.process is not None
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def forget(self) -> list[str]:
        """Let go of an ended process; returns the last of its output."""
        left: list[str] = []
        while True:
            lines, _ = self.read()
            left += lines
            if not lines:
                break
        if self.rest:
            left.append(self.rest.decode(errors="replace"))
        self.rest = b""
        self.out.close()
        self.process = None
        return left

    def crashed(self) -> tuple[int, float]:
        """Note a crash; returns how many there were within a minute, and the seconds until the next start."""
        now = time.monotonic()
        self.crashes.append(now)
        while self.crashes[0] < now - CRASH_WINDOW:
            self.crashes.popleft()
        delay = min(0.5 * 2 ** (len(self.crashes) - 1), LONGEST_DELAY)
        self.again_at = now + delay
        return len(self.crashes), delay

"""Starts a list of programs in order, keeps them running, stops them in reverse. One thread, no busy loop.

A crashed program is started again with growing delay; six crashes within a minute stop everything. Nothing
outlives the supervisor, not even after `kill -9`: see `guard`.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from smscrm.machine.child import Child, Program

MOST_CRASHES = 5
STOP_SECONDS, STOP_EACH = 10.0, 4.0
COLOURS = (36, 33, 32, 35, 34, 31, 96, 93)


class Failed(Exception):
    """A program could not be kept running; the text says which and why."""


class Supervisor:
    """Runs `programs` with `environment`; `grace` is the guard's patience in seconds once this one is dead."""

    def __init__(
        self, programs: Sequence[Program], environment: Mapping[str, str], out: TextIO, *,
        directory: Path | None = None, grace: float = 6.0,
    ) -> None:  # fmt: skip
        self.children = [Child(each, number) for number, each in enumerate(programs)]
        self.environment, self.out, self.grace, self.directory = environment, out, grace, directory
        self.width = max(len(each.name) for each in programs)
        self.colour = out.isatty() and "NO_COLOR" not in os.environ
        self.selector = selectors.DefaultSelector()
        self.stopping = False
        self.guard: subprocess.Popen[bytes] | None = None

    def run(self, started: Callable[[], None]) -> int:
        """Start all, call `started`, watch until a signal. Returns the exit code: 0, or 1 after a failure."""
        for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(each, self._on_signal)
        guard = [sys.executable, "-S", str(Path(__file__).with_name("guard.py")), str(self.grace)]
        self.guard = subprocess.Popen(guard, stdin=subprocess.PIPE, start_new_session=True)
        try:
            for child in self.children:
                self._bring_up(child)
            if not self.stopping:
                started()
            while not self.stopping:
                self._step()
            return 0
        except Failed as failure:
            print(f"error: {failure}", file=self.out, flush=True)
            return 1
        finally:
            self._stop_all()

    def _on_signal(self, number: int, frame: object) -> None:
        self.stopping = True

    def _bring_up(self, child: Child) -> None:
        """Start one program and wait until it is ready, or has ended if it runs once."""
        program, deadline = child.program, time.monotonic() + child.program.ready_seconds
        if not self.stopping:
            self._start(child)
        while not self.stopping:
            self._step(0.05)
            if program.once:
                if child.process is None:
                    return
            elif child.process and program.ready():
                return
            elif time.monotonic() > deadline:
                raise Failed(f"{program.name} was not ready within {program.ready_seconds:.0f} s")

    def _start(self, child: Child) -> None:
        self._tell_guard(f"+{child.start(self.environment, self.directory)}")
        self.selector.register(child.out, selectors.EVENT_READ, child)

    def _step(self, seconds: float = 0.25) -> None:
        """Pass on output for a moment, then look after those that ended or wait for their next start."""
        for key, _ in self.selector.select(seconds):
            lines, closed = key.data.read()
            self._say(key.data, *lines)
            if closed:
                self.selector.unregister(key.fileobj)
        for child in self.children:
            if child.ended():
                self._ended(child)
            elif child.again_at and not self.stopping and time.monotonic() >= child.again_at:
                self._start(child)

    def _ended(self, child: Child) -> None:
        assert child.process is not None
        code = child.process.returncode
        self._forget(child)
        if self.stopping:
            return
        if child.program.once:
            if code:
                raise Failed(f"{child.program.name} failed with code {code}; what it printed is above")
            child.program.done()
            return
        count, delay = child.crashed()
        if count > MOST_CRASHES:
            last = " | ".join(child.last)
            raise Failed(
                f"{child.program.name} ended {count} times in a minute, code {code}; it said: {last}"
            )
        self._say(child, f"ended with code {code}; starting again in {delay:g} s", remember=False)

    def _forget(self, child: Child) -> None:
        assert child.process is not None
        child.kill_group()
        self._tell_guard(f"-{child.process.pid}")
        with suppress(KeyError):
            self.selector.unregister(child.out)
        self._say(child, *child.forget())

    def _say(self, child: Child, *lines: str, remember: bool = True) -> None:
        name = child.program.name.ljust(self.width)
        if self.colour:
            name = f"\033[{COLOURS[child.number % len(COLOURS)]}m{name}\033[0m"
        child.last.extend(lines if remember else ())
        try:
            for line in lines:
                print(f"{name} | {line}", file=self.out, flush=True)
        except OSError:  # nobody reads any more: a closed terminal or pipe
            self.stopping = True

    def _tell_guard(self, line: str) -> None:
        if self.guard is not None and self.guard.stdin is not None:
            with suppress(BrokenPipeError):
                self.guard.stdin.write(f"{line}\n".encode())
                self.guard.stdin.flush()

    def _stop_all(self) -> None:
        """Stop in reverse order: a polite SIGTERM, then the whole group."""
        self.stopping = True
        deadline = time.monotonic() + STOP_SECONDS
        for child in reversed(self.children):
            if child.process is None:
                continue
            child.process.terminate()
            until = min(time.monotonic() + STOP_EACH, deadline)
            while child.process is not None and time.monotonic() < until:
                self._step(0.05)
            if child.process is not None:
                self._say(child, "did not stop in time; ended")
                child.kill_group()
                child.process.wait()
                self._forget(child)
        if self.guard is not None and self.guard.stdin is not None:
            self.guard.stdin.close()
            self.guard.wait()

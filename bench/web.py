"""A web server for measurements: granian as the product starts it, with the yardstick beside the product."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from bench.lab import ROOT
from smscrm.machine.programs import WEB_THREADS, WEB_WORKERS


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Web:
    """The server's port and its processes."""

    def __init__(self, port: int, pid: int) -> None:
        self.port, self.pid = port, pid

    def hit(self, requests: list[dict[str, str]], *, connections: int = 32, seconds: float = 0) -> Any:
        """Send requests from a process of its own (bench.hits); its figures."""
        command = [sys.executable, "-m", "bench.hits", str(self.port), str(connections), str(seconds)]
        lines = "".join(json.dumps(one) + "\n" for one in requests)
        done = subprocess.run(command, cwd=ROOT, input=lines, check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def cpu(self) -> float:
        """CPU seconds of every process of the server so far."""
        total = 0
        for entry in os.listdir("/proc"):
            with suppress(OSError, ValueError):
                if entry.isdigit() and os.getpgid(int(entry)) == self.pid:
                    with open(f"/proc/{entry}/stat") as file:
                        fields = file.read().rpartition(")")[2].split()
                    total += int(fields[11]) + int(fields[12])
        return total / os.sysconf("SC_CLK_TCK")


@contextmanager
def web(*, workers: int = WEB_WORKERS) -> Iterator[Web]:
    """Start and wait until it answers; end every process of it."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += [
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--blocking-threads",
        str(WEB_THREADS),
        "--no-ws",
    ]
    process = subprocess.Popen(
        [*command, "bench.hello:application"], cwd=ROOT, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until = time.monotonic() + 90
        while True:
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/hello", timeout=5).close()
                break
            assert time.monotonic() < until and process.poll() is None, "the web server does not answer"
            time.sleep(0.1)
        yield Web(port, process.pid)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=8)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

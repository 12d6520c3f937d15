"""The real product of one test run: simulator, web server, worker with beat, and sender, each its own process.

They use the run's own PostgreSQL, as the unprivileged role, and the run's own broker.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from bench.rig import Running
from tests import warm
from tests.architecture.code import ROOT
from tests.ports import free_port

PATIENCE = 40.0


class Product:
    """Start with `start()`; `address` and `simulator` are where its pages are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        web, carrier = free_port(), free_port()
        self.address, self.simulator = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{carrier}"
        self.environment = os.environ | {
            "PUBLIC_URL": self.address,
            "SIMULATOR_URL": self.simulator,
            "ALLOWED_HOSTS": "127.0.0.1",
            "DJANGO_SETTINGS_MODULE": "smscrm.settings",
            "PYTHONUNBUFFERED": "1",
        }
        beat = [
            "-B",
            "-s",
            str(folder / "beat"),
            "-P",
            "prefork",
            "-c",
            "1",
            "--without-gossip",
            "--without-mingle",
        ]
        wsgi = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(web), "--workers", "1"]
        self.commands = {
            "simulator": ["-m", "simulator", "--port", str(carrier)],
            "web": ["-m", "granian", *wsgi, "--blocking-threads", "4", "--no-ws", "smscrm.wsgi:application"],
        }
        self.forked = {
            "worker": ["celery", "--quiet", "-A", "smscrm", "worker", *beat],
            "sender": ["manage.py", "sender"],
        }
        self.running: dict[str, Running] = {}

    def start(self) -> None:
        known = {"PUBLIC_URL": self.address, "LINK_URL": self.address, "SIMULATOR_URL": self.simulator}
        for name, command in self.forked.items():
            self.running[name] = warm.start(command, self.folder / f"{name}.log", known)
        for name, command in self.commands.items():
            with (self.folder / f"{name}.log").open("ab") as log:
                self.running[name] = subprocess.Popen(
                    [sys.executable, *command], cwd=ROOT, env=self.environment, stdout=log, stderr=log,
                    stdin=subprocess.DEVNULL, start_new_session=True,
                )  # fmt: skip
        for address in (self.simulator, self.address):
            self._await(int(address.rpartition(":")[2]))
        self._await_work()

    def _await_work(self) -> None:
        """The worker answers. Nobody's patience in a test should be spent on its start."""
        from smscrm.celery import app

        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with app.connection_for_write() as wire:  # the pool's may lead to the broker of a file before
                if app.control.ping(timeout=0.5, connection=wire):
                    return
        raise AssertionError(f"no worker answers\n{self.log()}")

    def _await(self, port: int) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            time.sleep(0.05)
        raise AssertionError(f"nothing listens on {port}\n{self.log()}")

    def log(self) -> str:
        """The end of what each process said."""
        parts = [
            f"── {path.name}\n{path.read_text(errors='replace')[-3000:]}"
            for path in self.folder.glob("*.log")
        ]
        return "\n".join(parts)

    def stop(self) -> None:
        """End each process and what it started."""
        for process in self.running.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=8)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

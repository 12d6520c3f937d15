"""A real web server of two processes over the test run's own database, and signed webhooks to it over HTTP."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings

from messaging.rules.signatures import sign
from tests.carrier import FORM, encode
from tests.conftest import ACCOUNT_TOKEN
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


class WebServer:
    """granian with two worker processes. `extra` overrides names of the environment."""

    def __init__(self, folder: Path, **extra: str) -> None:
        self.log = folder / "web.log"
        self.port = free_port()
        self.environment = os.environ | extra
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--workers", "2", "--blocking-threads", "4", "--no-ws"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "smscrm.wsgi:application"], cwd=ROOT, env=self.environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + 40
        while time.monotonic() < until:
            with suppress(OSError):
                if self.get("/healthz") == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(self.log.read_text()[-3000:])

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End both workers and their parent at once."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
            self.process.wait()
            self.process = None

    def get(self, path: str) -> int:
        return self._ask("GET", path, b"", {})[0]

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, float]:
        """(status, seconds) of one signed webhook."""
        raw = encode(fields)
        signature = sign(url=settings.PUBLIC_URL + path, body=raw, content_type=FORM, key=ACCOUNT_TOKEN)
        return self._ask("POST", path, raw, {"Content-Type": FORM, "X-Twilio-Signature": signature})

    def post_all(self, path: str, all_fields: list[dict[str, str]], *, at_once: int = 20) -> list[int]:
        """Statuses of many webhooks, `at_once` of them at the same time."""
        with ThreadPoolExecutor(at_once) as pool:
            return [status for status, _ in pool.map(lambda fields: self.post(path, fields), all_fields)]

    def _ask(self, method: str, path: str, raw: bytes, headers: dict[str, Any]) -> tuple[int, float]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        begun = time.monotonic()
        try:
            connection.request(method, path, raw, headers | {"Host": "127.0.0.1"})
            answer = connection.getresponse()
            answer.read()
            return answer.status, time.monotonic() - begun
        finally:
            connection.close()

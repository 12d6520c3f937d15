"""A carrier process for these tests, and a webhook receiver that remembers what it got. No database is used."""

from __future__ import annotations

import contextlib
import http.server
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

ROOT = Path(__file__).parents[2]
ACCOUNT, TOKEN = "AC" + "0" * 31 + "1", "token-of-the-demo-account"
OTHER, OTHER_TOKEN = "AC" + "0" * 31 + "2", "token-of-another-account"
SERVICE = "MG" + "0" * 31 + "1"
SENDER, TOLL_FREE, MEMBER, FOREIGN = "+12025550110", "+18885550111", "+12025550112", "+12025550113"


class Received:
    """One webhook as it came in."""

    def __init__(self, path: str, headers: dict[str, str], body: bytes) -> None:
        self.path, self.headers, self.body = path, headers, body
        self.form = dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True, errors="replace"))


class Sink:
    """A receiver of webhooks on its own port. `answer` may be replaced: request -> (status, body)."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answer: Callable[[Received], tuple[int, str]] = lambda request: (200, "<Response/>")
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Received(self.path, headers, body)
                sink.received.append(request)
                status, answer = sink.answer(request)
                with contextlib.suppress(ConnectionError):  # the carrier may have given up waiting
                    self.send_response(status)
                    self.send_header("Content-Type", "text/xml")
                    self.send_header("Content-Length", str(len(answer.encode())))
                    self.end_headers()
                    self.wfile.write(answer.encode())

            def log_message(self, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reset(self) -> None:
        self.received.clear()
        self.answer = lambda request: (200, "<Response/>")

    def of(self, path: str) -> list[Received]:
        return [r for r in list(self.received) if r.path.startswith(path)]


class Carrier:
    """A running `python -m simulator`, steered over its control API."""

    def __init__(self, url: str, process: subprocess.Popen[str]) -> None:
        self.url, self.process = url, process

    def call(self, method: str, path: str, data: object = None) -> Any:
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(f"{self.url}/sim/{path}", body, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, data: object = None) -> Any:
        return self.call("POST", path, {} if data is None else data)

    def text(self, person: str, to: str, body: str, **more: object) -> Any:
        return self.post("inbound", {"from": person, "to": to, "body": body, **more})

    def log(self, query: str = "") -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.url}/sim/log?{query}", timeout=30) as answer:
            return [json.loads(line) for line in answer.read().splitlines()]

    def client(self, account: str = ACCOUNT, token: str = TOKEN, timeout: float = 10) -> Client:
        """Twilio's own SDK, pointed here and otherwise unchanged."""
        client = Client(account, token, http_client=TwilioHttpClient(timeout=timeout))
        client.api.base_url = client.accounts.base_url = client.messaging.base_url = self.url
        return client


def wait_for(found: Callable[[], Any], seconds: float = 5.0) -> Any:
    """Return the first true answer of `found`; fail when none comes in time."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        answer = found()
        if answer:
            return answer
        time.sleep(0.02)
    return pytest.fail(f"nothing came within {seconds:g} s")


@contextlib.contextmanager
def running(*arguments: str) -> Iterator[Carrier]:
    """Start a carrier on a free port; stop it by SIGTERM and check that it goes cleanly."""
    command = [sys.executable, "-m", "simulator", "--port", "0", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("simulator ready http://"), line
        yield Carrier(line.split()[-1], process)
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0
        process.stdout.close()


@pytest.fixture(scope="session")
def carrier_process() -> Iterator[Carrier]:
    with running() as carrier:
        yield carrier


@pytest.fixture(scope="session")
def sink_process() -> Iterator[Sink]:
    sink = Sink()
    yield sink
    sink.server.shutdown()
    sink.server.server_close()


@pytest.fixture
def sink(sink_process: Sink) -> Sink:
    sink_process.reset()
    return sink_process


@pytest.fixture
def carrier(carrier_process: Carrier, sink: Sink) -> Carrier:
    """A carrier with two accounts, a long code, a toll-free number and a service with one member, all fresh."""
    carrier_process.post("reset")
    carrier_process.post("config", config(sink.url))
    return carrier_process


def config(sink_url: str) -> dict[str, Any]:
    number: dict[str, Any] = {
        "account": ACCOUNT,
        "inbound_url": f"{sink_url}/inbound",
        "answers_keywords": None,
    }
    number |= {
        "refuses_after_stop": None,
        "confirmations_after_stop": None,
        "blocked_as": None,
        "queue_limit": 0,
    }
    accounts = [
        {"sid": ACCOUNT, "token": TOKEN, "shared_key": [], "countries": [], "max_concurrent": 0},
        {"sid": OTHER, "token": OTHER_TOKEN},
    ]
    behaviour = {
        "latency_ms": 0, "sent_ms": 10, "delivered_ms": 30, "reply_ms": 5, "doubled_rate": 0, "lost_rate": 0,
        "shuffled_rate": 0, "spam_rate": 0, "failure_rates": {}, "delivers": True, "answers_keywords": True,
        "refuses_after_stop": True, "callbacks": True, "retry_on": ["ct", "5xx"], "retry_count": 1,
        "webhook_timeout_ms": 15000, "keyword_punctuation": False, "seed": 7,
    }  # fmt: skip
    return {
        "accounts": accounts,
        "services": [{"sid": SERVICE, "account": ACCOUNT, "advanced_opt_out": True}],
        "numbers": [
            {**number, "number": SENDER, "name": "Demo Bakery"},
            {**number, "number": TOLL_FREE, "kind": "toll_free"},
            {**number, "number": MEMBER, "service": SERVICE},
            {**number, "number": FOREIGN, "account": OTHER},
        ],
        "behaviour": behaviour,
    }


@pytest.fixture
def client(carrier: Carrier) -> Client:
    return carrier.client()

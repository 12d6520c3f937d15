"""Faults on purpose, and the log that proofs are read from."""

from __future__ import annotations

import signal
import socket
import time
from urllib.parse import urlsplit

import pytest
import requests

from tests.simulator.conftest import ACCOUNT, SENDER, TOKEN, wait_for

PERSON = "+12025550142"


def create(carrier, to=PERSON, m="1", timeout=5.0):
    """Return (HTTP status or the exception's name, JSON or None) of a plain create."""
    url = f"{carrier.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    data = {"To": to, "From": SENDER, "Body": "hello", "StatusCallback": f"http://127.0.0.1:9/status?m={m}"}
    try:
        answer = requests.post(url, data, auth=(ACCOUNT, TOKEN), timeout=timeout)
    except requests.RequestException as error:
        return type(error).__name__, None
    try:
        return answer.status_code, answer.json()
    except ValueError:
        return answer.status_code, None


@pytest.mark.parametrize(("fault", "status", "accepted"), [
    ({"mode": "accept_then_500"}, 500, True),
    ({"mode": "accept_then_close"}, "ConnectionError", True),
    ({"mode": "accept_then_hang", "seconds": 3}, "ReadTimeout", True),
    ({"mode": "garbage_200"}, 200, True),
    ({"mode": "201_without_sid"}, 201, True),
    ({"mode": "500_before_accept"}, 500, False),
    ({"mode": "503_before_accept"}, 503, False),
    ({"mode": "close_before_accept"}, "ConnectionError", False),
    ({"mode": "429"}, 429, False),
    ({"mode": "401"}, 401, False),
    ({"mode": "400", "code": 30007}, 400, False),
], ids=lambda v: v["mode"] if isinstance(v, dict) else None)  # fmt: skip
def test_every_mode(carrier, fault, status, accepted):
    carrier.post("behaviour", {"callbacks": False})
    carrier.post("faults", {**fault, "count": 1})
    assert create(carrier, timeout=0.5)[0] == status
    (entry,) = carrier.log()
    assert (entry["accepted"], entry["fault"]) == (accepted, fault["mode"])
    assert bool(entry["sid"]) == accepted
    assert len(carrier.client().messages.list(to=PERSON)) == int(accepted)
    assert create(carrier)[0] == 201, "the fault was for one request only"


def test_answers_that_mislead(carrier):
    carrier.post("behaviour", {"callbacks": False})
    carrier.post("faults", [{"mode": "201_without_sid", "count": 1}, {"mode": "garbage_200", "count": 1}])
    status, answer = create(carrier)
    assert status == 201 and "sid" not in answer and answer["to"] == PERSON
    assert create(carrier) == (200, None)


def test_faults_for_some_people_and_until_removed(carrier):
    carrier.post("behaviour", {"callbacks": False})
    carrier.post("faults", {"mode": "400", "code": 21614, "to": [PERSON]})
    assert create(carrier)[1]["code"] == 21614 and create(carrier, to="+12025550143")[0] == 201
    assert carrier.get("faults")["faults"][0]["hits"] == 1
    assert carrier.call("DELETE", "faults") == {"removed": 1}
    assert create(carrier)[0] == 201


def test_unknown_modes_and_settings_are_refused(carrier):
    wrong = [
        ("faults", {"mode": "melt"}),
        ("behaviour", {"laziness": 1}),
        ("behaviour", {"spam_rate": "often"}),
        ("behaviour", {"latency_ms": "soon"}),
        ("inbound", {"from": PERSON, "to": SENDER, "body": "x", "repeat": "often"}),
        ("inbound", {"from": PERSON, "to": "+12025550199", "body": "x"}),
        ("faults", {"mode": "429", "fraction": "half"}),
        ("script", {"after": "never", "body": "x"}),
        ("numbers", {"number": SENDER, "colour": "blue"}),
        ("inbound", {"from": PERSON}),
    ]
    for path, data in wrong:
        answer = requests.post(f"{carrier.url}/sim/{path}", json=data, timeout=5)
        assert answer.status_code == 400 and answer.json()["error"], path
    assert requests.post(f"{carrier.url}/sim/faults", data="{", timeout=5).status_code == 400
    assert requests.get(f"{carrier.url}/sim/nothing", timeout=5).status_code == 404


def test_the_log_times_each_request_and_counts_double_handovers(carrier):
    carrier.post("behaviour", {"callbacks": False})
    before = time.time_ns()
    create(carrier, m="7")
    create(carrier, m="8")
    create(carrier, to="12", m="9")
    create(carrier, m="7")
    rows = carrier.log()
    assert [(r["m"], r["accepted"], r["status"], r["code"]) for r in rows] == [
        ("7", True, 201, 0), ("8", True, 201, 0), ("9", False, 400, 21211), ("7", True, 201, 0),
    ]  # fmt: skip
    for row in rows:
        assert before < row["begin_ns"] <= row["body_ns"] < time.time_ns()
        assert row["begin_ns"] - 1_000_000_000 < row["came_ns"] <= row["begin_ns"]
        assert row["begin_mono_ns"] <= row["body_mono_ns"] <= time.monotonic_ns()
    counts = carrier.get("counts")
    assert (counts["requests"], counts["accepted"], counts["message_ids"]) == (4, 3, 2)
    assert counts["double_handovers"] == 1 and counts["double_handover_ids"] == {"7": 2}
    assert counts["refused"] == {"21211": 1}
    assert [r["index"] for r in carrier.log("m=7")] == [0, 3]
    assert [r["index"] for r in carrier.log("after=1&limit=1")] == [2]
    assert carrier.log(f"since_ns={rows[3]['begin_ns']}") == [rows[3]]


def test_a_request_whose_body_never_comes_has_begun(carrier):
    host, port = urlsplit(carrier.url).hostname, urlsplit(carrier.url).port
    head = f"POST /2010-04-01/Accounts/{ACCOUNT}/Messages.json HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nTo="
    with socket.create_connection((host, port)) as connection:
        connection.sendall(head.encode())
        time.sleep(0.05)
    (entry,) = wait_for(carrier.log)
    assert entry["begin_ns"] and not entry["body_ns"] and not entry["accepted"]
    assert carrier.get("counts")["incomplete"] == 1


def raw_create(carrier, text):
    """Where a create goes, its head, its body; without credentials, so that it is refused with 401."""
    url = urlsplit(carrier.url)
    body = f"To=%2B12025550142&From=%2B12025550110&Body={text}".encode()
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    return (url.hostname, url.port), head.encode(), body


def test_a_carrier_that_is_late_knows_when_a_request_came(carrier):
    """A frozen process reads 0.3 s later what lay there; the kernel's word for it is a tick off at most."""
    carrier.post("behaviour", {"callbacks": False})
    address, head, body = raw_create(carrier, "late")
    with socket.create_connection(address) as connection:
        time.sleep(0.1)
        carrier.process.send_signal(signal.SIGSTOP)
        before = time.time_ns()
        connection.sendall(head + body)
        after = time.time_ns()
        time.sleep(0.3)
        carrier.process.send_signal(signal.SIGCONT)
        assert b" 401 " in connection.recv(1000)
    (entry,) = carrier.log()
    assert entry["begin_ns"] - after > 250_000_000
    assert before - 25_000_000 < entry["came_ns"] < after + 15_000_000


def test_headers_begin_before_a_slow_body_is_complete(carrier):
    carrier.post("behaviour", {"callbacks": False})
    address, head, body = raw_create(carrier, "slow")
    with socket.create_connection(address) as connection:
        connection.sendall(head)
        time.sleep(0.15)
        connection.sendall(body)
        assert b" 401 " in connection.recv(1000)
    (entry,) = carrier.log()
    assert entry["body_ns"] - entry["begin_ns"] > 100_000_000


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_nonsense_on_the_wire_is_a_400(carrier, data):
    with socket.create_connection((urlsplit(carrier.url).hostname, urlsplit(carrier.url).port)) as connection:
        connection.sendall(data)
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_pipelined_and_chunked_requests(carrier):
    one = b"GET /sim/health HTTP/1.1\r\nHost: x\r\n\r\n"
    chunked = b"POST /sim/behaviour HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunked += b'5\r\n{"see\r\n6\r\nd": 3}\r\n0\r\n\r\n'
    with socket.create_connection((urlsplit(carrier.url).hostname, urlsplit(carrier.url).port)) as connection:
        connection.sendall(one + chunked + b"GET /sim/behaviour HTTP/1.1\r\nConnection: close\r\n\r\n")
        connection.settimeout(5)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.count(b"HTTP/1.1 200 OK") == 3 and b'"seed": 3' in answer


@pytest.mark.parametrize("latency", [120, [100, 140], {"values": [110]}, {"median": 120, "sigma": 0.01}])
def test_latency_is_kept(carrier, latency):
    carrier.post("behaviour", {"latency_ms": latency, "callbacks": False})
    begin = time.perf_counter()
    assert create(carrier)[0] == 201
    assert 0.09 < time.perf_counter() - begin < 1.0


def test_reset_forgets_what_happened_and_keeps_the_setup(carrier):
    create(carrier)
    carrier.text(PERSON, SENDER, "STOP")
    carrier.post("faults", {"mode": "429"})
    carrier.post("reset")
    counts = carrier.get("counts")
    assert (counts["requests"], counts["messages"], counts["blocked"], counts["waiting"]) == (0, 0, 0, 0)
    assert create(carrier)[0] == 201


def test_other_sites_cannot_steer_the_carrier(carrier):
    answer = requests.post(
        f"{carrier.url}/sim/reset", json={}, headers={"Origin": "http://evil.example"}, timeout=5
    )
    assert answer.status_code == 400

"""The wire and the lock session, close up: what leaves, when, and that a lost lock is known at once (I1, I3)."""

from __future__ import annotations

import asyncio
import logging
import select
import time
from typing import Any
from urllib.parse import parse_qs

import psycopg
import pytest
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from messaging.edge import Account, Envelope
from messaging.sender.database import lock_session
from messaging.sender.lanes import Lane
from messaging.sender.locks import says_error
from messaging.sender.tuning import Tuning
from messaging.sender.wire import Slot, Wire
from tests.messaging.wire_server import run

SID, TOKEN = "AC" + "0" * 31 + "7", "demo-token"
BODY = "Hi Zoë & co: 50% off + €5 = free? 你好 😀\nReply STOP"


class Captured(HttpClient):
    """Keeps what the provider's SDK would send."""

    def request(self, method: str, url: str, **given: Any) -> Response:  # type: ignore[override]
        self.seen = (method, url, given["data"], given["auth"])
        return Response(201, '{"sid": "SM00000000000000000000000000000000"}')


@pytest.mark.parametrize("address", ["+12025550110", "MG" + "0" * 32])
def test_the_form_is_what_the_sdk_would_send(address: str) -> None:
    account = Account(1, 1, SID, TOKEN, "", "key", 8)
    form = Envelope.of(account, address, "https://crm.example.org").form(42, "+12025550142", BODY)
    client = Client(SID, TOKEN, http_client=Captured(logging.getLogger(__name__), False))
    name = "messaging_service_sid" if address.startswith("MG") else "from_"
    callback = "https://crm.example.org/hooks/twilio/key/status?m=42"
    client.messages.create(to="+12025550142", body=BODY, status_callback=callback, **{name: address})
    method, url, data, auth = client.http_client.seen  # type: ignore[attr-defined]
    assert {key: values[0] for key, values in parse_qs(form.decode(), strict_parsing=True).items()} == data
    assert (method, url, auth) == ("POST", account.messages_url, (SID, TOKEN))


class Session:
    """Stands for a lock session in tests of the wire alone."""

    def __init__(self, *answers: bool) -> None:
        self.answers = list(answers)

    def lost(self) -> bool:
        return self.answers.pop(0) if self.answers else False


async def post_with(session: Session | None, locked_ago: float = 0.0) -> tuple[Slot, Any, bytes]:
    """Post one slot to a server that answers 201; the bytes it got."""
    got = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            got.extend(data)
            body = b'{"sid": "SM00000000000000000000000000000001"}'
            writer.write(b"HTTP/1.1 201 CREATED\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    wire = Wire(Account(1, 1, SID, TOKEN, f"http://127.0.0.1:{port}", "key", 4), Tuning())
    slot = Slot(42, 7, None, "+12025550142", "Hi", 1, form=b"To=x&Body=Hi")
    slot.session, slot.locked_at = session, time.monotonic() - locked_ago  # type: ignore[assignment]
    answer = await wire.post(slot)
    await asyncio.sleep(0.05)
    await wire.close()
    server.close()
    return slot, answer, bytes(got)


def test_a_good_lock_lets_it_leave() -> None:
    slot, answer, got = run(lambda: post_with(Session()))
    assert (answer.http_status, answer.sid, slot.left) == (201, "SM00000000000000000000000000000001", True)
    assert got.endswith(b"To=x&Body=Hi") and b"Authorization: Basic " in got


@pytest.mark.parametrize(("session", "locked_ago"), [(Session(True), 0.0), (Session(), 0.6), (None, 0.0)])
def test_without_one_no_byte_leaves(session: Session | None, locked_ago: float) -> None:
    """Mutation tried: `look` does nothing → red."""
    slot, answer, got = run(lambda: post_with(session, locked_ago))
    assert got == b"" and not slot.left
    assert answer.exception == "not_begun" and answer.why.endswith("NotBegun")


def test_a_lost_session_is_known_without_asking(live_db: Any) -> None:
    """Mutation tried: `lost` looks at no socket → red."""

    async def work() -> tuple[list[bool], bool, bool, bool]:
        session = await lock_session(60.0)
        got = await session.lock([1, 2, 3])
        before = session.lost()
        with live_db.superuser() as superuser:
            superuser.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'smscrm sender locks'"
            )
            superuser.commit()
            # From here nothing is awaited: only the socket can tell.
            select.select([session._socket], [], [], 5)
            after = session.lost()
            free = _free_within_seconds(superuser, 2)
        await session.close()
        return got, before, after, free

    assert run(work) == ([True, True, True], False, True, True)


def _free_within_seconds(superuser: Any, key: int) -> bool:
    """A backend tells its client that it ends a moment before it lets its locks go."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        row = superuser.execute("SELECT pg_try_advisory_lock(%s)", [key]).fetchone()
        if row and row[0]:
            return True
        time.sleep(0.01)
    return False


def test_a_lock_is_not_waited_for(live_db: Any) -> None:
    async def work() -> list[bool]:
        session = await lock_session(60.0)
        try:
            return await session.lock([1, 2, 2])
        finally:
            await session.close()

    with live_db.superuser() as superuser:
        superuser.execute("SELECT pg_advisory_lock(2)")
        assert run(work) == [True, False, False]


def test_a_silent_session_is_ended_and_a_pinged_one_is_not(live_db: Any) -> None:
    async def work() -> tuple[bool, bool]:
        silent, pinged = await lock_session(0.4), await lock_session(0.4)
        for _ in range(8):
            await pinged.ping()
            await asyncio.sleep(0.1)
        found = silent.lost(), pinged.lost()
        with pytest.raises(psycopg.Error):
            await silent.lock([1])
        await silent.close()
        await pinged.close()
        return found

    assert run(work) == (True, False)


def test_an_error_among_other_answers_is_seen() -> None:
    row = b"D" + (6).to_bytes(4, "big") + b"EE"
    assert not says_error(row * 3)
    assert says_error(row * 3 + b"E" + (9).to_bytes(4, "big") + b"FATAL")
    assert not says_error(b"")


@pytest.mark.parametrize("rate", [1, 3, 75, 100])
def test_pacing_reaches_the_rate_and_hardly_exceeds_it(rate: int) -> None:
    """P9: at least 98 % of the rate over 20 s; in any second at most the rate and one tick's worth."""
    tick = Tuning().tick
    lane = Lane(1, 1, 1, 1, rate=float(rate))
    lane.waiting.extend(Slot(n, n, None, "", "", 1) for n in range(rate * 40))
    left: list[float] = []
    for step in range(2000):
        now = 100 + step / 100
        left += [now] * len(lane.take(now, 128, tick))
    assert len(left) >= 0.98 * rate * 20
    most = max(sum(at <= other < at + 1 for other in left) for at in left)
    assert most <= rate + max(rate * tick, 1) + 2


def test_long_texts_cost_their_parts() -> None:
    lane = Lane(1, 1, 1, 1, rate=10.0)
    lane.waiting.extend(Slot(n, n, None, "", "", 5) for n in range(100))
    left = sum(len(lane.take(100 + step / 100, 128, 0.1)) for step in range(1000))
    assert 20 <= left <= 22

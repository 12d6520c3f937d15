"""A refused account, a new token and a changed rate reach the running sender (A2, E4).

Mutations tried, each red: `Lanes.renew` does not read the lanes anew → a new token; `Results.most`
knows a refused account for ever → a held account; HOLD_ACCOUNT without the token → an old token's refusal.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.db import connections
from django.db.models.functions import Now

from consent.actions import phone_for
from messaging.models import Message
from messaging.rules.outcomes import Phase
from messaging.sender.database import Work
from messaging.sender.lanes import Lanes
from messaging.sender.process import Sender
from messaging.sender.results import Results
from messaging.sender.tuning import Tuning
from messaging.sender.wire import Answer, Slot
from tenants.actions import rotate_token
from tenants.due import put as put_due
from tenants.models import Due, ProviderAccount, SenderNumber, Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope
from tests.conftest import ACCOUNT_TOKEN
from tests.messaging.test_sender_pipe import work_with
from tests.messaging.wire_server import Server, run

QUICK = Tuning(idle_poll=0.02, lane_lease=0.3, held_wait=0.2, count_every=0.05)
NEW_TOKEN = "new-token-" + "2" * 22
REFUSED = b'HTTP/1.1 401 NO\r\nContent-Length: 15\r\n\r\n{"code": 20003}'


def taken(n: int) -> bytes:
    body = json.dumps({"sid": f"SM{n:032d}"}).encode()
    return b"HTTP/1.1 201 CREATED\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def queue(tenant: Tenant, count: int, **sender: Any) -> None:
    """Replies that wait to go out from Offers, one connection at a time."""
    with tenant_scope(tenant.pk):
        offers = SenderNumber.objects.get(name="Offers")
        SenderNumber.objects.filter(pk=offers.pk).update(**sender)
        ProviderAccount.objects.update(concurrency=1)
        for n in range(count):
            phone = phone_for(e164=f"+1202555{n:04}")
            Message.objects.create(phone_id=phone, sender=offers, message_class=0, body=f"Hi {n}")
        put_due("send", tenant.pk, offers.pk)


async def inside(tenant: Tenant, job: Callable[[], Any]) -> Any:
    """A piece of Django's work beside the loop, in the tenant's scope."""

    def work() -> Any:
        try:
            with tenant_scope(tenant.pk):
                return job()
        finally:
            connections.close_all()

    return await asyncio.to_thread(work)


async def until(tenant: Tenant, true: Callable[[], Any]) -> None:
    async with asyncio.timeout(15):
        while not await inside(tenant, true):
            await asyncio.sleep(0.05)


def with_sender(tenant: Tenant, scripts: list[list[Any]], job: Callable[[Server], Any]) -> Server:
    """A sender here whose provider says `scripts`, while `job` runs."""

    async def work() -> Server:
        async with Server(*scripts) as server:
            url = f"http://127.0.0.1:{server.port}"
            await inside(tenant, lambda: ProviderAccount.objects.update(base_url=url))
            sender = Sender("https://sms.example.org", QUICK)
            running = asyncio.create_task(sender.run())
            try:
                await job(server)
            finally:
                sender.stopping.set()
                await running
            return server

    made: Server = run(work)
    return made


def handed() -> int:
    return Message.objects.filter(phase=Phase.HANDED).count()


def test_a_held_account_that_has_been_put_right_goes_on_by_itself(live_db: Any, tenant: Tenant) -> None:
    queue(tenant, 5)

    async def job(server: Server) -> None:
        await until(tenant, lambda: ProviderAccount.objects.exclude(held_at=None).exists())
        asked = len(server.requests)
        # Nothing of it is sent or claimed meanwhile, and its lane is nobody's.
        await until(tenant, lambda: Due.objects.filter(kind="send", lease_until=None).exists())
        await until(tenant, lambda: not Message.objects.exclude(phase=Phase.QUEUED).exists())
        assert len(server.requests) == asked == 1
        await inside(tenant, lambda: ProviderAccount.objects.update(held_at=None))
        await until(tenant, lambda: handed() == 5)

    with_sender(tenant, [[REFUSED], *([taken(n)] for n in range(5))], job)


def test_a_new_token_and_a_new_rate_reach_a_busy_lane(live_db: Any, tenant: Tenant) -> None:
    queue(tenant, 40, rate=5)
    old = b"Authorization"

    async def job(server: Server) -> None:
        nonlocal old
        await until(tenant, lambda: handed() > 1)
        old = said(server.requests[0])
        account = await inside(tenant, lambda: ProviderAccount.objects.get().pk)
        await inside(tenant, lambda: rotate_token(account_id=account, token=NEW_TOKEN, actor=SYSTEM))
        await inside(tenant, lambda: SenderNumber.objects.update(rate=500))
        await until(tenant, lambda: handed() == 40)  # at 5 a second this takes 8 s

    def said(request: bytes) -> bytes:
        return next(line for line in request.split(b"\r\n") if line.startswith(b"Authorization"))

    server = with_sender(tenant, [[taken(n)] for n in range(40)], job)
    assert said(server.requests[-1]) != old


def test_a_late_refusal_of_the_old_token_does_not_hold_the_account(live_db: Any, tenant: Tenant) -> None:
    def held(rotated: bool) -> bool:
        async def job(work: Work) -> None:
            lanes = Lanes(work, QUICK, uuid4(), "")
            await lanes.lease(5)
            (lane,) = lanes
            if rotated:
                await inside(tenant, rotate)
                await lanes.renew()
            results = Results(work, QUICK, uuid4(), lambda result: None)
            results.add(lane, Slot(1, 1, None, "", "", 1), Answer(401, 20003), wires[0] if rotated else None)
            wires.append(lane.wire)
            await results.flush()

        work_with(job)
        with tenant_scope(tenant.pk):
            return ProviderAccount.objects.exclude(held_at=None).exists()

    def rotate() -> None:
        rotate_token(account_id=ProviderAccount.objects.get().pk, token=ACCOUNT_TOKEN, actor=SYSTEM)

    wires: list[Any] = []
    queue(tenant, 0)
    assert held(rotated=False)
    Due.objects.update(lease_until=None, lease_token=None, due_at=Now())
    with tenant_scope(tenant.pk):
        ProviderAccount.objects.update(held_at=None)
    assert not held(rotated=True)

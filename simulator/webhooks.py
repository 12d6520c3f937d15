"""Sending webhooks: signed, bounded in number, with Twilio's limits, retries and idempotency token."""

import asyncio
import time
import uuid
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from simulator.carrier import Carrier
from simulator.client import Answer, Client, WebhookFailed
from simulator.forms import encode
from simulator.model import Account, Message
from simulator.proof import Proof, Webhook
from simulator.signature import headers_for


@dataclass(slots=True)
class Job:
    """One webhook to send. `raw` overrides the encoded body; `pairs` are what is signed."""

    kind: str
    account: Account
    message: Message
    url: str
    pairs: list[tuple[str, str]]
    what: str
    raw: bytes | None = None
    bad_signature: bool = False
    repeat: bool = False
    token: str = ""

    def again(self) -> "Job":
        """Return the same webhook as a repeat: same fields, same idempotency token."""
        self.token = self.token or str(uuid.uuid4())
        return replace(self, repeat=True)


@dataclass(slots=True, frozen=True)
class Overrides:
    """Twilio's connection overrides, from the fragment of a webhook address."""

    retries: int
    on: frozenset[str]
    connect_s: float
    total_s: float


class Sender:
    """A queue of webhooks and at most `callback_concurrency` tasks that empty it."""

    def __init__(self, carrier: Carrier, proof: Proof) -> None:
        self.carrier, self.proof = carrier, proof
        self.client = Client()
        self.queue: deque[Job] = deque()
        self.active = 0
        self.tasks: set[asyncio.Task[None]] = set()
        self.lasting: set[asyncio.Task[None]] = set()

    def submit(self, job: Job) -> None:
        self.queue.append(job)
        if self.active < self.carrier.behaviour.callback_concurrency:
            self.active += 1
            self.spawn(self._drain(), lasting=True)

    def spawn(self, work: Coroutine[Any, Any, object], *, lasting: bool = False) -> None:
        """Run something in the background and keep hold of it. `lasting`: a reset does not break it off."""
        task = asyncio.get_running_loop().create_task(_quietly(work))
        tasks = self.lasting if lasting else self.tasks
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def forget(self) -> None:
        """Drop what waits and break off replies under way: none may turn up after a reset."""
        self.queue.clear()
        for task in self.tasks:
            task.cancel()

    async def _drain(self) -> None:
        try:
            while self.queue:
                await self.deliver(self.queue.popleft())
        finally:
            self.active -= 1

    async def deliver(self, job: Job) -> Answer | None:
        """Send one webhook with its retries. None when no answer came at all."""
        rules = overrides(job.url, self.carrier)
        job.token = job.token or str(uuid.uuid4())
        answer: Answer | None = None
        for attempt in range(1, rules.retries + 2):
            answer, failure = await self._attempt(job, rules, attempt)
            if not _again(answer, failure, rules.on):
                break
        return answer

    async def _attempt(self, job: Job, rules: Overrides, attempt: int) -> tuple[Answer | None, str]:
        url = job.url.partition("#")[0]
        headers = headers_for(
            url, job.pairs, token=job.account.token, shared_key=job.account.key_pair, bad=job.bad_signature
        )
        headers["I-Twilio-Idempotency-Token"] = job.token
        body = job.raw if job.raw is not None else encode(job.pairs).encode("utf-8", "surrogatepass")
        begin_ns, begin = time.time_ns(), time.perf_counter()
        try:
            answer = await self.client.post(
                url, body, headers, connect_s=rules.connect_s, total_s=rules.total_s
            )
        except WebhookFailed as error:
            ms = (time.perf_counter() - begin) * 1000
            self._note(job, attempt, begin_ns, 0, ms, 0, str(error))
            return None, error.kind
        self._note(job, attempt, answer.begin_ns, answer.end_ns, answer.ms, answer.status, "")
        return answer, ""

    def _note(self, job: Job, attempt: int, begin: int, end: int, ms: float, status: int, error: str) -> None:
        m = job.message
        entry = Webhook(
            job.kind, m.sid, m.to, m.sender, job.what, m.our_id, job.url, begin, end, round(ms, 2), status, error,
            attempt, job.repeat or attempt > 1, job.bad_signature,
        )  # fmt: skip
        self.proof.webhook(entry)
        row = {
            "kind": job.kind, "at": begin / 1e9, "person": m.person, "what": job.what, "status": status, "ms": ms,
            "error": error, "repeat": entry.repeat, "bad": job.bad_signature, "sid": m.sid,
        }  # fmt: skip
        self.carrier.wire.append(row)
        self.carrier.last_hook = row

    def close(self) -> None:
        for task in [*self.tasks, *self.lasting]:
            task.cancel()
        self.queue.clear()
        self.client.close()


async def _quietly(work: Coroutine[Any, Any, object]) -> None:
    await work


def _again(answer: Answer | None, failure: str, on: frozenset[str]) -> bool:
    """Is another attempt due, by Twilio's `rp` words?"""
    if answer is not None:
        failure = "5xx" if answer.status >= 500 else "4xx" if answer.status >= 400 else ""
    return bool(failure) and ("all" in on or failure in on)


def overrides(url: str, carrier: Carrier) -> Overrides:
    """Read `#rc=2&rp=all&ct=...` from the address, over the carrier's settings."""
    behaviour = carrier.behaviour
    given = dict(parse_qsl(url.partition("#")[2])) if "#" in url else {}
    on = given["rp"].split(",") if "rp" in given else behaviour.retry_on
    return Overrides(
        retries=min(int(given.get("rc", behaviour.retry_count)), 5),
        on=frozenset(on),
        connect_s=min(int(given.get("ct", 5000)), 10_000) / 1000,
        total_s=min(int(given.get("tt", given.get("rt", behaviour.webhook_timeout_ms))), 15_000) / 1000,
    )

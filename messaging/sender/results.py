"""Results: what the provider's answers make of messages, written every 50 ms in one UPDATE a tenant."""

from __future__ import annotations

import logging
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from messaging.actions.refusals import KIND as REFUSED
from messaging.actions.refusals import SPEAK
from messaging.rules.outcomes import NotSent, Phase, Verdict, back_off_seconds, judge_answer
from messaging.sender import sql
from messaging.sender.database import Work
from messaging.sender.lanes import Lane
from messaging.sender.tuning import Tuning
from messaging.sender.wire import Answer, Slot, Wire

log = logging.getLogger(__name__)
NOT_BEGUN_WAIT = 0.2
_MANY = 1_000_000
# Errors that speak of a row, not of the database: writing it again brings the same error again.
_NEVER = (psycopg.IntegrityError, psycopg.DataError)


class Result(NamedTuple):
    """What one request came to."""

    lane: Lane
    slot: Slot
    answer: Answer
    verdict: Verdict
    wire: Wire | None = None


@dataclass(slots=True)
class Health:
    """How an account fares: a breaker for answers in doubt, and the slow-down after a 429."""

    last: deque[bool] = field(default_factory=lambda: deque(maxlen=50))
    in_a_row: int = 0
    open_until: float = 0.0  # of the breaker; 0: it is closed
    probe_until: float = 0.0
    held_until: float = 0.0  # it was refused: until then the lanes have read whether it is held
    slowed_at: float = 0.0


class Results:
    """Collects results; `after` is told of what consent must know once the locks are free."""

    def __init__(self, work: Work, tuning: Tuning, token: UUID, after: Callable[[Result], None]) -> None:
        self.work, self.tuning, self.token, self.after = work, tuning, token, after
        self.waiting: list[Result] = []
        self.health: dict[int, Health] = {}
        self.handed = 0

    def most(self, account_id: int) -> int:
        """Requests that may be started to an account: none just after a refusal; one, a probe, by an open breaker."""
        health = self.health.setdefault(account_id, Health())
        now = time.monotonic()
        if now < health.held_until:
            return 0
        if not health.open_until:
            return _MANY
        return 0 if now < health.open_until or now < health.probe_until else 1

    def started(self, account_id: int) -> None:
        """A request was started; with an open breaker it is the probe."""
        health = self.health[account_id]
        if health.open_until:
            health.probe_until = time.monotonic() + self.tuning.total

    def add(self, lane: Lane, slot: Slot, answer: Answer, wire: Wire | None = None) -> None:
        """Judge an answer and keep the result for the next flush. `wire`: what it came by, where not the lane's."""
        wire = wire or lane.wire
        verdict = judge_answer(answer.http_status, answer.code, answer.sid, answer.exception or None)
        self.waiting.append(Result(lane, slot, answer, verdict, wire))
        if wire is not None:
            self._learn(wire, verdict)
        if verdict.kind != "handed":
            log.info("message %s: %s %s %s", slot.id, verdict.kind, answer.code or "", answer.why)

    async def flush(self) -> None:
        """Write everything collected. What cannot be written stays for the next time, and keeps nobody else's back."""
        taken, self.waiting = self.waiting, []
        left: dict[int, list[Result]] = {}
        for result in taken:
            left.setdefault(result.lane.tenant_id, []).append(result)
        trouble: psycopg.Error | None = None
        try:
            for tenant_id, results in left.items():
                try:
                    await self._settle(tenant_id, results)
                except psycopg.Error as error:
                    if error.sqlstate is None:  # no word of the server: it is away for the others too
                        raise
                    trouble = error
        finally:
            self.waiting[:0] = [result for results in left.values() for result in results]
        if trouble is not None:
            raise trouble

    async def _settle(self, tenant_id: int, results: list[Result]) -> None:
        """Write a tenant's results; those that are written leave the list."""
        try:
            await self._write(tenant_id, results)
        except _NEVER:
            while results:
                await self._write_one(tenant_id, results[0])
                self._written([results.pop(0)])
        else:
            self._written(results)
            results.clear()

    async def _write_one(self, tenant_id: int, result: Result) -> None:
        """Write one result. One that can never be written must not keep the others back: it is in doubt."""
        try:
            await self._write(tenant_id, [result])
        except _NEVER as error:
            log.error(
                "the result of message %s cannot be written: %s", result.slot.id, type(error).__name__,
                extra={"tenant_id": tenant_id},
            )  # fmt: skip
            await self._write(tenant_id, [result._replace(answer=Answer(), verdict=Verdict("ambiguous"))])

    def _written(self, results: list[Result]) -> None:
        for result in results:
            result.lane.under_way -= 1
            if result.verdict.contact_action in SPEAK:
                self.after(result)

    async def _write(self, tenant_id: int, results: list[Result]) -> None:
        columns: dict[str, list[Any]] = {
            name: [] for name in ("ids", "ns", "phases", "reasons", "sids", "codes", "delays")
        }
        closed: dict[tuple[str, int | None, int | None], list[int]] = {}
        for result in results:
            slot, answer, code = result.slot, result.answer, result.verdict.code
            phase, why, delay, word = self._fate(slot, answer, result.verdict)
            for column, value in zip(
                columns.values(), (slot.id, slot.n, int(phase), why, answer.sid, code, delay), strict=True
            ):
                column.append(value)
            closed.setdefault((word, answer.http_status, code), []).append(slot.attempt)
        held = {r.wire.account: r for r in results if r.verdict.kind == "hold_account" and r.wire}
        statements: list[tuple[str, Any]] = [
            (sql.SCOPE, [str(tenant_id)]),
            (
                sql.RESULTS,
                {name: sql.array(given) for name, given in columns.items()} | {"token": self.token},
            ),
        ]
        for (word, http, code), attempts in closed.items():
            statements.append(
                (sql.CLOSE, {"result": word, "http": http, "code": code, "ids": sql.array(attempts)})
            )
        for account, result in held.items():
            reason = f"The provider refused the account ({result.answer.code or result.answer.http_status})."
            named = {"id": account.id, "reason": reason, "token_sealed": account.token_sealed}
            statements.append((sql.HOLD_ACCOUNT, named))
        if any(r.verdict.kind == "ambiguous" for r in results):
            given = {"kind": "reconcile", "tenant": tenant_id, "ref": 0, "delay": self.tuning.unknown_first}
            statements.append((sql.PUT, given))
        for result in results:
            if result.verdict.contact_action in SPEAK:
                given = {"kind": REFUSED, "tenant": tenant_id, "ref": result.slot.attempt}
                statements.append((sql.PUT, given | {"delay": self.tuning.refused_left}))
        await self.work.run(*statements)
        self.handed += sum(r.verdict.kind == "handed" for r in results)

    def _fate(self, slot: Slot, answer: Answer, verdict: Verdict) -> tuple[Phase, int, float | None, str]:
        if verdict.kind == "handed":
            return Phase.HANDED, 0, None, "handed"
        if verdict.kind == "ambiguous":
            return Phase.UNKNOWN, 0, self.tuning.unknown_first, "unknown"
        if verdict.kind == "rejected":
            return Phase.NOT_SENT, int(NotSent.REJECTED), None, "rejected"
        if verdict.kind == "hold_account":
            return Phase.QUEUED, 0, self.tuning.held_wait, "held"
        if answer.exception == "not_begun" and answer.why.endswith("NotBegun"):
            return Phase.QUEUED, 0, NOT_BEGUN_WAIT, "not_begun"
        return Phase.QUEUED, 0, back_off_seconds(slot.tries, random.random()), "retry"

    def _learn(self, wire: Wire, verdict: Verdict) -> None:
        health = self.health.setdefault(wire.account.id, Health())
        now = time.monotonic()
        doubtful = verdict.kind == "ambiguous"
        health.last.append(doubtful)
        health.in_a_row = health.in_a_row + 1 if doubtful else 0
        if health.open_until and not doubtful:
            health.last.clear()
            health.open_until = 0.0
        if doubtful and (sum(health.last) >= 10 or health.in_a_row >= 5) and self.tuning.breaker_open:
            log.warning("the provider's answers are in doubt: a pause of %s s", self.tuning.breaker_open)
            health.open_until = now + self.tuning.breaker_open
            health.probe_until = 0.0
        if verdict.kind == "hold_account":
            health.held_until = now + self.tuning.lanes_every
        if verdict.slow_down and now - health.slowed_at > 1:
            health.slowed_at = now
            wire.limit = max(1, wire.limit // 2)
        elif (
            verdict.kind == "handed"
            and wire.limit < wire.account.concurrency
            and (now - health.slowed_at > 10)
        ):
            wire.limit += 1

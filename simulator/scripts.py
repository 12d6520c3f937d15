"""Scripts of replies: what people answer, by themselves, while a campaign runs."""

import asyncio
import time
import zlib
from dataclasses import asdict, dataclass, field
from typing import Any

from simulator.carrier import Carrier
from simulator.inbound import Inbound, Text
from simulator.lifecycle import Lifecycle
from simulator.model import Message
from simulator.webhooks import Sender

EVENTS = frozenset({"accepted", "sent", "delivered", "undelivered", "failed"})


@dataclass(slots=True)
class Script:
    """One rule: after `after`, a share of the people (or the listed ones) text `body`. A person answers once.

    `fraction` is decided by a hash of seed and number, so it is the same people in every run. `sent` lists every
    reply: {to, sid, matched_ns, sent_ns, answered_ns, status, ms}; times are time.time_ns().
    """

    id: int
    after: str
    body: str
    fraction: float = 1.0
    recipients: list[str] = field(default_factory=list)
    delay_ms: Any = 0
    sender: str = ""  # only texts from this number or service
    limit: int = 0  # at most so many people; 0: no limit
    repeat: int = 0
    seed: int = 0
    active: bool = True
    matched: int = 0
    sent: list[dict[str, Any]] = field(default_factory=list)
    people: set[str] = field(default_factory=set)
    listed: frozenset[str] = frozenset()  # `recipients` for quick look-up

    def wants(self, message: Message, event: str) -> bool:
        """Does this message make its person answer?"""
        if not self.active or event != self.after or message.to in self.people:
            return False
        if self.sender and self.sender not in (message.sender, message.service):
            return False
        if self.limit and self.matched >= self.limit:
            return False
        if self.listed:
            return message.to in self.listed
        return zlib.crc32(f"{self.seed}:{message.to}".encode()) / 2**32 < self.fraction

    def state(self) -> dict[str, Any]:
        """The rule with its counts: matched, answered with 200, and failed ones."""
        view = asdict(self)
        del view["people"], view["listed"]
        view["recipients"] = len(self.recipients)
        view["answered_200"] = sum(1 for s in self.sent if s["status"] == 200)
        view["failed"] = sum(1 for s in self.sent if not 200 <= s["status"] < 300)
        view["pending"] = self.matched - len(self.sent)
        return view


class Scripts:
    """All rules; listens to the life cycle of messages while there are any."""

    def __init__(self, carrier: Carrier, sender: Sender, lifecycle: Lifecycle, inbound: Inbound) -> None:
        self.carrier, self.sender, self.lifecycle, self.inbound = carrier, sender, lifecycle, inbound
        self.rules: list[Script] = []
        self._next = 1

    def add(self, raw: dict[str, Any]) -> Script:
        """Add a rule. ValueError when a setting is wrong."""
        allowed = {"after", "body", "fraction", "recipients", "delay_ms", "sender", "limit", "repeat", "seed"}
        unknown = set(raw) - allowed
        if unknown:
            raise ValueError(f"a script has no setting {', '.join(sorted(unknown))}")
        rule = Script(id=self._next, **{"after": "delivered", **raw})
        if rule.after not in EVENTS:
            raise ValueError(f"after is one of {', '.join(sorted(EVENTS))}")
        self.carrier.dice.seconds(rule.delay_ms)
        rule.fraction, rule.listed = float(rule.fraction), frozenset(rule.recipients)
        self._next += 1
        self.rules.append(rule)
        if self._hear not in self.lifecycle.listeners:
            self.lifecycle.listeners.append(self._hear)
        return rule

    def clear(self) -> None:
        """Drop every rule; replies already on their way still arrive."""
        self.rules = []
        if self._hear in self.lifecycle.listeners:
            self.lifecycle.listeners.remove(self._hear)

    def _hear(self, message: Message, event: str) -> None:
        if message.direction == "inbound":
            return
        for rule in self.rules:
            if rule.wants(message, event):
                rule.people.add(message.to)
                rule.matched += 1
                self.sender.spawn(self._reply(rule, message.to, message.sender))

    async def _reply(self, rule: Script, person: str, number: str) -> None:
        matched_ns = time.time_ns()
        await asyncio.sleep(self.carrier.dice.seconds(rule.delay_ms))
        sent_ns = time.time_ns()
        entry: dict[str, Any] = {"to": person, "number": number, "matched_ns": matched_ns, "sent_ns": sent_ns}
        try:
            answer = await self.inbound.receive(Text(person, number, rule.body, repeat=rule.repeat))
        except ValueError as error:
            answer = {"sid": "", "webhook": None, "error": str(error)}
        hook = answer["webhook"] or {"status": 0, "ms": 0, "answered_ns": 0}
        entry |= {"sid": answer["sid"], **{k: hook[k] for k in ("status", "ms", "answered_ns")}}
        rule.sent.append(entry)

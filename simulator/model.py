"""What the carrier knows: accounts, numbers, services, messages, and how it behaves. All of it lives in memory."""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["long_code", "toll_free", "short_code", "alphanumeric"]
FINAL = frozenset({"delivered", "undelivered", "failed", "canceled", "received", "read"})
API_VERSION = "2010-04-01"


@dataclass(slots=True)
class Account:
    """A (sub)account. `countries` are the E.164 prefixes it may text; empty means every country."""

    sid: str
    token: str
    name: str = ""
    countries: list[str] = field(default_factory=list)
    shared_key: list[str] = field(default_factory=list)  # [key sid, secret]: sign webhooks with HMAC_SHA256
    api_keys: dict[str, str] = field(default_factory=dict)
    max_concurrent: int = 0  # 0: no limit; else 429 with code 20429 above it
    open_requests: int = 0

    @property
    def key_pair(self) -> tuple[str, str] | None:
        return (self.shared_key[0], self.shared_key[1]) if len(self.shared_key) == 2 else None


@dataclass(slots=True)
class Service:
    """A Messaging Service: numbers join it by their `service` field."""

    sid: str
    account: str
    name: str = ""
    inbound_url: str = ""
    status_callback: str = ""
    advanced_opt_out: bool = False
    use_inbound_webhook_on_number: bool = False


@dataclass(slots=True)
class Number:
    """A number of an account. None means: as the carrier's behaviour says."""

    number: str
    account: str
    name: str = ""
    kind: Kind = "long_code"
    inbound_url: str = ""
    service: str = ""
    answers_keywords: bool | None = None
    refuses_after_stop: bool | None = None
    blocked_as: int | None = None  # 21610 (refused) or 30004 (taken, then undelivered); toll-free: 30004
    confirmations_after_stop: int | None = (
        None  # texts let through after STOP where the carrier does not answer
    )
    latency_ms: Any = None
    queue_limit: int = 0  # 0: none; else 21611 above so many open messages
    replies: dict[str, str] = field(default_factory=dict)  # own wording by STOP, START, HELP
    waiting: int = 0

    @property
    def block_key(self) -> str:
        """What an opt-out covers: the service where the number is in one, else the number."""
        return self.service or self.number


@dataclass(slots=True)
class Behaviour:
    """How the carrier behaves. Rates are fractions 0..1, times are milliseconds."""

    latency_ms: Any = 50  # a number, [low, high], {"median":, "sigma":} or {"values": [...]}
    delivers: bool = True
    answers_keywords: bool = True
    refuses_after_stop: bool = True
    spam_rate: float = 0.0
    failure_rates: dict[str, float] = field(default_factory=dict)  # error code -> rate
    consents_error: int = 0  # code of the error that Consents/Bulk gives: 20003, 20403, 20404, 20429, 20500
    callbacks: bool = True
    callback_concurrency: int = 32
    sent_ms: Any = field(default_factory=lambda: [60, 140])
    delivered_ms: Any = field(default_factory=lambda: [200, 600])
    doubled_rate: float = 0.0  # webhooks sent twice, status and inbound alike
    shuffled_rate: float = 0.0  # `sent` called back after the final status
    lost_rate: float = 0.0  # status callbacks never sent
    retry_count: int = 1
    retry_on: list[str] = field(default_factory=lambda: ["ct", "5xx"])  # ct, rt, 4xx, 5xx, all
    webhook_timeout_ms: int = 15_000
    keyword_punctuation: bool = False  # True: "Stop." counts as STOP too
    reply_ms: Any = field(default_factory=lambda: [20, 60])
    seed: int = 0


@dataclass(slots=True)
class Message:
    """One text, in or out. `our_id` is the `m` parameter of the StatusCallback address, or empty."""

    sid: str
    account: str
    to: str
    sender: str
    body: str
    direction: str
    status: str
    created: float
    service: str = ""
    callback: str = ""
    our_id: str = ""
    parts: int = 1
    media: int = 0
    sent: float = 0.0
    updated: float = 0.0
    error: int = 0
    tags: str = ""  # what the handset page says about it, such as "refused" or the error
    seq: int = 0

    @property
    def person(self) -> str:
        return self.sender if self.direction == "inbound" else self.to

    @property
    def business(self) -> str:
        return self.to if self.direction == "inbound" else self.sender


class Dice:
    """The carrier's chance: seeded, so that a run can be repeated."""

    def __init__(self, seed: int = 0) -> None:
        self.random = random.Random(seed)

    def hit(self, rate: float) -> bool:
        return rate > 0 and (rate >= 1 or self.random.random() < rate)

    def seconds(self, spec: Any) -> float:
        """Draw a time from a specification in milliseconds and return seconds."""
        if isinstance(spec, int | float):
            return spec / 1000
        if isinstance(spec, Mapping):
            if "values" in spec:
                return float(self.random.choice(spec["values"])) / 1000
            return (
                float(spec.get("median", 50))
                * self.random.lognormvariate(0, float(spec.get("sigma", 0.3)))
                / 1000
            )
        if isinstance(spec, Sequence) and len(spec) == 2:
            return self.random.uniform(float(spec[0]), float(spec[1])) / 1000
        raise ValueError("a time is a number, [low, high], {median, sigma} or {values}")


_second = (0, "")


def rfc2822(moment: float) -> str | None:
    """Return a UTC time as Twilio writes it, or None for 0."""
    global _second
    if not moment:
        return None
    whole = int(moment)
    if whole != _second[0]:
        _second = (whole, time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(whole)))
    return _second[1]

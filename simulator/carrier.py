"""The carrier's state and the verbs on it: find a sender, take a message over, block and release a person."""

import base64
import os
import time
from collections import deque
from dataclasses import fields
from typing import Any

from simulator.errors import ApiError
from simulator.model import Account, Behaviour, Dice, Message, Number, Service

WIRE_ROWS = 5000
TIMES = ("latency_ms", "sent_ms", "delivered_ms", "reply_ms")


class Carrier:
    """Everything the carrier knows. One instance per process; only the event loop touches it."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.numbers: dict[str, Number] = {}
        self.services: dict[str, Service] = {}
        self.behaviour = Behaviour()
        self.dice = Dice()
        self._credentials: dict[str, Account | None] = {}
        self._prefix = os.urandom(8).hex()
        self._counter = 0
        self.dirty: set[str] | None = None  # sids to be kept, when a history file is in use
        self.clear()
        self.forgotten = False

    def clear(self) -> None:
        """Forget every message, block and handset; keep accounts, numbers and behaviour."""
        self.forgotten = True
        self.messages: dict[str, Message] = {}
        self.by_person: dict[str, list[Message]] = {}
        self.blocked: dict[tuple[str, str], int] = {}  # (person, block key) -> confirmations still allowed
        self.outcomes: dict[str, dict[str, Any]] = {}  # person -> what happens to texts to them
        self.handsets: dict[str, float] = {}  # every person with a text, the latest last
        self.pinned: dict[str, None] = {}  # those who wrote, were added or were looked at, the latest last
        self.stops: dict[
            tuple[str, str], dict[str, Any]
        ] = {}  # (person, number) -> how the last STOP was taken
        self.last_requests: dict[str, dict[str, Any]] = {}  # person -> the newest inbound webhook
        self.last_hook: dict[str, Any] | None = None
        self.seen: dict[str, int] = {}  # handset -> sequence number up to which its owner has read
        self.wire: deque[dict[str, Any]] = deque(maxlen=WIRE_ROWS)
        self.waiting = 0
        self.taken_at: deque[float] = deque(maxlen=20_000)
        for number in self.numbers.values():
            number.waiting = 0

    def next_sid(self, prefix: str = "SM") -> str:
        self._counter += 1
        return f"{prefix}{self._prefix}{self._counter:016x}"

    # -- accounts -----------------------------------------------------------------------------------------------

    def configure(self, config: dict[str, Any]) -> None:
        """Add or change accounts, services, numbers and behaviour. ValueError names the wrong key."""
        for raw in config.get("accounts", []):
            self._merge(self.accounts, Account, raw, "sid")
        for raw in config.get("services", []):
            self._merge(self.services, Service, raw, "sid")
        for raw in config.get("numbers", []):
            self._merge(self.numbers, Number, raw, "number")
        if "behaviour" in config:
            self.behave(config["behaviour"])
        for person in config.get("handsets", []):
            self.handsets.setdefault(person, 0.0)
            self.pinned.setdefault(person)
        self._credentials.clear()

    def behave(self, changes: dict[str, Any]) -> None:
        """Change behaviour settings by name."""
        _check_names(Behaviour, changes)
        for name in TIMES:
            if name in changes:
                self.dice.seconds(changes[name])
        for name, value in changes.items():
            _check_kind(name, value)
            setattr(self.behaviour, name, value)
        if "seed" in changes:
            self.dice = Dice(int(changes["seed"]))

    @staticmethod
    def _merge(store: dict[str, Any], kind: type, raw: dict[str, Any], key: str) -> None:
        _check_names(kind, raw)
        if key not in raw:
            raise ValueError(f"{kind.__name__.lower()}: {key} is missing")
        known = store.get(raw[key])
        if known is None:
            try:
                store[raw[key]] = kind(**raw)
            except TypeError as error:
                raise ValueError(f"{kind.__name__.lower()}: {error}") from error
            return
        for name, value in raw.items():
            setattr(known, name, value)

    def account_for(self, authorization: str) -> Account:
        """Return the account of a Basic credential. ApiError 20003 when there is none."""
        try:
            account = self._credentials[authorization]
        except KeyError:
            account = self._credentials[authorization] = self._look_up(authorization)
        if account is None:
            raise ApiError(20003)
        return account

    def _look_up(self, authorization: str) -> Account | None:
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except ValueError:
            return None
        account = self.accounts.get(user)
        if account is not None:
            return account if account.token == secret else None
        return next(
            (a for a in self.accounts.values() if user in a.api_keys and a.api_keys[user] == secret), None
        )

    # -- senders ------------------------------------------------------------------------------------------------

    def members(self, service: str) -> list[Number]:
        return [n for n in self.numbers.values() if n.service == service]

    def answers_itself(self, number: Number) -> bool:
        if number.kind == "toll_free":
            return True
        return self.behaviour.answers_keywords if number.answers_keywords is None else number.answers_keywords

    def refuses(self, number: Number) -> bool:
        if number.kind == "toll_free":
            return True
        return (
            self.behaviour.refuses_after_stop
            if number.refuses_after_stop is None
            else number.refuses_after_stop
        )

    def block(self, person: str, number: Number) -> bool:
        """Block the person for the number (or its service). True when this is new."""
        key = (person, number.block_key)
        new = key not in self.blocked
        allowed = number.confirmations_after_stop
        if allowed is None:
            allowed = 0 if self.answers_itself(number) else 1
        self.blocked[key] = allowed if new else self.blocked[key]
        return new

    def release(self, person: str, number: Number) -> bool:
        """Lift the block. True when there was one."""
        return self.blocked.pop((person, number.block_key), None) is not None

    def is_blocked(self, person: str, number: Number) -> bool:
        """True when a text must not go through. Uses up an allowed confirmation when there is one."""
        key = (person, number.block_key)
        allowed = self.blocked.get(key)
        if allowed is None or not self.refuses(number):
            return False
        if allowed > 0:
            self.blocked[key] = allowed - 1
            return False
        return True

    # -- messages -----------------------------------------------------------------------------------------------

    def keep(self, message: Message) -> None:
        """Take a message into the books."""
        message.seq = self._counter
        self.messages[message.sid] = message
        person = message.person
        thread = self.by_person.get(person)
        if thread is None:
            self.by_person[person] = [message]
        else:
            thread.append(message)
        self.handsets.pop(person, None)
        self.handsets[person] = message.created
        if message.direction == "inbound":
            self.pinned.pop(person, None)
            self.pinned[person] = None
        if self.dirty is not None:
            self.dirty.add(message.sid)

    def restore(self, message: Message) -> None:
        """Put back a message from an earlier run."""
        self._counter = max(self._counter, message.seq)
        self.messages[message.sid] = message
        self.by_person.setdefault(message.person, []).append(message)
        self.seen[message.person] = message.seq
        if message.direction == "inbound":
            self.pinned[message.person] = None

    def set_status(self, message: Message, status: str, error: int = 0) -> None:
        """Move a message on. A message that was forgotten by a reset is left alone."""
        if self.messages.get(message.sid) is not message or message.status in FINAL_OUT:
            return
        now = time.time()
        message.status, message.error, message.updated = status, error, now
        if not message.sent and status not in ("scheduled", "canceled", "failed"):
            message.sent = now
        if status in FINAL_OUT:
            self.waiting -= 1
            number = self.numbers.get(message.sender)
            if number is not None and number.waiting:
                number.waiting -= 1
        if self.dirty is not None:
            self.dirty.add(message.sid)

    def forget(self, message: Message) -> None:
        """Delete a message as the API's DELETE does."""
        self.messages.pop(message.sid, None)
        if self.dirty is not None:
            self.dirty.add(message.sid)
        thread = self.by_person.get(message.person)
        if thread is not None:
            thread.remove(message)

    def rate_per_minute(self) -> int:
        """How many messages were taken over in the last minute (at most 20,000 are counted)."""
        limit = time.monotonic() - 60
        while self.taken_at and self.taken_at[0] < limit:
            self.taken_at.popleft()
        return len(self.taken_at)


FINAL_OUT = frozenset({"delivered", "undelivered", "failed", "canceled"})


def _check_names(kind: type, raw: dict[str, Any]) -> None:
    known = {f.name for f in fields(kind)}
    unknown = set(raw) - known
    if unknown:
        raise ValueError(f"{kind.__name__.lower()} has no setting {', '.join(sorted(unknown))}")


def _check_kind(name: str, value: Any) -> None:
    """A setting keeps the kind of its default; a wrong one must fail here, not inside a request."""
    default = getattr(Behaviour(), name)
    if name in TIMES:
        return
    number = isinstance(default, int | float) and not isinstance(default, bool)
    good = isinstance(value, int | float) if number else isinstance(value, type(default))
    if not good:
        raise ValueError(f"{name} is {type(default).__name__}, not {type(value).__name__}")

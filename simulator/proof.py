"""The carrier's log, kept for proofs: what arrived when, what was taken over, and how each webhook was answered.

Times come in pairs: `*_mono_ns` (time.monotonic_ns, comparable within this machine) and `*_ns` (time.time_ns, wall
clock). A request *begins* when its headers are complete here, which is never earlier than it began at the client; it
came here at `came_ns` or later, as the kernel knows, which a proof of an order on a busy machine goes by.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

WEBHOOKS_KEPT = 200_000


@dataclass(slots=True)
class Create:
    """One create request. `body_ns` is 0 when the body never came; `m` is our id from the StatusCallback address."""

    came_ns: int
    begin_ns: int
    begin_mono_ns: int
    body_ns: int
    body_mono_ns: int
    accepted: bool
    to: str
    sender: str
    m: str
    sid: str
    status: int  # HTTP status of the answer, 0 when none was given
    code: int  # Twilio's code of a refusal
    fault: str


@dataclass(slots=True)
class Webhook:
    """One delivery attempt of a webhook. `answered_ns` and `status` are 0 when no answer came (`error` says why)."""

    kind: str  # inbound or status
    sid: str
    to: str
    sender: str
    what: str  # the message status, or the text
    m: str
    url: str
    begin_ns: int
    answered_ns: int
    ms: float
    status: int
    error: str
    attempt: int
    repeat: bool
    bad_signature: bool


class Proof:
    """Both lists, with counts kept as they grow."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.creates: list[Create] = []
        self.webhooks: deque[Webhook] = deque(maxlen=WEBHOOKS_KEPT)
        self.webhooks_seen = 0
        self.accepts: dict[str, int] = {}
        self.accepted = self.incomplete = 0
        self.codes: Counter[int] = Counter()
        self.faults: Counter[str] = Counter()
        self.callbacks: Counter[str] = Counter()

    def create(self, entry: Create) -> None:
        self.creates.append(entry)
        if not entry.body_ns:
            self.incomplete += 1
        if entry.accepted:
            self.accepted += 1
            if entry.m:
                self.accepts[entry.m] = self.accepts.get(entry.m, 0) + 1
        if entry.code:
            self.codes[entry.code] += 1
        if entry.fault:
            self.faults[entry.fault] += 1

    def webhook(self, entry: Webhook) -> None:
        self.webhooks.append(entry)
        self.webhooks_seen += 1
        self.callbacks[f"{entry.kind}_{'ok' if 200 <= entry.status < 300 else 'failed'}"] += 1

    def counts(self) -> dict[str, Any]:
        """Requests, accepted ones, refusals by code, and messages taken over more than once."""
        double = {m: n for m, n in self.accepts.items() if n > 1}
        return {
            "requests": len(self.creates),
            "accepted": self.accepted,
            "refused": {str(code): n for code, n in sorted(self.codes.items())},
            "faults": dict(self.faults),
            "incomplete": self.incomplete,
            "message_ids": len(self.accepts),
            "double_handovers": len(double),
            "double_handover_ids": dict(list(double.items())[:100]),
            "webhooks": dict(self.callbacks),
            "webhook_attempts": self.webhooks_seen,
        }

    def rows(self, query: dict[str, str]) -> Iterator[dict[str, Any]]:
        """Yield log rows. Filters: kind=create|inbound|status, to, from, m, sid, since_ns, after (index), limit."""
        kind, limit, after = (
            query.get("kind", "create"),
            int(query.get("limit", 0)),
            int(query.get("after", -1)),
        )
        since = int(query.get("since_ns", 0))
        source: Any = self.creates if kind == "create" else self.webhooks
        wanted = {
            "to": query.get("to"),
            "sender": query.get("from"),
            "m": query.get("m"),
            "sid": query.get("sid"),
        }
        checks = [(name, value) for name, value in wanted.items() if value is not None]
        if query.get("accepted"):
            checks.append(("accepted", query["accepted"] in ("1", "true")))  # type: ignore[arg-type]
        given = 0
        for index, entry in enumerate(source):
            if (
                index <= after
                or entry.begin_ns < since
                or (kind in ("inbound", "status") and entry.kind != kind)
            ):
                continue
            if any(getattr(entry, name, None) != value for name, value in checks):
                continue
            row = {name: getattr(entry, name) for name in entry.__slots__}
            row["from"] = row.pop("sender")
            yield {"index": index, **row}
            given += 1
            if limit and given >= limit:
                return

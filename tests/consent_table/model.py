"""CONSENT.md once more, small and by itself: what a person's words and the team's acts come to.

Nothing of the product is used here. An opt-out has a number; each sender remembers the one that keeps it out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

SENDERS = ("Offers", "Orders", "News")
AGAIN = 24 * 3600


@dataclass
class Person:
    """`out`: sender → opt-out that keeps it out. `all_id`: the opt-out of all, for senders added later."""

    known: set[str] = field(default_factory=lambda: set(SENDERS))
    out: dict[str, int] = field(default_factory=dict)
    said_at: dict[int, int] = field(default_factory=dict)
    again: dict[str, int] = field(default_factory=dict)  # sender → when a STOP repeated what was so
    all_id: int | None = None
    blocked: bool = False
    replies: int = 0
    confirmed: int | None = None

    @property
    def status(self) -> str:
        if self.blocked:
            return "blocked"
        return "stopped" if self.out else "active"

    def stop(self, sender: str, at: int) -> None:
        if sender not in self.out:
            self._opt_out({sender}, at)
        else:
            self.again[sender] = at

    def stop_all(self, sender: str, at: int) -> None:
        if self.all_id is None or set(self.out) != set(SENDERS):
            self.all_id = self._opt_out(set(SENDERS), at)
        else:
            self.again |= dict.fromkeys(SENDERS, at)

    def _opt_out(self, senders: set[str], at: int) -> int:
        number = len(self.said_at) + 1
        self.said_at[number] = at
        self.out |= dict.fromkeys(senders, number)
        self.replies += 1
        return number

    def start(self, sender: str, at: int) -> None:
        number = self.out.get(sender)
        if number is None or at <= max(self.said_at[number], self.again.get(sender, 0)):
            return  # nothing opted out, or not later than the last STOP: at the same second STOP wins
        self.out = {s: n for s, n in self.out.items() if n != number}
        self.all_id = None if number == self.all_id else self.all_id
        self.replies += 0 if self.blocked else 1

    yes = start

    def help(self, sender: str, at: int) -> None:
        self.replies += 1

    def block(self, sender: str, at: int) -> None:
        self.blocked = True

    def unblock(self, sender: str, at: int) -> None:
        self.blocked = False

    def proof(self, sender: str, at: int) -> None:
        self.out.pop(sender, None)
        self.all_id = self.all_id if self.out else None

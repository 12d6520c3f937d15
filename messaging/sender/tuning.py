"""Times and sizes of the sender, together; tests and drills may change one."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Tuning:
    """All times in seconds."""

    claim_seconds: float = 2.0  # a claim is what may leave in this time …
    claim_most: int = 500  # … and at most so many
    claim_lease: float = 60.0
    begun_lease: float = 30.0  # longer than a request can take, so that only a dead process leaves one over
    tick: float = 0.1  # rows that may leave in this time are begun together …
    tick_most: int = 128  # … and at most so many
    tick_least: float = 0.01
    tick_patience: float = 0.02  # while few connections are free, the next tick waits so much longer
    lock_age: float = 0.5  # older locks do not count: the request must not start
    unlock_every: float = 0.01
    results_every: float = 0.05
    ping_every: float = 0.5
    lock_idle: float = (
        2.0  # the server ends a lock session that is silent so long: a frozen process blocks no STOP
    )
    idle_poll: float = 0.25
    lane_lease: float = 15.0
    connect: float = 3.0
    total: float = 10.0
    keep_alive: float = 20.0  # below the provider's own, which would close a connection while we write
    held_wait: float = 60.0  # marketing under review, held accounts
    stop_wait: float = 5.0  # an opt-out is being recorded
    drain: float = 10.0  # at SIGTERM
    unknown_first: float = 300.0
    unknown_last: float = 900.0
    unknown_again: float = 60.0  # a look-up that failed
    refused_left: float = 60.0  # a refusal that consent has not heard by then is told by a worker
    unknown_most: float = 3 * 86400.0  # none was answered: a weekend in which nobody put the account right
    breaker_open: float = 30.0
    count_every: float = 2.0
    look_every: float = 10.0  # is this still the same database?
    drill_pause: float = 0.0  # up to so long between `begun` and the request: a drill's, to widen that moment

    @property
    def lanes_every(self) -> float:
        """How often leases are extended and sender numbers and accounts read anew."""
        return self.lane_lease / 3

    def change(self, settings: list[str]) -> Tuning:
        """With "name=value" applied. Raises ValueError naming what is wrong."""
        known = {f.name for f in fields(self)}
        changes: dict[str, float] = {}
        for setting in settings:
            name, _, value = setting.partition("=")
            if name not in known:
                raise ValueError(f"no setting {name!r}; known: {', '.join(sorted(known))}")
            changes[name] = int(value) if name.endswith("_most") else float(value)
        return replace(self, **changes)  # type: ignore[arg-type]

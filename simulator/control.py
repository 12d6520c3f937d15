"""The control API under /sim/: set the carrier up, make people text, commit faults, read the log."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from simulator.inbound import Text
from simulator.world import World

Query = dict[str, str]
Json = Any


class BadRequest(Exception):
    """A control request that cannot be understood; the text says why."""


class Control:
    """One method per endpoint; each takes (query, data) and returns JSON. `receive` is the only slow one."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.routes: dict[tuple[str, str], Callable[[Query, Json], Json]] = {
            ("GET", "health"): lambda query, data: {"ok": True, **self.summary()},
            ("GET", "config"): lambda query, data: self.config(),
            ("POST", "config"): lambda query, data: self.configure(data),
            ("POST", "accounts"): lambda query, data: self.configure({"accounts": _many(data)}),
            ("POST", "services"): lambda query, data: self.configure({"services": _many(data)}),
            ("POST", "numbers"): lambda query, data: self.configure({"numbers": _many(data)}),
            ("POST", "handsets"): lambda query, data: self.configure({"handsets": _many(data)}),
            ("GET", "behaviour"): lambda query, data: asdict(self.world.carrier.behaviour),
            ("POST", "behaviour"): lambda query, data: self.configure({"behaviour": data})["behaviour"],
            ("POST", "recipients"): self.recipients,
            ("GET", "faults"): lambda query, data: {"faults": self.world.faults.as_list()},
            ("POST", "faults"): lambda query, data: {
                "faults": [self.world.faults.add(f).view() for f in _many(data)]
            },
            ("DELETE", "faults"): self.remove_faults,
            ("GET", "script"): lambda query, data: {"scripts": [r.state() for r in self.world.scripts.rules]},
            ("POST", "script"): lambda query, data: self.world.scripts.add(data).state(),
            ("DELETE", "script"): self.clear_scripts,
            ("GET", "counts"): lambda query, data: self.counts(),
            ("GET", "blocked"): self.blocked,
            ("GET", "messages"): self.messages,
            ("POST", "reset"): self.reset,
        }

    def run(self, method: str, name: str, query: Query, data: Json) -> Json:
        """Answer one endpoint. KeyError when there is none; BadRequest when the data is wrong."""
        route = self.routes[(method, name)]
        try:
            return route(query, data)
        except (ValueError, TypeError, AttributeError) as error:
            raise BadRequest(str(error)) from error

    async def receive(self, data: Json) -> Json:
        """`POST /sim/inbound`: a person texts a number; the webhook's answer comes back."""
        try:
            return await self.world.inbound.receive(read_text(data))
        except (ValueError, TypeError) as error:
            raise BadRequest(str(error)) from error

    def configure(self, data: Json) -> Json:
        if not isinstance(data, dict):
            raise BadRequest("the configuration is a JSON object")
        self.world.carrier.configure(data)
        return self.config()

    def config(self) -> Json:
        carrier = self.world.carrier
        return {
            "accounts": [{**asdict(a), "token": "…"} for a in carrier.accounts.values()],
            "services": [asdict(s) for s in carrier.services.values()],
            "numbers": [asdict(n) for n in carrier.numbers.values()],
            "behaviour": asdict(carrier.behaviour),
        }

    def recipients(self, query: Query, data: Json) -> Json:
        """Set what happens to texts to people: {"to": "+1…" or [...], "code": 21614} or {"error": 30003}, or {}."""
        people = data.pop("to")
        unknown = set(data) - {"code", "error", "status"}
        if unknown:
            raise BadRequest(f"a recipient has no setting {', '.join(sorted(unknown))}")
        for person in [people] if isinstance(people, str) else people:
            if data:
                self.world.carrier.outcomes[person] = data
            else:
                self.world.carrier.outcomes.pop(person, None)
        return {"recipients": len(self.world.carrier.outcomes)}

    def remove_faults(self, query: Query, data: Json) -> Json:
        return {"removed": self.world.faults.remove(int(query["id"]) if "id" in query else None)}

    def clear_scripts(self, query: Query, data: Json) -> Json:
        removed = len(self.world.scripts.rules)
        self.world.scripts.clear()
        return {"removed": removed}

    def counts(self) -> Json:
        return {**self.world.proof.counts(), **self.summary()}

    def summary(self) -> Json:
        carrier, sender = self.world.carrier, self.world.sender
        return {
            "messages": len(carrier.messages),
            "waiting": carrier.waiting,
            "webhooks_queued": len(sender.queue),
            "webhooks_active": sender.active,
            "per_minute": carrier.rate_per_minute(),
            "blocked": len(carrier.blocked),
        }

    def blocked(self, query: Query, data: Json) -> Json:
        rows = [
            {"person": p, "sender": s, "confirmations": n} for (p, s), n in self.world.carrier.blocked.items()
        ]
        return {"blocked": rows}

    def messages(self, query: Query, data: Json) -> Json:
        """Return the conversation of one handset (`to`), or the newest messages (`limit`)."""
        carrier = self.world.carrier
        if "to" in query:
            found = carrier.by_person.get(query["to"], [])
        else:
            found = list(carrier.messages.values())
        return {"messages": [asdict(m) for m in found[-int(query.get("limit", 1000)) :]]}

    def reset(self, query: Query, data: Json) -> Json:
        """Forget messages, blocks, log, faults and scripts; accounts, numbers and behaviour stay."""
        self.world.reset()
        return {"ok": True}


def read_text(data: Json) -> Text:
    """Return the text of an inbound request. BadRequest names what is missing."""
    if not isinstance(data, dict) or not data.get("from") or not data.get("to"):
        raise BadRequest("from and to are needed")
    if ("body" in data) == ("raw_body" in data):
        raise BadRequest("either body or raw_body is needed")
    return Text(
        person=str(data["from"]),
        to=str(data["to"]),
        body=str(data.get("body", "")),
        raw_body=data.get("raw_body"),
        sid=str(data.get("sid", "")),
        repeat=int(data.get("repeat", 0)),
        bad_signature=bool(data.get("bad_signature", False)),
        extra=data.get("extra"),
        omit=tuple(data.get("omit", ())),
    )


def log_lines(world: World, query: Query) -> bytes:
    """`GET /sim/log`: one JSON object a line."""
    try:
        return b"".join(json.dumps(row).encode() + b"\n" for row in world.proof.rows(query))
    except ValueError as error:
        raise BadRequest(str(error)) from error


def _many(data: Json) -> list[Json]:
    return data if isinstance(data, list) else [data]

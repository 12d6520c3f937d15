"""A tenant with people, a carrier and senders, for drills and measurements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.crowd import people
from bench.rig import Carrier, SenderProcess
from messaging.actions import broadcasts
from messaging.models import Message
from tenants import actions
from tenants.models import SenderNumber
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope

EVERYONE = {"include": [["all", 0]]}
SID, TOKEN = "AC" + "0" * 31 + "9", "demo-token-" + "9" * 21


class Stage:
    """Demo Bakery with two sender numbers, Offers (marketing) and Orders (service), each at `rate` parts a second."""

    def __init__(self, folder: Path, *, rate: int = 5000, **behaviour: Any) -> None:
        self.folder = folder
        self.senders: list[SenderProcess] = []
        self.carrier = Carrier(SID, TOKEN, ["+12025550110", "+12025550118"], **{"latency_ms": 20} | behaviour)
        self.tenant = actions.create_tenant(
            name="Demo Bakery", slug="demo", brand="Demo Bakery", actor=SYSTEM
        )
        with tenant_scope(self.tenant.pk):
            account = actions.add_account(sid=SID, token=TOKEN, actor=SYSTEM, base_url=self.carrier.url)
            given = {"account": account, "actor": SYSTEM}
            self.offers = actions.add_sender(name="Offers", address="+12025550110", **given)
            self.orders = actions.add_sender(
                name="Orders", address="+12025550118", purpose="service", **given
            )
            SenderNumber.objects.update(rate=rate)

    def people(self, count: int, *, first: int = 0) -> list[int]:
        """Contacts opted in to Offers; their phone ids."""
        with tenant_scope(self.tenant.pk):
            return people(count, first=first, opted_in=(self.offers.pk,))[1]

    def launch(self, **order: Any) -> int:
        """Create and plan a broadcast to everyone; its id."""
        with tenant_scope(self.tenant.pk):
            given = {"sender_id": self.offers.pk, "purpose": "marketing", "text": "Hi", "audience": EVERYONE}
            broadcast = broadcasts.create_broadcast(**(given | {"actor": SYSTEM} | order))
        broadcasts.plan(self.tenant.pk, broadcast.pk)
        return int(broadcast.pk)

    def sender(self, *settings: str, drain: bool = False) -> SenderProcess:
        """Start a sender."""
        started = SenderProcess(*settings, drain=drain, log=self.folder / "sender.log")
        self.senders.append(started)
        return started

    def send_all(self, *settings: str) -> None:
        """Run a sender until nothing is left to send now."""
        assert self.sender(*settings, drain=True).wait(60) == 0, self.log()

    def log(self) -> str:
        """The end of what the senders logged."""
        return (self.folder / "sender.log").read_text()[-4000:]

    def phases(self) -> dict[int, int]:
        """Messages by phase."""
        with tenant_scope(self.tenant.pk):
            found = list(Message.objects.values_list("phase", flat=True))
        return {phase: found.count(phase) for phase in set(found)}

    def close(self) -> None:
        for sender in self.senders:
            sender.stop()
        self.carrier.close()

"""The main job without a screen: file → import → group → campaigns → delivery, replies, STOPs → one JSON object."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection
from django.utils import timezone

from campaigns import actions as campaigns
from campaigns.models import Campaign
from consent.models import ConsentEvent
from consent.models.ledger import Kind
from contacts.actions import imports
from contacts.models import Group, ImportJob
from messaging.models import Broadcast, Message, RawWebhook
from messaging.models.messages import MessageClass
from messaging.rules.outcomes import NotSent, Phase, Receipt
from smscrm.demo import carrier, people
from smscrm.demo.tenant import make_tenant
from tenants.models import SenderNumber, Tenant
from tenants.rules import SYSTEM, Actor, Role
from tenants.scope import tenant_scope

STOP_SHARE = 0.015
TEXT = (
    'Demo Bakery: Hi {{ first_name | default: "there" }}, your weekend rolls are back. 2 for 1 on Saturday.'
)
PATIENCE = 600.0
TAKEN = {"new", "updated", "unchanged"}
SIDE_COUNTS = {"opted_in"}  # counted beside the outcome of its row
RUN_AREAS = ("432", "434", "435", "440", "443")  # none of them in people.AREA_CODES
RUNNER = Actor(SYSTEM.kind, label="demo run", role=Role.OWNER)


class GaveUp(Exception):
    """Something did not happen in time; the text says what."""


def run(file: Path | None, *, contacts: int = 5000, scratch: Path) -> dict[str, Any]:
    """Do the job through the running processes; returns the figures of the demo."""
    started = time.monotonic()
    if file is None:
        file = scratch / "demo-contacts.csv"
        people.write(file, contacts)
    tenant = _tenant()
    carrier.connect_accounts()
    job = _import(tenant, file)
    stops = _scripts(tenant)
    broadcasts = _launch(tenant, job)
    _wait(lambda: _finished(tenant, broadcasts), "the campaigns to finish")
    _wait(lambda: _quiet(stops), "the replies to be heard")
    _wait(lambda: _settled(tenant, broadcasts), "the delivery receipts")
    return _figures(tenant, job, broadcasts, stops) | {"seconds": round(time.monotonic() - started, 1)}


def _tenant() -> Tenant:
    """A tenant of its own for each run, with two sender numbers that nobody else has."""
    number = Tenant.objects.filter(slug__startswith="demo-run-").count()
    area, tail = RUN_AREAS[number // 50 % len(RUN_AREAS)], number % 50 * 2
    tenant = make_tenant(
        f"demo-run-{uuid.uuid4().hex[:8]}",
        "Demo Bakery",
        {
            "Offers": (f"+1{area}55501{tail:02d}", "marketing", "us"),
            "News": (f"+1{area}55501{tail + 1:02d}", "marketing", "provider"),
        },
    )
    Tenant.objects.filter(pk=tenant.pk).update(stop_covers=Tenant.StopCovers.PURPOSE)
    return tenant


def _wait(done: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not _asked(done):
        if time.monotonic() > until:
            raise GaveUp(f"waited {PATIENCE:.0f} s for {what}")
        time.sleep(0.25)


def _asked(done: Callable[[], bool]) -> bool:
    """False also while the database is down: a drill kills it."""
    try:
        return done()
    except OperationalError:
        connection.close()
        return False


def _import(tenant: Tenant, file: Path) -> ImportJob:
    """Import with proof for both sender numbers, into a group."""
    with tenant_scope(tenant.pk):
        senders = list(SenderNumber.objects.values_list("pk", flat=True))
        group = Group.objects.create(name="Demo file")
        job = imports.prepare_import(chunks=_chunks(file), file_name=file.name, actor=RUNNER)
        imports.set_evidence(
            job_id=job.pk,
            actor=RUNNER,
            today=timezone.localdate(),
            answer={
                "kind": "contacts",
                "proof": True,
                "method": "paper",
                "date": date(2025, 1, 1).isoformat(),
                "wording": "I agree to about 4 texts a month from Demo Bakery. Reply STOP to opt out.",
                "note": "demo run",
                "senders": senders,
            },
        )
        imports.set_columns(
            job_id=job.pk, targets=list(job.mapping["targets"]), actor=RUNNER, group_id=group.pk
        )
        imports.start_import(job_id=job.pk, actor=RUNNER)
    _wait(lambda: _job(tenant, job.pk).status in {"done", "failed"}, "the import")
    return _job(tenant, job.pk)


def _chunks(file: Path) -> Iterable[bytes]:
    with file.open("rb") as opened:
        while chunk := opened.read(65_536):
            yield chunk


def _job(tenant: Tenant, job_id: int) -> ImportJob:
    with tenant_scope(tenant.pk):
        found: ImportJob = ImportJob.objects.get(pk=job_id)
        return found


def _launch(tenant: Tenant, job: ImportJob) -> list[int]:
    """One campaign from each sender number to the imported group; returns the broadcasts."""
    launched: list[int] = []
    for name in ("Offers", "News"):
        with tenant_scope(tenant.pk):
            sender = SenderNumber.objects.get(name=name)
            campaign = campaigns.create_campaign(
                actor=RUNNER,
                name=f"Weekend rolls from {name}",
                sender_id=sender.pk,
                text=TEXT,
                audience={"include": [["group", job.group_id]], "exclude": [], "skip_any_stop": False},
            )
            # So many STOPs would pause a real campaign; here they are the point.
            Campaign.objects.filter(pk=campaign.pk).update(pause_limit_bp=10_000)
            done = campaigns.launch(
                campaign_id=campaign.pk, actor=RUNNER, key=uuid.uuid4().hex, accepted=_every_tick()
            )
            if done.broadcast_id is not None:
                launched.append(done.broadcast_id)
    return launched


def _every_tick() -> list[str]:
    """The demo texts the same people twice on purpose."""
    return ["same_again"]


def _scripts(tenant: Tenant) -> list[int]:
    """1.5 % of the people of each sender number answer STOP while the campaigns run."""
    with tenant_scope(tenant.pk):
        addresses = list(SenderNumber.objects.values_list("address", flat=True))
    made = []
    for seed, address in enumerate(addresses):
        script = carrier.ask(
            "POST",
            "/sim/script",
            {
                "after": "delivered",
                "fraction": STOP_SHARE,
                "body": "STOP",
                "sender": address,
                "delay_ms": [0, 500],
                "seed": seed + 1,
                "repeat": 1,
            },
        )
        made.append(script["id"])
    return made


def _states(tenant: Tenant, broadcasts: list[int]) -> set[str]:
    with tenant_scope(tenant.pk):
        return set(Broadcast.objects.filter(pk__in=broadcasts).values_list("status", flat=True))


def _finished(tenant: Tenant, broadcasts: list[int]) -> bool:
    return _states(tenant, broadcasts) <= {"finished", "cancelled"}


def _my_scripts(stops: list[int]) -> list[dict[str, Any]]:
    return [row for row in carrier.ask("GET", "/sim/script")["scripts"] if row["id"] in stops]


def _quiet(stops: list[int]) -> bool:
    counts = carrier.ask("GET", "/sim/counts")
    return not counts["webhooks_queued"] and not any(row["pending"] for row in _my_scripts(stops))


def _settled(tenant: Tenant, broadcasts: list[int]) -> bool:
    """Every text has a final receipt, or the carrier has none left to bring: receipts get lost in a drill."""
    counts = carrier.ask("GET", "/sim/counts")
    carried = not (counts["waiting"] or counts["webhooks_queued"] or counts["webhooks_active"])
    with tenant_scope(tenant.pk):
        if RawWebhook.objects.filter(state=0).exists():
            return False
        open_texts = Message.objects.filter(
            broadcast_id__in=broadcasts, phase=Phase.HANDED, receipt__lt=Receipt.UNDELIVERED
        )
        return carried or not open_texts.exists()


def _figures(tenant: Tenant, job: ImportJob, broadcasts: list[int], stops: list[int]) -> dict[str, Any]:
    with tenant_scope(tenant.pk):
        rows = list(
            Message.objects.filter(broadcast_id__in=broadcasts).values_list(
                "pk", "phase", "reason", "receipt"
            )
        )
        replies = set(
            Message.objects.filter(message_class=MessageClass.REPLY, direction=0).values_list("pk", flat=True)
        )
        opt_outs = ConsentEvent.objects.filter(kind=Kind.OPT_OUT, campaign_ref__in=broadcasts).count()
        mine = {row[0] for row in rows} | replies
    refused = {code: count for code, count in job.counts.items() if code not in TAKEN | SIDE_COUNTS}
    not_sent = Counter(NotSent(reason).code for _, phase, reason, _ in rows if phase == Phase.NOT_SENT)
    requests = [row for row in carrier.ask("GET", "/sim/log?kind=create") if _ours(row, mine)]
    return {
        "imported": sum(count for code, count in job.counts.items() if code in TAKEN),
        "refused": refused,
        "planned": len(rows),
        "sent": sum(1 for _, phase, _, _ in rows if phase == Phase.HANDED),
        "delivered": sum(1 for *_, receipt in rows if receipt >= Receipt.DELIVERED),
        "not_sent": dict(not_sent),
        "unknown_or_absent": sum(1 for _, phase, *_ in rows if phase in (Phase.UNKNOWN, Phase.ABSENT)),
        "opt_outs": opt_outs,
        "begun_after_opt_out": _begun_after(requests, replies, _my_scripts(stops)),
        "double_handovers": _doubles(requests),
    }


def _ours(row: dict[str, Any], mine: set[int]) -> bool:
    return row["m"].isdecimal() and int(row["m"]) in mine


def _begun_after(requests: list[dict[str, Any]], replies: set[int], scripts: list[dict[str, Any]]) -> int:
    """Requests, other than confirmations, that began after the STOP's webhook had been answered with 200.

    A STOP to either number covers both: the demo tenant's setting is every number of that purpose.
    """
    stopped: dict[str, int] = {}
    for script in scripts:
        for sent in script["sent"]:
            if sent["status"] == 200:
                stopped[sent["to"]] = min(stopped.get(sent["to"], sent["answered_ns"]), sent["answered_ns"])
    return sum(
        1
        for row in requests
        if int(row["m"]) not in replies and row["came_ns"] > stopped.get(row["to"], row["came_ns"])
    )


def _doubles(requests: list[dict[str, Any]]) -> int:
    accepted = Counter(row["m"] for row in requests if row["accepted"])
    return sum(1 for count in accepted.values() if count > 1)

"""An import end to end against COPY of the same rows into copies of the final tables, in the same run.

The yardstick writes ready-made rows into tables with the same columns and indexes and does nothing else: no reading,
no phone numbers, no row security, no upsert. `python -m bench.import_contacts [rows] [runs]`.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import psycopg

from bench.lab import Lab, lab
from bench.report import middle, report
from smscrm.machine import postgres

GOAL = 0.25
AREAS = ("202", "212", "303", "312", "404", "415", "512", "617", "702", "713")
_YARD = """
CREATE TABLE yard_phone (LIKE consent_phonenumber INCLUDING ALL);
CREATE TABLE yard_contact (LIKE contacts_contact INCLUDING ALL)
"""


def number(n: int) -> str:
    """The n-th number without its country: area, 555, four digits. 555 is nobody's exchange."""
    return f"{AREAS[n // 10_000 % len(AREAS)]}555{n % 10_000:04}"


def write_file(path: Path, rows: int) -> None:
    """60 % E.164, 38 % national spelling, 2 % broken, as lists are."""
    with path.open("w", encoding="utf-8") as file:
        file.write("phone,first name,last name,email,city\n")
        for n in range(rows):
            plain, kind = number(n), n % 50
            spelled = (
                f"+1{plain}"
                if kind < 30
                else f"({plain[:3]}) {plain[3:6]}-{plain[6:]}"
                if kind < 49
                else "n/a"
            )
            file.write(f"{spelled},Demo,Contact {n:06},demo{n}@example.org,Sampleville\n")


def yardstick(connection: psycopg.Connection[Any], rows: int, run: int) -> float:
    """Seconds to COPY the same rows, ready-made."""
    first = run * rows
    phones = "".join(
        f"{first + n + 1}\t{run + 1000}\t+1{number(n)}\t\\\\x{first + n:064x}\t\t\t2026-01-01\n"
        for n in range(rows)
    )
    contacts = "".join(
        f"{first + n + 1}\t{run + 1000}\t{first + n + 1}\tDemo\tContact {n:06}\tdemo{n}@example.org\t\t"
        f'{{"city": "Sampleville"}}\tdemo contact {n:06}\tcontact {n:06}\timport\t2026-01-01\t2026-01-01\n'
        for n in range(rows)
    )
    started = time.perf_counter()
    with connection.transaction(), connection.cursor() as cursor:
        with cursor.copy(
            "COPY yard_phone (id, tenant_id, e164, e164_hash, block_reason, zone, created_at) FROM STDIN"
        ) as copy:
            copy.write(phones)
        with cursor.copy(
            "COPY yard_contact (id, tenant_id, phone_id, first_name, last_name, email, language, fields, "
            "search_name, search_last, source, created_at, updated_at) FROM STDIN"
        ) as copy:
            copy.write(contacts)
    return time.perf_counter() - started


def import_once(path: Path, run: str, *, proof: bool) -> tuple[float, float, dict[str, int]]:
    """(seconds, this process's CPU seconds, outcomes) of the whole way: keep the file, read it, import it."""
    from django.utils import timezone

    from contacts.actions import import_run, imports
    from contacts.models import ImportJob
    from tenants import actions
    from tenants.rules import SYSTEM
    from tenants.scope import tenant_scope

    tenant = actions.create_tenant(name="Demo Bakery", slug=f"bench-{run}", brand="Demo Bakery", actor=SYSTEM)
    with tenant_scope(tenant.pk):
        account = actions.add_account(sid=f"AC{tenant.pk:032d}", token="demo-token", actor=SYSTEM)
        sender = actions.add_sender(name="Offers", address="+12025550110", account=account, actor=SYSTEM)
    answer: dict[str, Any] = {"proof": False}
    if proof:
        answer = {
            "proof": True,
            "method": "paper",
            "date": "2026-05-01",
            "wording": "4 texts",
            "senders": [sender.pk],
        }
    started, cpu = time.perf_counter(), time.process_time()
    with tenant_scope(tenant.pk):
        job = imports.prepare_import(chunks=[path.read_bytes()], file_name=path.name, actor=SYSTEM)
        imports.set_evidence(job_id=job.pk, answer=answer, actor=SYSTEM, today=timezone.localdate())
        targets = ["phone", "first_name", "last_name", "email", "field:city"]
        imports.set_columns(job_id=job.pk, targets=targets, actor=SYSTEM)
        imports.start_import(job_id=job.pk, actor=SYSTEM)
    while not import_run.run(tenant.pk, job.pk, seconds=600):
        pass
    seconds = time.perf_counter() - started
    with tenant_scope(tenant.pk):
        return seconds, time.process_time() - cpu, dict(ImportJob.objects.get(pk=job.pk).counts)


def measure(found: Lab, rows: int, runs: int) -> None:
    """Interleaved runs, medians; one line without proof (the goal is its), one with proof."""
    path = found.root / "people.csv"
    write_file(path, rows)
    os.environ["FILES_ROOT"] = str(found.root / "files")
    limits: list[tuple[float, float]] = []
    sides: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    counts: dict[bool, dict[str, int]] = {}
    with found.server.connect(postgres.DATABASE) as connection:
        connection.autocommit = True
        connection.execute(_YARD)
        for run in range(runs):
            before = found.cpu()
            seconds = yardstick(connection, rows, run)
            limits.append((seconds, found.cpu() - before))
            for proof in (False, True):
                before = found.cpu()
                seconds, cpu, counts[proof] = import_once(path, f"{run}-{proof}", proof=proof)
                sides[proof].append((seconds, cpu + found.cpu() - before))
    limit, limit_cpu = (middle([one[at] for one in limits]) for at in (0, 1))
    for proof, goal in ((False, GOAL), (True, 0.0)):
        seconds, cpu = (middle([one[at] for one in sides[proof]]) for at in (0, 1))
        report(
            "import_with_proof" if proof else "import", limit / seconds, goal, rows=rows, runs=runs,
            import_seconds=seconds, rows_per_second=rows / seconds, import_cpu_seconds=cpu, copy_seconds=limit,
            copy_rows_per_second=rows / limit, copy_cpu_seconds=limit_cpu, cpu_ratio=limit_cpu / cpu,
            outcomes=counts[proof],
        )  # fmt: skip


def main(rows: int = 100_000, runs: int = 3) -> None:
    with lab() as found:
        measure(found, rows, runs)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))

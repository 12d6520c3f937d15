"""manage.py import_contacts FILE --tenant T [--dry-run] --json: a file into contacts, one JSON object out."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contacts.actions import import_run, import_try, imports
from contacts.actions.groups import create_group
from contacts.models import Group, ImportJob
from contacts.rules.consent_answer import PROOF_METHODS
from tenants import due, files
from tenants.models import SenderNumber, Tenant
from tenants.rules import SYSTEM, Refused
from tenants.scope import tenant_scope

CHUNK = 1 << 20


class Command(BaseCommand):
    """Imports a file; without proof, people arrive without permission."""

    help = "Import contacts (or opt-outs) from a CSV or XLSX file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--tenant", required=True, help="short name or id")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
        parser.add_argument(
            "--json", action="store_true", help="one JSON object (the default answer is the same)"
        )
        parser.add_argument("--group", help="put everyone into this group, made when it is new")
        parser.add_argument("--kind", choices=["contacts", "opt_outs", "never_contact"], default="contacts")
        parser.add_argument("--map", action="append", default=[], metavar="COLUMN=TARGET")
        parser.add_argument("--proof-method", choices=list(PROOF_METHODS))
        parser.add_argument("--proof-date", help="2026-11-14")
        parser.add_argument("--proof-wording", help="the words they agreed to")
        parser.add_argument(
            "--senders", nargs="*", default=[], help="sender numbers agreed to: names or addresses"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            answer = self._import(options)
        except Refused as refused:
            answer = {"error": refused.code, "message": refused.message, **refused.detail}
        answer["seconds"] = round(time.monotonic() - started, 3)
        self.stdout.write(json.dumps(answer, ensure_ascii=False))
        if "error" in answer:
            raise SystemExit(1)

    def _import(self, options: dict[str, Any]) -> dict[str, Any]:
        tenant = _tenant(options["tenant"])
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        with tenant_scope(tenant.pk):
            job = self._prepare(options)
            if options["dry_run"]:
                tried = import_try.try_out(job, limit=None)
                answer = _answer(job, dict(tried.counts), tried.tried, dry_run=True)
                imports.discard_import(job_id=job.pk, actor=SYSTEM)
                return answer
            imports.start_import(job_id=job.pk, actor=SYSTEM)
        _work(tenant.pk, job.pk)
        with tenant_scope(tenant.pk):
            job = ImportJob.objects.get(pk=job.pk)
            if job.error_code:
                raise Refused(job.error_code, job.error)
            return _answer(job, job.counts, job.done, dry_run=False)

    def _prepare(self, options: dict[str, Any]) -> ImportJob:
        file: Path = options["file"]
        job = imports.prepare_import(chunks=_chunks(file), file_name=file.name, actor=SYSTEM)
        try:
            return _answered(job, options)
        except Refused:
            files.forget(job.file)  # the scope takes the row back, not the file
            raise


def _answered(job: ImportJob, options: dict[str, Any]) -> ImportJob:
    answer = {
        "kind": options["kind"],
        "proof": bool(options["proof_method"] or options["proof_date"] or options["proof_wording"]),
        "method": options["proof_method"],
        "date": options["proof_date"],
        "wording": options["proof_wording"],
        "senders": _senders(options["senders"]),
    }
    imports.set_evidence(job_id=job.pk, answer=answer, actor=SYSTEM, today=timezone.localdate())
    group_id = None if options["dry_run"] or not options["group"] else _group(options["group"])
    targets = _targets(job, options["map"])
    return imports.set_columns(job_id=job.pk, targets=targets, actor=SYSTEM, group_id=group_id)


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while chunk := source.read(CHUNK):
            yield chunk


def _work(tenant_id: int, job_id: int) -> None:
    """Do the job here; a worker that heard the bell first is waited for."""
    while True:
        with due.working("import", tenant_id, job_id) as lease:
            if lease is not None:
                lease.unfinished = not import_run.run(tenant_id, job_id, beat=partial(lease.renew, 60))
        with tenant_scope(tenant_id):
            if ImportJob.objects.get(pk=job_id).status not in {"waiting", "running"}:
                return
        time.sleep(0.2)


def _answer(job: ImportJob, counts: dict[str, int], rows: int, *, dry_run: bool) -> dict[str, Any]:
    return {
        "import": job.pk,
        "file": job.file_name,
        "encoding": job.encoding,
        "delimiter": job.delimiter,
        "header": job.header,
        "rows": rows,
        "dry_run": dry_run,
        "outcomes": {code: count for code, count in sorted(counts.items()) if count},
    }


def _targets(job: ImportJob, given: list[str]) -> list[str]:
    targets = list(job.mapping["targets"])
    for pair in given:
        column, _, target = pair.partition("=")
        if column not in job.header:
            raise Refused("column_unknown", f"The file has no column {column}.", "targets")
        targets[job.header.index(column)] = target
    return targets


def _tenant(named: str) -> Tenant:
    wanted = {"pk": int(named)} if named.isdecimal() else {"slug": named}
    tenant: Tenant | None = Tenant.objects.filter(**wanted).first()
    if tenant is None:
        raise CommandError(f"There is no tenant {named}.")
    return tenant


def _senders(named: list[str]) -> list[int]:
    known = {key: s.pk for s in SenderNumber.objects.all() for key in (s.name, s.address)}
    missing = [name for name in named if name not in known]
    if missing:
        raise Refused("sender_unknown", f"There is no sender number {missing[0]}.", "senders")
    return sorted({known[name] for name in named})


def _group(name: str) -> int:
    found = Group.objects.filter(name=name).values_list("pk", flat=True).first()
    return found if found is not None else create_group(name=name, actor=SYSTEM).pk

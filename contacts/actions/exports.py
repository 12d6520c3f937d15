"""Lists as CSV files. Written by a job, guarded against formulas, gone after a day."""

from __future__ import annotations

import csv
import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone

from consent.models import PhoneNumber
from consent.reading import Kept, do_not_contact, permissions_of, reach_labels
from contacts.filters import PERMISSIONS, contacts_of, read_filter
from contacts.models import Contact, ContactTag, ExportJob, FieldDefinition, GroupMember, ImportJob, ImportRow
from contacts.models.jobs import JobStatus
from contacts.rules.guard import guarded
from contacts.rules.outcomes import is_refused, outcome
from tenants import due
from tenants.actions import audit
from tenants.files import forget, path_of
from tenants.models import SenderNumber, Tenant
from tenants.rules import Actor, ActorKind, Refused, Role, require
from tenants.scope import current_tenant_id, tenant_scope

CHUNK = 2_000
KEPT_FOR = timedelta(days=1)
EXPORTS = 4207  # lock class, beside those of `tenants.apidoor` and of sign-ups and policies
KINDS = ("contacts", "import_errors", "do_not_contact")
_FIXED = ("phone", "first_name", "last_name", "email", "language", "status", "unsubscribed", "groups", "tags")
LIST_FILTERS = ("status", "how", "since", "hashed")
Line = Sequence[object]


def start_export(*, kind: str, query: Mapping[str, Any], actor: Actor) -> ExportJob:
    """Write a list to a file: contacts by the list's filter, the problem rows of an import ({"import": id}), or the
    do-not-contact list (LIST_FILTERS; "hashed": SHA-256 of the numbers instead of them)."""
    require(actor, Role.AGENT, "export lists")
    if kind not in KINDS:
        raise Refused("kind_unknown", "This list cannot be exported.")
    if kind == "contacts":
        wanted: dict[str, Any] = dict(read_filter(query).as_query())
    elif kind == "import_errors":
        wanted = {"import": _import(query).pk}
    else:
        wanted = {name: str(query[name])[:80] for name in LIST_FILTERS if query.get(name)}
    job: ExportJob = ExportJob.objects.create(
        kind=kind, query=wanted, created_by_id=actor.id if actor.kind == ActorKind.MEMBER else None
    )
    audit(actor, "export", kind, job.pk, **wanted)
    due.put_and_ring("export", current_tenant_id(), job.pk)
    return job


def _import(query: Mapping[str, Any]) -> ImportJob:
    job: ImportJob | None = ImportJob.objects.filter(pk=query.get("import")).first()
    if job is None:
        raise Refused("not_found", "This import does not exist.")
    return job


def run_export(tenant_id: int, job_id: int, *, beat: Callable[[], object] | None = None) -> datetime | None:
    """Write the file from its beginning; a crash leaves nothing but a file that the next try replaces.

    Answers when to come again: once the file has had its day it goes, and one that held a person who was erased while
    it was written is written anew. One whose group, tag or sender is gone has failed, and says so.
    """
    try:
        return _export(tenant_id, job_id, beat)
    except Refused as refused:
        _fail(tenant_id, job_id, refused)
        return None


def _fail(tenant_id: int, job_id: int, refused: Refused) -> None:
    with tenant_scope(tenant_id):
        under_way = ExportJob.objects.filter(pk=job_id, status__in=[JobStatus.WAITING, JobStatus.RUNNING])
        job = under_way.select_for_update(of=("self",)).first()
        if job is None:
            return
        if job.file:
            transaction.on_commit(partial(forget, job.file))
        job.status, job.file, job.finished_at = JobStatus.FAILED, "", timezone.now()
        job.error_code, job.error = refused.code[:40], refused.message[:300]
        job.save(update_fields=["status", "file", "finished_at", "error_code", "error"])


def _export(tenant_id: int, job_id: int, beat: Callable[[], object] | None) -> datetime | None:
    with tenant_scope(tenant_id):
        _alone()
        job: ExportJob | None = ExportJob.objects.filter(pk=job_id).first()
        if job is None or job.status not in (JobStatus.WAITING, JobStatus.RUNNING):
            return _expire(job)
        relative = job.file or f"exports/{tenant_id}/{secrets.token_hex(16)}.csv"
        total = _total(job)
        ExportJob.objects.filter(pk=job_id).update(
            status=JobStatus.RUNNING, file=relative, total=total, started_at=timezone.now()
        )
    path = path_of(relative)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    done = _write(path, job, tenant_id, beat)
    now = timezone.now()
    with tenant_scope(tenant_id):
        # In the transaction that says "done": the file cannot be in the hands of another worker then.
        _ours_still(beat)
        # `withdraw_exports` takes the start away from what it cannot withdraw.
        finished = ExportJob.objects.filter(pk=job_id, started_at__isnull=False).update(
            status=JobStatus.DONE, done=done, finished_at=now, expires_at=now + KEPT_FOR
        )
    return now + KEPT_FOR if finished else now


def _alone() -> None:
    """One after another, until the transaction ends: no export begins to read while an erasure takes people out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [EXPORTS, current_tenant_id()])


def _expire(job: ExportJob | None) -> datetime | None:
    """Delete the file of an ended export whose time is over; else when that will be."""
    if job is None or not job.file:
        return None
    if job.expires_at is not None and job.expires_at > timezone.now():
        return job.expires_at
    forget(job.file)
    ExportJob.objects.filter(pk=job.pk).update(file="")
    return None


def withdraw_exports() -> int:
    """Somebody was erased: files that may hold them go now, and those being written are written anew. How many."""
    _alone()
    ExportJob.objects.filter(status=JobStatus.RUNNING).update(started_at=None)
    held = ExportJob.objects.filter(status=JobStatus.DONE).exclude(file="")
    files = list(held.values_list("file", flat=True))
    held.update(expires_at=timezone.now(), file="")
    for file in files:
        transaction.on_commit(partial(forget, file))
    return len(files)


def _total(job: ExportJob) -> int:
    if job.kind == "import_errors":
        return ImportRow.objects.filter(job_id=job.query["import"]).count()
    if job.kind == "do_not_contact":
        return int(PhoneNumber.objects.do_not_contact().count())
    return contacts_of(read_filter(job.query), _region()).count()


def _region() -> str:
    region: str = Tenant.objects.values_list("country", flat=True).get(pk=current_tenant_id())
    return region


def _write(path: Path, job: ExportJob, tenant_id: int, beat: Callable[[], object] | None) -> int:
    done = 0
    # Who began before and was held up has a file without a name to write into, and nothing of it gets into this one.
    path.unlink(missing_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        path.chmod(0o600)
        writer = csv.writer(file)
        for number, lines in enumerate(_chunks(job, tenant_id)):
            writer.writerows([guarded(cell) for cell in line] for line in lines)
            done += len(lines) - (number == 0)
            with tenant_scope(tenant_id):
                ExportJob.objects.filter(pk=job.pk).update(done=done)
            _ours_still(beat)
    return done


def _ours_still(beat: Callable[[], object] | None) -> None:
    if beat is not None and beat() is False:
        raise RuntimeError("lease lost")


def _chunks(job: ExportJob, tenant_id: int) -> Iterator[list[Line]]:
    """Lines in chunks, a short scope each, the header in the first."""
    read = _READERS[job.kind]
    after, first = 0, True
    while True:
        with tenant_scope(tenant_id):
            header, lines, last = read(job.query, after)
        if first or lines:
            yield [header, *lines] if first else lines
        if last is None:
            return
        after, first = last, False


def _contact_lines(query: Mapping[str, Any], after: int) -> tuple[Line, list[Line], int | None]:
    senders = list(SenderNumber.objects.filter(retired_at__isnull=True).order_by("pk"))
    own = list(FieldDefinition.objects.order_by("key").values_list("key", flat=True))
    found = contacts_of(read_filter(query), _region()).filter(pk__gt=after)
    contacts = list(found.select_related("phone").order_by("pk")[:CHUNK])
    header = [*_FIXED, *(sender.name for sender in senders), *own]
    last = contacts[-1].pk if len(contacts) == CHUNK else None
    return header, contact_lines(contacts, senders, own), last


def contact_lines(contacts: list[Contact], senders: list[SenderNumber], own: Sequence[str]) -> list[Line]:
    """Contacts as lines: what is known, status with its reach, one column for each sender, own fields."""
    states = permissions_of([c.phone_id for c in contacts], [s.pk for s in senders])
    reach = reach_labels([c.phone for c in contacts])
    groups, tags = (_joined(model, column, contacts) for model, column in _SETS)
    return [
        [
            c.phone.e164, c.first_name, c.last_name, c.email, c.language, reach[c.phone_id],
            "Yes" if c.phone.stopped_at else "No", groups.get(c.pk, ""), tags.get(c.pk, ""),
            *(PERMISSIONS[states[c.phone_id, s.pk]] for s in senders), *(c.fields.get(key, "") for key in own),
        ]
        for c in contacts
    ]  # fmt: skip


_SETS: tuple[tuple[Any, str], ...] = ((GroupMember, "group__name"), (ContactTag, "tag__name"))


def _joined(model: Any, column: str, contacts: list[Contact]) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    ids = [c.pk for c in contacts]
    for contact_id, name in (
        model.objects.filter(contact_id__in=ids).order_by(column).values_list("contact_id", column)
    ):
        found.setdefault(contact_id, []).append(name)
    return {contact_id: "; ".join(names) for contact_id, names in found.items()}


def _error_lines(query: Mapping[str, Any], after: int) -> tuple[Line, list[Line], int | None]:
    job = ImportJob.objects.get(pk=query["import"])
    rows = list(ImportRow.objects.filter(job_id=job.pk, line__gt=after).order_by("line")[:CHUNK])
    lines: list[Line] = [
        [row.line, row.outcome, _why(row), *row.cells, *[""] * (len(job.header) - len(row.cells))]
        for row in rows
    ]
    return ["line", "outcome", "why", *job.header], lines, rows[-1].line if len(rows) == CHUNK else None


def _list_lines(query: Mapping[str, Any], after: int) -> tuple[Line, list[Line], int | None]:
    zone = ZoneInfo(Tenant.objects.values_list("zone", flat=True).get(pk=current_tenant_id()))
    since = datetime.strptime(query["since"], "%Y-%m-%d").replace(tzinfo=zone) if query.get("since") else None
    kept = do_not_contact(
        status=query.get("status", ""), method=query.get("how", ""), since=since, after_id=after, limit=CHUNK
    )
    hashed = bool(query.get("hashed"))
    last = kept[-1].phone.pk if len(kept) == CHUNK else None
    if hashed:
        return ["sha256"], [[_sha256(one.phone.e164)] for one in kept if one.phone.e164], last
    return _LIST, [_list_line(one) for one in kept], last


_LIST = ("number", "status", "reach", "since", "why", "how", "words", "entry")


def _sha256(e164: str) -> str:
    return hashlib.sha256(e164.encode()).hexdigest()


def _list_line(one: Kept) -> Line:
    why = one.why
    words = why.evidence.words if why and why.evidence else ""
    return [
        one.phone.e164 or "erased", one.phone.status, one.reach, one.since.isoformat(),
        one.phone.block_reason if one.phone.blocked_at else (why.change if why else ""), why.how if why else "",
        words, why.event.seq if why else "",
    ]  # fmt: skip


_READERS: Mapping[str, Callable[[Mapping[str, Any], int], tuple[Line, list[Line], int | None]]] = {
    "contacts": _contact_lines,
    "import_errors": _error_lines,
    "do_not_contact": _list_lines,
}


def _why(row: ImportRow) -> str:
    found = outcome(row.outcome)
    since = f" Since {row.since:%Y-%m-%d %H:%M} UTC." if row.since else ""
    return f"{found.label}. {found.why}{since}" if is_refused(row.outcome) or since else found.why


def finished_file(*, export_id: int) -> Path:
    """The file of a finished export. Raises `Refused`: not_found (also once it has expired, or was withdrawn)."""
    kept = ExportJob.objects.filter(pk=export_id, status=JobStatus.DONE, expires_at__gt=timezone.now())
    job: ExportJob | None = kept.exclude(file="").first()
    path = path_of(job.file) if job else None
    if path is None or not path.is_file():
        raise Refused("not_found", "This export is no longer kept. Export the list again.")
    return path

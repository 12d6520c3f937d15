"""Preparing, starting, stopping an import. The work itself: contacts.actions.import_run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from contacts.actions import sheets
from contacts.actions.groups import create_group
from contacts.models import FieldDefinition, Group, ImportJob, Tag
from contacts.models.jobs import JobStatus
from contacts.rules.consent_answer import Answer, read_answer
from contacts.rules.mapping import check_mapping
from contacts.rules.merging import RESERVED
from tenants import due, files
from tenants.actions import audit
from tenants.models import SenderNumber, Tenant
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id

_OPEN = (JobStatus.DRAFT,)


def prepare_import(
    *, chunks: Iterable[bytes], file_name: str, actor: Actor, user_id: int | None = None
) -> ImportJob:
    """Keep the file under a random name, read its header and a sample, guess the columns: a draft import.

    Raises `Refused` with a code of the file's problem (contacts.rules.files) or "file_too_large"; nothing is kept then.
    """
    require(actor, Role.MANAGER, "import contacts")
    tenant_id = current_tenant_id()
    stored = files.store(
        tenant_id, chunks, limit=settings.MAX_IMPORT_BYTES, folder="imports", hint="Split it."
    )
    try:
        tenant = Tenant.objects.get(pk=tenant_id)
        sheet = sheets.inspect(stored.path, file_name, region=tenant.country)
        job: ImportJob = ImportJob.objects.create(
            status=JobStatus.DRAFT,
            file=stored.path,
            file_name=files.shown_name(file_name),
            size=stored.size,
            encoding=sheet.encoding,
            delimiter=sheet.delimiter,
            header=list(sheet.header),
            sample=[list(row) for row in sheet.sample],
            mapping={"targets": list(sheet.targets)},
            region=tenant.country,
            total=sheet.rows,
            created_by_id=user_id,
        )
    except BaseException:
        files.forget(stored.path)
        raise
    return job


def draft(job_id: int) -> ImportJob:
    """The draft for a change. Raises `Refused`: "not_found", or "import_started" once it is no draft."""
    job: ImportJob | None = ImportJob.objects.select_for_update(of=("self",)).filter(pk=job_id).first()
    if job is None:
        raise Refused("not_found", "This import does not exist.")
    if job.status not in _OPEN:
        raise Refused("import_started", "This import has been started. Its answers cannot change any more.")
    return job


@transaction.atomic
def set_evidence(*, job_id: int, answer: dict[str, Any], actor: Actor, today: date) -> ImportJob:
    """Keep the answer to "how did these people agree?" (contacts.rules.consent_answer).

    Raises `Refused` with the field at fault; a sender number of someone else's is "sender_unknown".
    """
    require(actor, Role.MANAGER, "import contacts")
    job = draft(job_id)
    read = read_answer(answer, today=today)
    known = set(SenderNumber.objects.filter(pk__in=read.senders).values_list("pk", flat=True))
    if set(read.senders) - known:
        raise Refused("sender_unknown", "Choose from your sender numbers.", "senders")
    job.consent = read.as_json()
    job.save(update_fields=["consent"])
    return job


@transaction.atomic
def set_columns(
    *, job_id: int, targets: list[str], actor: Actor, day_first: bool | None = None,
    group_id: int | None = None, tag_id: int | None = None,
) -> ImportJob:  # fmt: skip
    """Keep where each column goes, and the group and tag that the people get.

    Raises `Refused`: no_phone_column, column_unknown, column_twice, group_unknown, group_system, tag_unknown.
    """
    require(actor, Role.MANAGER, "import contacts")
    job = draft(job_id)
    check_mapping(targets, width=len(job.header))
    _define_fields(job.header, targets)
    job.mapping = {"targets": targets} | ({} if day_first is None else {"day_first": day_first})
    job.group_id, job.tag_id = _group(group_id), _tag(tag_id)
    job.save(update_fields=["mapping", "group", "tag"])
    return job


@transaction.atomic
def put_into_new_group(*, job_id: int, name: str, actor: Actor) -> Group:
    """Make a group for the people of this import. Raises `Refused`: name_missing, name_taken."""
    require(actor, Role.MANAGER, "import contacts")
    job = draft(job_id)
    job.group = create_group(name=name, actor=actor)
    job.save(update_fields=["group"])
    return job.group


def _define_fields(header: Sequence[str], targets: Sequence[str]) -> None:
    """Own fields that a column goes to and that do not exist yet are made, named like the column."""
    wanted = {
        target[6:]: name for name, target in zip(header, targets, strict=True) if target.startswith("field:")
    }
    known = set(FieldDefinition.objects.filter(key__in=wanted).values_list("key", flat=True))
    if taken := RESERVED & (set(wanted) - known):
        raise Refused(
            "field_reserved", f"Texts say {min(taken)} for something else. Rename the column.", "targets"
        )
    FieldDefinition.objects.bulk_create(
        [
            FieldDefinition(tenant_id=current_tenant_id(), key=key, label=name[:60])
            for key, name in wanted.items()
            if key not in known
        ],
        ignore_conflicts=True,
    )


def _group(group_id: int | None) -> int | None:
    if group_id is None:
        return None
    kind = Group.objects.filter(pk=group_id).values_list("kind", flat=True).first()
    if kind is None:
        raise Refused("group_unknown", "This group no longer exists. Choose another.", "group")
    if kind != Group.Kind.MANUAL:
        raise Refused("group_system", "Nobody can be added to Unsubscribed: it keeps itself.", "group")
    return group_id


def _tag(tag_id: int | None) -> int | None:
    if tag_id is not None and not Tag.objects.filter(pk=tag_id).exists():
        raise Refused("tag_unknown", "This tag no longer exists. Choose another.", "tag")
    return tag_id


@transaction.atomic
def start_import(*, job_id: int, actor: Actor) -> ImportJob:
    """Let a worker take it. Raises `Refused`: "evidence_missing" when nobody answered how these people agreed."""
    require(actor, Role.MANAGER, "import contacts")
    job = draft(job_id)
    if not job.consent:
        raise Refused("evidence_missing", "Say first how these people agreed.", "proof")
    check_mapping(job.mapping.get("targets", []), width=len(job.header))
    job.status, job.created_by_id = JobStatus.WAITING, job.created_by_id or actor.id
    job.save(update_fields=["status", "created_by"])
    answer = Answer.of(job.consent)
    audit(actor, "start_import", "import", job.pk, file=job.file_name, rows=job.total, kind=answer.kind,
          proof=answer.proof)  # fmt: skip
    due.put_and_ring("import", current_tenant_id(), job.pk)
    return job


@transaction.atomic
def cancel_import(*, job_id: int, actor: Actor) -> ImportJob:
    """Stop after the batch that runs now; what is imported stays, and can be undone."""
    require(actor, Role.MANAGER, "import contacts")
    stopped = ImportJob.objects.filter(
        pk=job_id, status__in=[JobStatus.DRAFT, JobStatus.WAITING, JobStatus.RUNNING]
    ).update(status=JobStatus.CANCELLED, finished_at=timezone.now())
    job: ImportJob | None = ImportJob.objects.filter(pk=job_id).first()
    if job is None:
        raise Refused("not_found", "This import does not exist.")
    if stopped:
        audit(actor, "cancel_import", "import", job.pk, done=job.offset)
    return job


@transaction.atomic
def discard_import(*, job_id: int, actor: Actor) -> None:
    """Throw a draft away with its file."""
    require(actor, Role.MANAGER, "import contacts")
    job = draft(job_id)
    path = job.file
    job.delete()
    transaction.on_commit(lambda: files.forget(path))

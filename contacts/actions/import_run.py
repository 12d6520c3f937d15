"""The work of an import: batches, each one transaction with its cursor; a restart goes on exactly there (I15)."""

from __future__ import annotations

import gc
import logging
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice

from django.utils import timezone

from contacts.actions import sheets, stage
from contacts.actions.import_batch import Context, Read, context_of, read_ahead, take_batch
from contacts.actions.import_stops import stop_batch
from contacts.models import ImportJob
from contacts.models.jobs import JobStatus
from contacts.rules.files import Row as FileRow
from contacts.rules.rows import Plan, Row, RowReader
from tenants.rules import Refused
from tenants.scope import tenant_scope

BATCH = 5_000
# Tries, two minutes in all: another host may have the file, and a disk may come back.
PATIENCE = 6
_UNREADABLE = (
    "Its file cannot be read where imports are done. Hand it in again; if that fails too, tell whoever runs this "
    "installation."
)
Beat = Callable[[], object]

log = logging.getLogger(__name__)


def run(
    tenant_id: int, job_id: int, *, seconds: float = 45, beat: Beat | None = None, tries: int = 0
) -> bool:
    """Import until done or `seconds` are over; True: nothing is left. Safe to call again after any crash.

    `beat()` is called after each batch and ends the work when it answers False (a lost lease). Raises OSError where
    the file cannot be read on this host, unless that is so after `tries` in vain: then the import has failed.
    """
    with tenant_scope(tenant_id):
        job = _begin(job_id)
        if job is None:
            return True
        context = context_of(job)
    started = time.monotonic()
    stage.prepare_tables()
    try:
        source = sheets.rows(job.file, job.file_name)
        _skip(source, job.offset, context.plan)
        return _batches(context, source, job.offset, started + seconds, beat)
    except Refused as refused:
        _fail(tenant_id, job_id, refused)
        return True
    except OSError as error:
        if tries < PATIENCE:
            raise
        log.error("an import's file cannot be read: %s", type(error).__name__, extra={"tenant_id": tenant_id})
        _fail(tenant_id, job_id, Refused("file_unreadable", _UNREADABLE))
        return True
    finally:
        stage.empty_tables()


def _begin(job_id: int) -> ImportJob | None:
    ImportJob.objects.filter(pk=job_id, status=JobStatus.WAITING).update(
        status=JobStatus.RUNNING, started_at=timezone.now()
    )
    job: ImportJob | None = ImportJob.objects.filter(pk=job_id, status=JobStatus.RUNNING).first()
    return job


def _batches(
    context: Context, source: Iterator[FileRow], offset: int, until: float, beat: Beat | None
) -> bool:
    # The next batch is read while the database writes this one: two cores instead of one.
    with _undisturbed(), ThreadPoolExecutor(1) as reader:
        coming = reader.submit(_next, context, source)
        while True:
            batch, read = coming.result()
            if len(batch) == BATCH:
                coming = reader.submit(_next, context, source)
            if batch:
                if not _take(context, batch, offset, read):
                    return _is_over(context)
                offset += len(batch)
            if len(batch) < BATCH:
                _finish(context)
                return True
            if time.monotonic() > until or (beat is not None and beat() is False):
                return False


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Threads take turns ten times as often: at 5 ms, each of a batch's statements waited for the reader.

    What lives already is left out of garbage collection: rows by the thousand would have it searched each time.
    """
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 10)
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        sys.setswitchinterval(usual)


def _next(context: Context, source: Iterator[FileRow]) -> tuple[list[FileRow], Read | None]:
    """The next rows of the file, and what they say where that needs no database."""
    batch = list(islice(source, BATCH))
    pure = context.answer.kind == "contacts" and "contact_id" not in context.plan.targets
    return batch, read_ahead(context, batch) if pure else None


def _take(context: Context, batch: list[FileRow], offset: int, read: Read | None) -> bool:
    if context.answer.kind == "contacts":
        return take_batch(context, batch, offset, read)
    return stop_batch(context, batch, offset)


def _is_over(context: Context) -> bool:
    """Of an import whose next batch was not ours to take: cancelled or done; else another worker was ahead of us.

    That one's lease may be over, so that it stops after its batch: the work stays due, and the cursor is read again.
    """
    with tenant_scope(context.tenant_id):
        return not ImportJob.objects.filter(pk=context.job_id, status=JobStatus.RUNNING).exists()


def _skip(source: Iterator[FileRow], offset: int, plan: Plan) -> None:
    """After a restart: pass the rows which are committed, and remember their numbers for "same number twice"."""
    reader = RowReader(plan)
    while offset > 0:
        block = list(islice(source, min(offset, BATCH)))
        if not block:
            return
        offset -= len(block)
        read = (reader.read(row.line, row.cells) for row in block if row.cells is not None)
        stage.remember(row.e164 for row in read if isinstance(row, Row))


def _finish(context: Context) -> None:
    with tenant_scope(context.tenant_id):
        ImportJob.objects.filter(pk=context.job_id, status=JobStatus.RUNNING).update(
            status=JobStatus.DONE, finished_at=timezone.now()
        )


def _fail(tenant_id: int, job_id: int, refused: Refused) -> None:
    with tenant_scope(tenant_id):
        ImportJob.objects.filter(pk=job_id, status=JobStatus.RUNNING).update(
            status=JobStatus.FAILED, error_code=refused.code[:40], error=refused.message[:300],
            finished_at=timezone.now(),
        )  # fmt: skip

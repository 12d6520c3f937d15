"""Celery entry points: ids in, one action; the database is the queue."""

from __future__ import annotations

from celery import shared_task

from contacts.actions import bulk, exports, import_run
from tenants import due


@shared_task(name="contacts.tasks.run_import")
def run_import(tenant_id: int, ref: int) -> None:
    """Import for up to 45 s; what is left stays due."""
    with due.working("import", tenant_id, ref) as lease:
        if lease is not None:
            lease.unfinished = not import_run.run(
                tenant_id, ref, beat=lambda: lease.renew(60), tries=lease.tries
            )
    if lease is not None and lease.unfinished:
        due.ring("import", tenant_id, ref)


@shared_task(name="contacts.tasks.run_bulk")
def run_bulk(tenant_id: int, ref: int) -> None:
    """One change to many contacts, or the undoing of an import, for up to 45 s; what is left stays due."""
    with due.working("bulk", tenant_id, ref) as lease:
        if lease is not None:
            lease.unfinished = not bulk.run_bulk(tenant_id, ref, beat=lambda: lease.renew(60))
    if lease is not None and lease.unfinished:
        due.ring("bulk", tenant_id, ref)


@shared_task(name="contacts.tasks.run_export")
def run_export(tenant_id: int, ref: int) -> None:
    """A list written to a file, which is deleted when its day is over."""
    with due.working("export", tenant_id, ref) as lease:
        if lease is not None:
            lease.again_at = exports.run_export(tenant_id, ref, beat=lambda: lease.renew(60))

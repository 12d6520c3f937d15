"""What contacts add to every page's frame: imports, changes and exports that run, in the tray."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from contacts.actions import bulk
from contacts.models import BulkJob, ExportJob, ImportJob
from contacts.models.jobs import Job, JobStatus
from contacts.showing import bulk_name

SHOWN = 3
_RUNNING = (JobStatus.WAITING, JobStatus.RUNNING)
_FRESH = timedelta(minutes=2)


def jobs(request: HttpRequest) -> list[dict[str, Any]]:
    """Jobs of the tray: those that run, and what has just failed, or ended and can be undone or fetched."""
    imports = [_import(job) for job in ImportJob.objects.filter(status__in=_RUNNING)[:SHOWN]]
    fresh = Q(finished_at__gt=timezone.now() - _FRESH)
    ended, failed = fresh & Q(status=JobStatus.DONE), fresh & Q(status=JobStatus.FAILED)
    shown = Q(status__in=_RUNNING) | failed | ended & Q(total__gt=bulk.INLINE)
    changes = [_bulk(job) for job in BulkJob.objects.filter(shown)[:SHOWN]]
    exports = ExportJob.objects.filter(Q(status__in=_RUNNING) | ended | failed)
    return [*imports, *changes, *(_export(job) for job in exports[:1])][:SHOWN]


def _import(job: ImportJob) -> dict[str, Any]:
    return _job(job, "file-import", f"Import {job.file_name}") | {
        "url": reverse("contacts:import_job", args=[job.pk])
    }


def _bulk(job: BulkJob) -> dict[str, Any]:
    icon = {"opt_out": "hand-stop", "block": "shield-lock", "undo_import": "arrow-back-up"}.get(
        job.verb, "tag"
    )
    shown = _job(job, icon, bulk_name(job))
    if job.status == JobStatus.DONE and bulk.can_undo(job):
        undo = reverse("contacts:bulk_undo", args=[job.pk])
        shown |= {"action_url": undo, "action_label": "Undo", "action_icon": "arrow-back-up"}
    return shown


def _export(job: ExportJob) -> dict[str, Any]:
    return _job(job, "download", "Export") | {"url": reverse("contacts:export_status", args=[job.pk])}


def _job(job: Job, icon: str, name: str) -> dict[str, Any]:
    ended = job.status == JobStatus.DONE
    detail = f"{job.done:,} of {job.total:,}"
    if job.status == JobStatus.FAILED:
        detail = f"Failed. {job.error}"
    return {
        "icon": icon, "name": name, "percent": 100 if ended else job.percent, "detail": detail, "counts": detail,
        "url": "", "live": False,
    }  # fmt: skip

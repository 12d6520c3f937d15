"""Imports, exports and bulk changes, with their progress. They are started and stopped where members work."""

from __future__ import annotations

from django.contrib import admin

from contacts.models import BulkJob, ExportJob, ImportJob, ImportRow
from tenants.admin.base import StaffAdmin
from tenants.admin.site import site


@admin.register(ImportJob, site=site)
class ImportJobAdmin(StaffAdmin):
    """Files becoming contacts."""

    list_display = ("file_name", "status", "done", "total", "created_by", "created_at", "finished_at")
    list_filter = ("status",)
    fields = (
        "file_name", "status", "done", "total", "counts", "mapping", "consent", "region", "group", "tag", "offset",
        "error_code", "error", "created_by", "created_at", "started_at", "finished_at",
    )  # fmt: skip


@admin.register(ImportRow, site=site)
class ImportRowAdmin(StaffAdmin):
    """Rows that were not simply taken."""

    list_display = ("job", "line", "outcome", "since")
    fields = ("job", "line", "outcome", "since", "cells", "contact_id")


@admin.register(ExportJob, site=site)
class ExportJobAdmin(StaffAdmin):
    """Lists written to files."""

    list_display = ("kind", "status", "done", "total", "created_by", "created_at", "expires_at")
    list_filter = ("status",)
    fields = ("kind", "query", "status", "done", "total", "error", "created_by", "created_at", "expires_at")


@admin.register(BulkJob, site=site)
class BulkJobAdmin(StaffAdmin):
    """One change to many contacts."""

    list_display = ("verb", "status", "done", "total", "created_by", "created_at", "finished_at")
    list_filter = ("status",)
    fields = (
        "verb",
        "query",
        "detail",
        "status",
        "done",
        "total",
        "error",
        "created_by",
        "created_at",
        "finished_at",
    )

"""The tray's part of this app, and exports."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from contacts.actions import exports
from contacts.frame import jobs
from contacts.models import ExportJob
from contacts.views import Asked
from tenants.actions import audit
from tenants.rules import Role, require


@require_GET
def tray(request: Asked) -> HttpResponse:
    """The jobs that run."""
    return render(request, "contacts/part_tray.html", {"jobs": jobs(request)})


@require_POST
def export(request: Asked) -> HttpResponse:
    """Write the list as it is filtered to a file."""
    query = {name: str(value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    job = exports.start_export(kind="contacts", query=query, actor=request.actor)
    return redirect("contacts:export_status", pk=job.pk)


@require_GET
def export_status(request: Asked, pk: int) -> HttpResponse:
    """How far an export is, and its file at the end."""
    require(request.actor, Role.AGENT, "export lists")
    job = get_object_or_404(ExportJob, pk=pk)
    part = bool(getattr(request, "htmx", False))
    return render(request, "contacts/part_export.html" if part else "contacts/export.html", {"job": job})


@require_GET
def export_file(request: Asked, pk: int) -> FileResponse:
    """The file of a finished export."""
    require(request.actor, Role.AGENT, "export lists")
    job = get_object_or_404(ExportJob, pk=pk)
    path = exports.finished_file(export_id=pk)
    audit(request.actor, "export_downloaded", "export", pk, kind=job.kind)
    name = f"{job.kind.replace('_', '-')}-{job.finished_at:%Y-%m-%d}.csv"
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8"
    )

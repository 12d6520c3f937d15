"""The import wizard: file, evidence, columns and try-out, import, result. The server keeps every answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contacts import import_rows
from contacts import import_showing as showing
from contacts.actions import bulk, exports, import_try, imports
from contacts.models import Group, ImportJob, Tag
from contacts.models.jobs import JobStatus
from contacts.rules.consent_answer import PROOF_METHODS, Answer
from contacts.views import Asked
from tenants.rules import Refused, Role


@require_http_methods(["GET", "POST"])
def file(request: Asked) -> HttpResponse:
    """Step 1: the file; earlier imports below."""
    refused: Refused | None = None
    if request.method == "POST":
        try:
            return redirect("contacts:import_evidence", pk=_upload(request).pk)
        except Refused as problem:
            if problem.code == "not_allowed":
                raise
            refused = problem
    context = {"refused": refused, "hint": showing.hint(refused), "steps": showing.steps("file")}
    context["earlier"] = [showing.earlier(job) for job in ImportJob.objects.all()[:20]]
    return render(request, "contacts/import_file.html", context, status=400 if refused else 200)


def _upload(request: Asked) -> ImportJob:
    upload = request.FILES.get("file")
    if upload is None:
        raise Refused("file_missing", "Choose a file first.", "file")
    return imports.prepare_import(
        chunks=upload.chunks(),
        file_name=upload.name or "file",
        actor=request.actor,
        user_id=request.user.pk,
    )


@require_http_methods(["GET", "POST"])
def evidence(request: Asked, pk: int) -> HttpResponse:
    """Step 2: how did these people agree?"""
    job = _draft(pk)
    if isinstance(job, HttpResponse):
        return job
    given, errors = Answer.of(job.consent).as_json() if job.consent else {}, dict[str, str]()
    if request.method == "POST":
        given = _answer(request)
        try:
            imports.set_evidence(job_id=pk, answer=given, actor=request.actor, today=timezone.localdate())
            return redirect("contacts:import_columns", pk=pk)
        except Refused as problem:
            if problem.code == "not_allowed":
                raise
            errors = showing.evidence_errors(given, problem)
    context = {
        "job": job, "given": given, "errors": errors, "methods": PROOF_METHODS,
        "steps": showing.steps("evidence", job),
        "senders": showing.senders(), "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "contacts/import_evidence.html", context, status=400 if errors else 200)


def _answer(request: Asked) -> dict[str, Any]:
    post = request.POST
    what = post.get("what", "")
    return {
        "kind": what if what in {"opt_outs", "never_contact"} else "contacts",
        "proof": {"proof": True, "no_proof": False}.get(what),
        "method": post.get("method", ""),
        "date": post.get("date", ""),
        "wording": post.get("wording", ""),
        "note": post.get("note", ""),
        "senders": [int(raw) for raw in post.getlist("senders") if raw.isdecimal() and len(raw) <= 18],
    }


@require_http_methods(["GET", "POST"])
def columns(request: Asked, pk: int) -> HttpResponse:
    """Step 3: where each column goes, and what would become of every row. Nothing is saved of the rows yet."""
    job = _draft(pk)
    if isinstance(job, HttpResponse):
        return job
    if not job.consent:
        return redirect("contacts:import_evidence", pk=pk)
    refused = _save_columns(request, job) if request.method == "POST" else None
    if request.method == "POST" and refused is None:
        if "start" in request.POST:
            return start(request, pk)
        return redirect("contacts:import_columns", pk=pk)
    context = _try_context(job, refused) if refused is None else {"tried": None}
    context |= {
        "job": job, "refused": refused, "steps": showing.steps("columns", job),
        "rows": showing.mapping(job, context["tried"]),
        "groups": Group.objects.filter(kind=Group.Kind.MANUAL), "tags": Tag.objects.all(),
        "evidence": showing.evidence(job),
    }  # fmt: skip
    return render(request, "contacts/import_columns.html", context, status=400 if refused else 200)


def _try_context(job: ImportJob, refused: Refused | None) -> dict[str, Any]:
    tried = import_try.try_out(job)
    return {"tried": tried, "show": showing.tried(job, tried)}


def _save_columns(request: Asked, job: ImportJob) -> Refused | None:
    post = request.POST
    day_first = {"1": True, "0": False}.get(post.get("day_first", ""))
    try:
        imports.set_columns(
            job_id=job.pk, targets=[post.get(f"column-{at}", "") for at in range(len(job.header))],
            actor=request.actor, day_first=day_first, group_id=_pk(post.get("group")), tag_id=_pk(post.get("tag")),
        )  # fmt: skip
    except Refused as problem:
        if problem.code == "not_allowed":
            raise
        job.mapping = {"targets": [post.get(f"column-{at}", "") for at in range(len(job.header))]}
        return problem
    return None


def _pk(raw: str | None) -> int | None:
    return int(raw) if raw and raw.isdecimal() and raw.isascii() and len(raw) <= 18 else None


@require_POST
def new_group(request: Asked, pk: int) -> HttpResponse:
    """A group made in step 3, for everyone in the file."""
    try:
        group = imports.put_into_new_group(job_id=pk, name=request.POST.get("name", ""), actor=request.actor)
    except Refused as refused:
        if refused.code in {"not_found", "not_allowed"}:
            raise
        messages.error(request, refused.message)
    else:
        messages.success(request, f"Group “{group.name}” is made. Everyone in this file will be in it.")
    return redirect("contacts:import_columns", pk=pk)


@require_POST
def start(request: Asked, pk: int) -> HttpResponse:
    """Step 4 begins."""
    imports.start_import(job_id=pk, actor=request.actor)
    return redirect("contacts:import_job", pk=pk)


@require_GET
def progress(request: Asked, pk: int) -> HttpResponse:
    """Step 4 while it runs, step 5 at the end."""
    job = _job(pk)
    if job.status == JobStatus.DRAFT:
        return redirect("contacts:import_columns" if job.consent else "contacts:import_evidence", pk=pk)
    running = job.status in {JobStatus.WAITING, JobStatus.RUNNING}
    actor = request.actor
    context = {
        "job": job,
        "running": running,
        "evidence": showing.evidence(job),
        "may_undo": actor.may(Role.MANAGER),
    }
    context |= showing.result(job) | {"steps": showing.steps("import" if running else "result", job)}
    if not running:
        context |= import_rows.problems(job, request.GET) | {"places": showing.places(job)}
    if getattr(request, "htmx", False):
        response = render(request, "contacts/part_import.html", context)
        if not running:
            response["HX-Refresh"] = "true"
        return response
    return render(request, "contacts/import_job.html", context)


@require_POST
def cancel(request: Asked, pk: int) -> HttpResponse:
    """Stop; what is imported stays and can be undone. A draft is thrown away."""
    if _job(pk).status == JobStatus.DRAFT:
        imports.discard_import(job_id=pk, actor=request.actor)
        messages.success(request, "The file is thrown away. Nothing was imported.")
        return redirect("contacts:import")
    imports.cancel_import(job_id=pk, actor=request.actor)
    return redirect("contacts:import_job", pk=pk)


@require_POST
def undo(request: Asked, pk: int) -> HttpResponse:
    """Take an import back, as far as nothing else touched it."""
    try:
        bulk.start_undo_import(import_id=pk, actor=request.actor)
    except Refused as refused:
        if refused.code in {"not_found", "not_allowed"}:
            raise
        messages.error(request, refused.message)
    else:
        messages.success(request, "The import is being undone. Opt-outs recorded since stay.")
    return redirect("contacts:import_job", pk=pk)


@require_POST
def errors(request: Asked, pk: int) -> HttpResponse:
    """The rows that were not simply taken, as a file with reasons."""
    job = exports.start_export(kind="import_errors", query={"import": pk}, actor=request.actor)
    return redirect(reverse("contacts:export_status", args=[job.pk]))


def _job(pk: int) -> ImportJob:
    job: ImportJob | None = ImportJob.objects.filter(pk=pk).first()
    if job is None:
        raise Http404
    return job


def _draft(pk: int) -> ImportJob | HttpResponse:
    job = _job(pk)
    return job if job.status == JobStatus.DRAFT else redirect("contacts:import_job", pk=pk)

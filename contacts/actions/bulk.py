"""One change to many contacts. Groups and tags at once up to 500 contacts, else as a job; opt-outs always as a job."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from consent.actions import bulk_block, bulk_opt_out, held, hold_all
from consent.models.ledger import Method
from consent.rules.evidence import Evidence
from contacts.actions.groups import known_tag, manual_group
from contacts.actions.import_undo import undo_chunk, undoable
from contacts.filters import contacts_of, read_filter
from contacts.models import BulkJob, Contact
from contacts.models.jobs import JobStatus
from tenants import due
from tenants.actions import audit
from tenants.models import SenderNumber, Tenant, User
from tenants.rules import SYSTEM, Actor, ActorKind, Refused, Role, require
from tenants.scope import current_tenant_id, tenant_scope

INLINE = 500
CHUNK = 5_000
#: Removals of more people than this cannot be undone: their ids would have to be kept.
UNDO_LIMIT = 50_000
SETS = {"add_group": "group", "remove_group": "group", "add_tag": "tag", "remove_tag": "tag"}
CONSENT = ("opt_out", "block")
HOW = {
    "phone": "By phone",
    "email": "By e-mail",
    "in_person": "In person",
    "post": "By letter",
    "team": "Another way",
}

_GONE = "Its group or tag has been deleted."
_TABLES = {"group": ("contacts_groupmember", "group_id"), "tag": ("contacts_contacttag", "tag_id")}
_ADD = """
INSERT INTO {0} (tenant_id, {1}, contact_id, since) SELECT tenant_id, %s, id, %s FROM contacts_contact
WHERE id = ANY(%s) ORDER BY id ON CONFLICT DO NOTHING RETURNING contact_id
"""
_REMOVE = "DELETE FROM {0} WHERE {1} = %s AND contact_id = ANY(%s) RETURNING contact_id"


def start_bulk(*, verb: str, query: Mapping[str, Any], detail: Mapping[str, Any], actor: Actor) -> BulkJob:
    """Change the contacts of `query`: {"ids": […]} or {"filter": {…}}, as the list reads it.

    `detail`: {"group": id} or {"tag": id}; for opt_out {"senders": [ids], "method", "words"}, no sender meaning all;
    for block {"reason"}. All of them are held at once, whoever records it later: those who match now, and only those.
    Raises `Refused`: not_found, group_system, nobody, verb_unknown, reason_needed, method_missing, not_allowed.
    """
    checked = _checked(verb, detail, actor)
    wanted = (
        {"ids": [int(one) for one in query["ids"]]}
        if "ids" in query
        else {"filter": read_filter(query["filter"]).as_query()}
    )
    total = _people(wanted).count()
    if not total:
        raise Refused("nobody", "No contact is selected.")
    user_id = actor.id if actor.kind == ActorKind.MEMBER else None
    job: BulkJob = BulkJob.objects.create(
        verb=verb, query=wanted, detail=checked, total=total, created_by_id=user_id
    )
    audit(actor, f"bulk_{verb}", "bulk", job.pk, people=total, **checked)
    if verb in SETS and total <= INLINE:
        _begin(job)
        while _chunk_of_sets(job):
            pass
        return job
    if verb in CONSENT:
        job.total = hold_all(_people(wanted).values("phone_id"), event_key=_key(job))
        job.save(update_fields=["total"])
    due.put_and_ring("bulk", current_tenant_id(), job.pk)
    return job


def start_undo_import(*, import_id: int, actor: Actor) -> BulkJob:
    """Undo an import as a job: the opt-ins it made, and the contacts it created that nothing else touched."""
    require(actor, Role.MANAGER, "undo an import")
    total = undoable(import_id)
    job: BulkJob = BulkJob.objects.create(
        verb="undo_import", detail={"import": import_id}, total=total,
        created_by_id=actor.id if actor.kind == ActorKind.MEMBER else None,
    )  # fmt: skip
    audit(actor, "undo_import", "import", import_id)
    due.put_and_ring("bulk", current_tenant_id(), job.pk)
    return job


def _checked(verb: str, detail: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    if verb in SETS:
        require(actor, Role.AGENT, "change many contacts")
        kind = SETS[verb]
        return {kind: _known(kind, int(detail.get(kind) or 0))}
    if verb == "opt_out":
        require(actor, Role.AGENT, "record opt-outs")
        senders = sorted({int(one) for one in detail.get("senders", ())})
        if SenderNumber.objects.filter(pk__in=senders).count() != len(senders):
            raise Refused("not_found", "This sender number does not exist.", "senders")
        if detail.get("method") not in HOW:
            raise Refused("method_missing", "Say how they told you.", "method")
        return {
            "senders": senders,
            "method": detail["method"],
            "words": str(detail.get("words") or "")[:2000],
        }
    if verb == "block":
        require(actor, Role.AGENT, "block people")
        reason = " ".join(str(detail.get("reason") or "").split())[:200]
        if not reason:
            raise Refused("reason_needed", "Say why you block them.", "reason")
        return {"reason": reason}
    raise Refused("verb_unknown", "This cannot be done to many contacts.")


def _known(kind: str, pk: int) -> int:
    return int((manual_group if kind == "group" else known_tag)(pk).pk)


def _people(query: Mapping[str, Any]) -> Any:
    if "ids" in query:
        return Contact.objects.filter(pk__in=query["ids"])
    region = Tenant.objects.values_list("country", flat=True).get(pk=current_tenant_id())
    return contacts_of(read_filter(query["filter"]), region)


def run_bulk(
    tenant_id: int, job_id: int, *, seconds: float = 45, beat: Callable[[], object] | None = None
) -> bool:
    """Do the job chunk by chunk until its end or `seconds` are over; True: nothing is left.

    Again after a crash it goes on where it stood. `beat()` answers False when another worker has the work now.
    A change whose group or tag was deleted meanwhile has failed; an opt-out is never given up.
    """
    with tenant_scope(tenant_id):
        job = BulkJob.objects.filter(pk=job_id, status__in=[JobStatus.WAITING, JobStatus.RUNNING]).first()
        if job is None:
            return True
        _begin(job)
    until = time.monotonic() + seconds
    while _step(tenant_id, job):
        if time.monotonic() > until or (beat is not None and beat() is False):
            return False
    return True


def _step(tenant_id: int, job: BulkJob) -> bool:
    try:
        return _step_of(job.verb)(tenant_id, job.pk)
    except (Refused, IntegrityError) as error:
        if job.verb not in SETS:
            raise
        # At the commit the database says in its own words that the group or tag has gone.
        told = error if isinstance(error, Refused) else Refused("not_found", _GONE)
    with tenant_scope(tenant_id):
        BulkJob.objects.filter(pk=job.pk, status=JobStatus.RUNNING).update(
            status=JobStatus.FAILED,
            error_code=told.code,
            error=told.message[:300],
            finished_at=timezone.now(),
        )
    return False


def _step_of(verb: str) -> Callable[[int, int], bool]:
    if verb in SETS:
        return _sets_step
    return _undo_step if verb == "undo_import" else _consent_step


def _begin(job: BulkJob) -> None:
    if job.status == JobStatus.WAITING:
        job.status, job.started_at = JobStatus.RUNNING, timezone.now()
        job.save(update_fields=["status", "started_at"])


def _locked(job_id: int) -> BulkJob | None:
    job: BulkJob | None = (
        BulkJob.objects.select_for_update(of=("self",)).filter(pk=job_id, status=JobStatus.RUNNING).first()
    )
    return job


def _sets_step(tenant_id: int, job_id: int) -> bool:
    with tenant_scope(tenant_id):
        job = _locked(job_id)
        if job is None:
            return False
        _known(SETS[job.verb], job.detail[SETS[job.verb]])
        return _chunk_of_sets(job)


def _chunk_of_sets(job: BulkJob) -> bool:
    """One chunk with its cursor; False when it was the last."""
    people = _people(job.query).filter(pk__gt=job.cursor).order_by("pk")
    ids = list(people.values_list("pk", flat=True)[:CHUNK])
    kind = SETS[job.verb]
    table, column = _TABLES[kind]
    with connection.cursor() as cursor:
        if job.verb.startswith("add"):
            # Rows made by this job carry its own time: that is how an undo finds them.
            cursor.execute(_ADD.format(table, column), [job.detail[kind], job.created_at, ids])
        else:
            cursor.execute(_REMOVE.format(table, column), [job.detail[kind], ids])
            changed = [row[0] for row in cursor.fetchall()]
            if len(job.batch) + len(changed) <= UNDO_LIMIT:
                job.batch = [*job.batch, *changed]
    _moved(job, ids, last=len(ids) < CHUNK)
    return len(ids) == CHUNK


def _moved(job: BulkJob, ids: Sequence[int], *, last: bool) -> None:
    job.cursor = ids[-1] if ids else job.cursor
    job.done += len(ids)
    if last:
        job.status, job.finished_at = JobStatus.DONE, timezone.now()
    job.save(update_fields=["cursor", "done", "batch", "status", "finished_at"])


def _consent_step(tenant_id: int, job_id: int) -> bool:
    """A chunk of opt-outs or blocks: recorded in transactions of its own, repeatable, then the cursor moves.

    Whose they are is what the press has held: a group that is deleted since, or a changed tag, takes nobody out.
    """
    with tenant_scope(tenant_id):
        job = BulkJob.objects.filter(pk=job_id, status=JobStatus.RUNNING).first()
        if job is None:
            return False
        phone_ids = held(event_key=_key(job), after=job.cursor, limit=CHUNK)
        actor = _actor(job)
    _record(tenant_id, job, phone_ids, actor)
    with tenant_scope(tenant_id):
        locked = _locked(job_id)
        if locked is None:
            return False
        if locked.cursor != job.cursor:
            # Another worker was ahead of us; its lease may be over, so what is left is ours as well.
            return True
        last = len(phone_ids) < CHUNK
        # Those whom a worker had recorded when it died are held no more, and not counted by whoever goes on.
        locked.done = job.total - len(phone_ids) if last else locked.done
        _moved(locked, phone_ids, last=last)
    return not last


def _key(job: BulkJob) -> str:
    return f"bulk:{job.pk}"


def _record(tenant_id: int, job: BulkJob, phone_ids: Sequence[int], actor: Actor) -> None:
    key = _key(job)
    if job.verb == "block":
        bulk_block(
            tenant_id=tenant_id, phone_ids=phone_ids, event_key=key, reason=job.detail["reason"], actor=actor
        )
        return
    bulk_opt_out(
        tenant_id=tenant_id, phone_ids=phone_ids, event_key=key, method=Method(job.detail["method"]), actor=actor,
        sender_ids=job.detail["senders"], evidence=Evidence(words=job.detail["words"]),
    )  # fmt: skip


def _actor(job: BulkJob) -> Actor:
    if job.created_by_id is None:
        return SYSTEM
    return Actor(
        ActorKind.MEMBER, job.created_by_id, str(User.objects.get(pk=job.created_by_id)), Role.MANAGER
    )


def _undo_step(tenant_id: int, job_id: int) -> bool:
    with tenant_scope(tenant_id):
        job = _locked(job_id)
        if job is None:
            return False
        cursor, done = undo_chunk(job.detail["import"], job.cursor, _actor(job))
        if cursor is not None:
            job.cursor, job.done = cursor, job.done + done
        else:
            job.status, job.finished_at, job.done = JobStatus.DONE, timezone.now(), job.total
        job.save(update_fields=["cursor", "done", "status", "finished_at"])
    return cursor is not None


@transaction.atomic
def undo_bulk(*, job_id: int, actor: Actor) -> int:
    """Undo a change of groups or tags; how many contacts it touched.

    Raises `Refused`: not_found, not_undoable (opt-outs and blocks are taken back person by person, with a reason).
    """
    require(actor, Role.AGENT, "change many contacts")
    job: BulkJob | None = BulkJob.objects.select_for_update(of=("self",)).filter(pk=job_id).first()
    if job is None:
        raise Refused("not_found", "This change does not exist.")
    if not can_undo(job):
        raise Refused("not_undoable", "This change cannot be undone here.")
    if job.status == JobStatus.UNDONE:
        return 0
    kind = SETS[job.verb]
    table, column = _TABLES[kind]
    with connection.cursor() as cursor:
        if job.verb.startswith("add"):
            cursor.execute(
                f"DELETE FROM {table} WHERE {column} = %s AND since = %s", [job.detail[kind], job.created_at]
            )
        else:
            cursor.execute(_ADD.format(table, column), [job.detail[kind], timezone.now(), job.batch])
        touched = int(cursor.rowcount)
    job.status = JobStatus.UNDONE
    job.save(update_fields=["status"])
    audit(actor, "undo_bulk", "bulk", job.pk, people=touched)
    return touched


def can_undo(job: BulkJob) -> bool:
    """Whether `undo_bulk` would take it back; not once its group or tag has been deleted."""
    if job.verb not in SETS or job.status == JobStatus.FAILED:
        return False
    kind = SETS[job.verb]
    try:
        _known(kind, job.detail[kind])
    except Refused:
        return False
    return job.verb.startswith("add") or job.total <= UNDO_LIMIT

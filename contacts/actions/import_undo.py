"""Undoing an import: the opt-ins it made, then the contacts it created that nothing else touched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import connection
from django.utils import timezone

from consent.actions import withdraw_import
from consent.models import ConsentEvent
from consent.models.ledger import Kind
from contacts.models import Contact, ImportJob
from contacts.models.jobs import JobStatus
from tenants.rules import Actor, Refused

CHUNK = 500

#: Apps above add to it who of some phone numbers has texts since a moment: (phone ids, since) → those of them.
TEXTED: list[Callable[[Sequence[int], datetime], set[int]]] = []

# Untouched: no change since, no later group or tag, nothing in the history but this import and its undoing. A batch
# is one transaction: what the import itself gave a contact bears the contact's own moment.
_UNTOUCHED = """
SELECT c.id, c.phone_id FROM contacts_contact c
WHERE c.source = %(source)s AND c.id > %(after)s AND c.updated_at = c.created_at
  AND NOT EXISTS (SELECT 1 FROM contacts_groupmember m WHERE m.contact_id = c.id AND m.since <> c.created_at)
  AND NOT EXISTS (SELECT 1 FROM contacts_contacttag t WHERE t.contact_id = c.id AND t.since <> c.created_at)
  AND NOT EXISTS (SELECT 1 FROM consent_consentevent e WHERE e.phone_id = c.phone_id
                  AND e.event_key NOT IN (%(key)s || c.phone_id, %(undo)s || c.phone_id))
ORDER BY c.id LIMIT %(limit)s
"""
_DELETE = (
    "DELETE FROM contacts_groupmember WHERE contact_id = ANY(%s)",
    "DELETE FROM contacts_contacttag WHERE contact_id = ANY(%s)",
    "DELETE FROM contacts_contact WHERE id = ANY(%s)",
)


def undoable(import_id: int) -> int:
    """How many rows an undo looks at. Raises `Refused`: not_found, import_not_done, not_undoable."""
    job: ImportJob | None = ImportJob.objects.filter(pk=import_id).first()
    if job is None:
        raise Refused("not_found", "This import does not exist.")
    if job.status not in {JobStatus.DONE, JobStatus.CANCELLED, JobStatus.FAILED}:
        raise Refused("import_not_done", "Only an import that has ended can be undone.")
    if job.consent.get("kind", "contacts") != "contacts":
        raise Refused(
            "not_undoable", "Opt-outs stay. A person comes back by START, or your team unblocks them."
        )
    return int(job.counts.get("opted_in", 0)) + int(job.counts.get("new", 0))


def undo_chunk(import_id: int, cursor: int, actor: Actor) -> tuple[int | None, int]:
    """One step: (cursor for the next step or None at the end, how many were taken back).

    Opt-ins first, by ledger number (negative cursors), then contacts by id: a contact whose opt-in stands is touched.
    """
    job = ImportJob.objects.get(pk=import_id)
    if cursor <= 0 and job.evidence_id is not None:
        events = list(
            ConsentEvent.objects.filter(evidence_id=job.evidence_id, kind=Kind.OPT_IN, seq__gt=-cursor)
            .order_by("seq")
            .values_list("seq", "phone_id")[:CHUNK]
        )
        if events:
            withdrawn = withdraw_import(
                phone_ids=[phone for _, phone in events], event_key=f"import:{import_id}",
                undo_key=f"undo-import:{import_id}", actor=actor,
            )  # fmt: skip
            return -events[-1][0], withdrawn
    return _delete_chunk(job, max(cursor, 0))


def _delete_chunk(job: ImportJob, after: int) -> tuple[int | None, int]:
    values: dict[str, str | int | None] = {
        "source": f"import:{job.pk}", "after": after, "key": f"import:{job.pk}:", "undo": f"undo-import:{job.pk}:",
        "limit": CHUNK,
    }  # fmt: skip
    with connection.cursor() as db:
        db.execute(_UNTOUCHED, values)
        found: list[tuple[int, int]] = db.fetchall()
        phone_ids = [phone_id for _, phone_id in found]
        texted = set[int]().union(*(ask(phone_ids, job.started_at or job.created_at) for ask in TEXTED))
        ids = [pk for pk, phone_id in found if phone_id not in texted]
        for statement in _DELETE:
            db.execute(statement, [ids])
    if found:
        return found[-1][0], len(ids)
    ImportJob.objects.filter(pk=job.pk).update(status=JobStatus.UNDONE, finished_at=timezone.now())
    return None, 0


def made_by(import_id: int) -> int:
    """How many contacts are there that this import created."""
    return Contact.objects.filter(source=f"import:{import_id}").count()

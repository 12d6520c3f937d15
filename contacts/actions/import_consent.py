"""What an import writes about consent: opt-ins with their proof, opt-outs, blocks; every one an entry of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from consent.actions import (
    EventDraft,
    Evidence,
    SharedEvidence,
    append_events,
    bulk_block,
    bulk_opt_out,
    share_evidence,
)
from consent.models import ConsentEvent, ConsentEvidence, PhoneNumber
from consent.models.ledger import Kind, Method
from consent.rules.evidence import digest
from contacts.actions import stage
from contacts.models import Contact, ImportJob
from contacts.rules.consent_answer import PROOF_METHODS, Answer
from tenants.models import User
from tenants.rules import SYSTEM, Actor, ActorKind, Role
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from contacts.actions.import_batch import Context

CHUNK = 500


def actor_of(job: ImportJob) -> Actor:
    """Who started the import; the rights were checked then."""
    if job.created_by_id is None:
        return SYSTEM
    label = str(User.objects.get(pk=job.created_by_id))
    return Actor(ActorKind.MEMBER, job.created_by_id, label, Role.MANAGER)


def event_key(job_id: int, phone_id: int) -> str:
    """One entry for a number in an import, however often the batch is tried."""
    return f"import:{job_id}:{phone_id}"


def evidence_of(answer: Answer, file_name: str) -> Evidence:
    """The proof of a whole file: how, when, the words, and the file's name."""
    how = PROOF_METHODS.get(answer.method, answer.method)
    parts = [how, f"on {answer.date}" if answer.date else "", f"file {file_name}", answer.note]
    return Evidence(disclosure=answer.wording, note=", ".join(part for part in parts if part))


def shared_evidence(job: ImportJob, actor: Actor) -> SharedEvidence:
    """The job's one evidence row, made with its first entry."""
    if job.evidence_id:
        row = ConsentEvidence.objects.get(pk=job.evidence_id)
        return SharedEvidence(row.pk, digest(row.proof(), bytes(row.salt)))
    shared = share_evidence(evidence_of(Answer.of(job.consent), job.file_name), actor)
    job.evidence_id = shared.id
    job.save(update_fields=["evidence_id"])
    return shared


def opt_in_batch(context: Context, job: ImportJob) -> int:
    """Opt in the staged numbers which agreed, where nothing was said before; how many people that were.

    Never a number that is stopped, blocked or erased; an earlier opt-in keeps its date and its proof.
    """
    found = stage.unasked(context.answer.senders)
    if not found:
        return 0
    actor = actor_of(job)
    shared = shared_evidence(job, actor)
    rows = [(phone_id, context.moment(day), tuple(senders)) for phone_id, day, senders in found]
    for start in range(0, len(rows), CHUNK):
        _opt_in(context, rows[start : start + CHUNK], actor, shared)
    return len(rows)


def _opt_in(
    context: Context,
    rows: Sequence[tuple[int, datetime, tuple[int, ...]]],
    actor: Actor,
    shared: SharedEvidence,
) -> None:
    drafts = [
        EventDraft(
            phone_id=phone_id, kind=Kind.OPT_IN, method=Method.IMPORT, actor=actor, senders=senders,
            sender_id=senders[0] if len(senders) == 1 else None, from_status="active", to_status="active",
            event_key=event_key(context.job_id, phone_id), occurred_at=since, evidence=shared,
        )
        for phone_id, since, senders in rows
    ]  # fmt: skip
    appended = append_events(drafts)
    stage.grant(
        context.tenant_id,
        [
            (phone_id, sender, since, entry.seq)
            for (phone_id, since, senders), entry in zip(rows, appended, strict=True)
            if entry.inserted
            for sender in senders
        ],
    )


def stop_numbers(context: Context, phone_ids: Sequence[int]) -> None:
    """Opt the numbers out of everything, or block them; repeatable, in transactions of its own."""
    with tenant_scope(context.tenant_id):
        job = ImportJob.objects.get(pk=context.job_id)
        actor, evidence = actor_of(job), evidence_of(context.answer, job.file_name)
    key = f"import:{context.job_id}"
    if context.answer.kind == "never_contact":
        bulk_block(
            tenant_id=context.tenant_id, phone_ids=phone_ids, event_key=key, reason=evidence.note, actor=actor,
            method=Method.IMPORT,
        )  # fmt: skip
        return
    day = context.answer.date
    bulk_opt_out(
        tenant_id=context.tenant_id, phone_ids=phone_ids, event_key=key, method=Method.IMPORT, actor=actor,
        evidence=evidence, occurred_at=context.moment(date.fromisoformat(day)) if day else None,
    )  # fmt: skip


def stopped_before(context: Context, phone_ids: Sequence[int]) -> dict[int, str]:
    """What each number was before this import: stopped_new, stopped_known or already_stopped.

    Asked again after a crash, the import's own entries do not count, so that the answer is the same.
    """
    keys = [event_key(context.job_id, phone_id) for phone_id in phone_ids]
    ours = set(ConsentEvent.objects.filter(event_key__in=keys).values_list("phone_id", flat=True))
    flag = "blocked_at" if context.answer.kind == "never_contact" else "all_stopped_event"
    contacts = set(Contact.objects.filter(phone_id__in=phone_ids).values_list("phone_id", flat=True))
    found = PhoneNumber.objects.filter(pk__in=phone_ids).values_list("pk", flag)
    return {
        pk: "already_stopped"
        if was and pk not in ours
        else ("stopped_known" if pk in contacts else "stopped_new")
        for pk, was in found
    }

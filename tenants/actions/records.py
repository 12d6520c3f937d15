"""The record of privileged acts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone

from tenants.actions.webhooks import tell
from tenants.models import AuditEntry, IdempotencyKey
from tenants.rules import Actor

#: Acts that other systems hear of by webhook.
HEARD = {
    "create_contact": "contact.created",
    "update_contact": "contact.updated",
    "change_number": "contact.updated",
    "delete_contact": "contact.deleted",
    "launch_campaign": "campaign.launched",
    "pause_campaign": "campaign.paused",
    "campaign_paused_itself": "campaign.paused",
    "resume_campaign": "campaign.resumed",
    "cancel_campaign": "campaign.cancelled",
}

#: For so long a repeated request of an integrator gets its first answer; they hold names and numbers (SEC52).
ANSWERS_KEPT = timedelta(days=30)


def audit(
    actor: Actor, verb: str, object_kind: str = "", object_id: int | None = None, **detail: Any
) -> AuditEntry:
    """Write an audit entry in the caller's transaction (I25: act ⇔ entry)."""
    entry: AuditEntry = AuditEntry.objects.create(
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label[:120],
        verb=verb,
        object_kind=object_kind,
        object_id=object_id,
        detail=detail,
    )
    if verb in HEARD:
        _tell(entry)
    return entry


def _tell(entry: AuditEntry) -> None:
    """What other systems hear of the act: ids, never a name or a number; those they ask for."""
    payload = {
        entry.object_kind: entry.object_id, "act": entry.verb, "by": entry.actor_kind, "at": entry.at.isoformat(),
    }  # fmt: skip
    if reason := entry.detail.get("reason"):
        payload["reason"] = reason
    tell(
        event=HEARD[entry.verb], event_key=f"audit:{entry.pk}", payload=payload, occurred_at=entry.at,
        order_key=f"{entry.object_kind}:{entry.object_id}",
    )  # fmt: skip


def forget_answers(text: str) -> int:
    """Empty the answers kept for repeated requests that hold this text: an erased person's number. How many."""
    found = IdempotencyKey.objects.annotate(said=Cast("response", TextField())).filter(said__contains=text)
    return int(found.update(response=None))


def forget_old_answers() -> int:
    """Delete the answers kept for repeated requests whose days are over. How many."""
    return int(IdempotencyKey.objects.filter(created_at__lt=timezone.now() - ANSWERS_KEPT).delete()[0])

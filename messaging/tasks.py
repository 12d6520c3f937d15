"""Celery entry points of messaging: take the due row, open the scope, call one action."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from messaging.actions import broadcasts, cancelling, counts, pushes, receipts, refusals
from tenants import due
from tenants.scope import tenant_scope


@shared_task
def plan(tenant_id: int, ref: int) -> None:
    """Plan a broadcast's messages, chunk by chunk."""
    with due.working("plan", tenant_id, ref, seconds=120) as lease:
        if lease:
            broadcasts.plan(tenant_id, ref)


@shared_task
def start_scheduled(tenant_id: int, ref: int) -> None:
    """A broadcast's time has come."""
    with due.working("schedule", tenant_id, ref) as lease:
        if lease:
            with tenant_scope(tenant_id):
                broadcasts.start_scheduled(ref)


@shared_task
def end_cancelled(tenant_id: int, ref: int) -> None:
    """What waits of a cancelled broadcast is not sent."""
    with due.working("cancel", tenant_id, ref) as lease:
        if lease:
            lease.again_at = cancelling.end_waiting(tenant_id, ref, lambda: lease.renew(60))


@shared_task
def apply_receipts(tenant_id: int, ref: int) -> None:
    """Apply kept receipts until none is left."""
    with due.working("receipts", tenant_id, ref) as lease:
        if lease is None:
            return
        receipts.apply_receipts(tenant_id, lambda: lease.renew(60))
        with tenant_scope(tenant_id):
            if receipts.nothing_left(tenant_id):
                lease.finish()
                return
        lease.again_at = timezone.now() + timedelta(seconds=1)


@shared_task
def recount(tenant_id: int, ref: int) -> None:
    """Receipts came for a broadcast: its remembered counts are counted anew."""
    with due.working("recount", tenant_id, ref) as lease:
        if lease:
            with tenant_scope(tenant_id):
                lease.again_at = counts.recount(ref)


@shared_task
def push_opt_outs(tenant_id: int, ref: int) -> None:
    """Tell the provider of opt-outs that it did not hear; `ref` is the account's id."""
    with due.working("push", tenant_id, ref) as lease:
        if lease:
            lease.again_at = pushes.push(tenant_id, ref, beat=lambda: lease.renew(60))


@shared_task
def hear_refusal(tenant_id: int, ref: int) -> None:
    """Tell consent of a refusal that the sender did not get to tell; `ref` is the attempt's id."""
    with due.working("refused", tenant_id, ref) as lease:
        if lease:
            with tenant_scope(tenant_id):
                refusals.hear_left_over(ref)

"""Celery entry points of tenants."""

from __future__ import annotations

from celery import shared_task

from tenants import due
from tenants.actions import delivering, inviting


@shared_task
def deliver_webhooks(tenant_id: int, ref: int) -> None:
    """Tell one endpoint what waits for it; `ref` is the endpoint's id."""
    with due.working("webhooks", tenant_id, ref) as lease:
        if lease is not None:
            lease.again_at, lease.unfinished = delivering.deliver(
                tenant_id, ref, beat=lambda: lease.renew(60)
            )
    if lease is not None and lease.unfinished:
        due.ring("webhooks", tenant_id, ref)


@shared_task
def send_invitation(tenant_id: int, ref: int) -> None:
    """E-mail one invitation, and forget it a month after its end; `ref` is its id."""
    with due.working("invite", tenant_id, ref) as lease:
        if lease is not None:
            lease.again_at = inviting.deliver(tenant_id, ref)

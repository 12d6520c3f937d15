"""Celery entry points."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from consent.actions import forget_files as forget
from consent.actions import lapse_requests, next_lapse
from tenants import due
from tenants.scope import tenant_scope


@shared_task
def lapse_opt_in_requests(tenant_id: int, ref: int = 0) -> None:
    """Close a tenant's double opt-ins whose time is over; due again when the next one is."""
    with due.working("lapse", tenant_id, ref) as lease:
        if lease is None:
            return
        with tenant_scope(tenant_id):
            lapse_requests()
            lease.again_at = next_lapse()


@shared_task
def forget_files(tenant_id: int, ref: int = 0) -> None:
    """Take erased and unused files of evidence from the disk; what cannot be deleted now is tried again."""
    with due.working("files", tenant_id, ref) as lease:
        if lease is not None:
            wait = forget(tenant_id)
            lease.again_at = timezone.now() + wait if wait else None

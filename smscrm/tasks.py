"""What beat asks for: the sweep, which finds due work that no doorbell announced, and the end of kept answers."""

from __future__ import annotations

from celery import current_app, shared_task
from django.conf import settings

from tenants import due, installation
from tenants.actions import forget_old_answers
from tenants.models import Tenant
from tenants.scope import tenant_scope


@shared_task(name="smscrm.tasks.sweep", expires=2)
def sweep() -> int:
    """Send a task for every due row that nobody has leased; returns how many. Notices a restore on the way."""
    installation.notice()
    rows = due.overdue(list(settings.DUE_TASKS))
    for kind, tenant_id, ref in rows:
        # It expires before a backlog of the same row could build up; the row stays due until someone did the work.
        current_app.send_task(settings.DUE_TASKS[kind], args=[tenant_id, ref], expires=30, ignore_result=True)
    return len(rows)


@shared_task(name="smscrm.tasks.forget_answers", expires=3600)
def forget_answers() -> int:
    """Delete the answers kept for repeated requests whose days are over, tenant by tenant. How many."""
    gone = 0
    for tenant_id in Tenant.objects.values_list("pk", flat=True):
        with tenant_scope(tenant_id):
            gone += forget_old_answers()
    return gone

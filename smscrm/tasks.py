"""The sweep: finds due work that no doorbell announced."""

from __future__ import annotations

from celery import current_app, shared_task
from django.conf import settings

from tenants import due, installation


@shared_task(name="smscrm.tasks.sweep", expires=2)
def sweep() -> int:
    """Send a task for every due row that nobody has leased; returns how many. Notices a restore on the way."""
    installation.notice()
    rows = due.overdue(list(settings.DUE_TASKS))
    for kind, tenant_id, ref in rows:
        # It expires before a backlog of the same row could build up; the row stays due until someone did the work.
        current_app.send_task(settings.DUE_TASKS[kind], args=[tenant_id, ref], expires=30, ignore_result=True)
    return len(rows)

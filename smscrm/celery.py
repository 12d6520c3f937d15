"""The Celery app: the doorbell's other end, and the sweep that needs no doorbell."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smscrm.settings")

app = Celery("smscrm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
def look_at_connection(**_: Any) -> None:
    """A task begins as a request does: a connection that an error or a restart of the server left dead is replaced.

    Celery itself would close the connection around every task (see CELERY_DB_REUSE_MAX).
    """
    close_old_connections()

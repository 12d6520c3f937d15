"""The Celery app: the doorbell's other end, and the sweep that needs no doorbell."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smscrm.settings")

app = Celery("smscrm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

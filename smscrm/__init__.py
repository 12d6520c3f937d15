"""Composition root: settings, urls, Celery app, API router, commands."""

from smscrm.celery import app as celery_app

__all__ = ["celery_app"]

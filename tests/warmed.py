"""Imported once, by the process that the forks of `tests.warm` come from. It opens no connection and no thread."""

from __future__ import annotations

import importlib
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smscrm.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import execute_from_command_line  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from smscrm.celery import app  # noqa: E402

for name in ("celery.bin.worker", "celery.concurrency.prefork", "messaging.management.commands.sender"):
    importlib.import_module(name)
app.loader.import_default_modules()
assert get_resolver().url_patterns  # and so every view


def run(command: list[str], changes: dict[str, object]) -> None:
    """Run one command line in this fork, under changed settings."""
    for name, value in changes.items():
        setattr(settings, name, value)
    sys.argv = list(command)
    if command[0] == "celery":
        app.start(command[1:])
    else:
        execute_from_command_line(command)

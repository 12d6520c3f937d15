"""manage.py catch_up: after a restore, replay what the provider has since the backup; then sending may go on."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand

from conversations.actions.replaying import catch_up
from tenants.management.commands.restored import moment
from tenants.rules import Refused


class Command(BaseCommand):
    """May be killed and run again: nothing is done twice. Every sender of the old database is stopped before."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since", type=moment, help="earlier than the time of the backup that was found out"
        )
        parser.add_argument(
            "--leave-held",
            action="append",
            default=[],
            metavar="ACCOUNT_SID",
            help="an account whose list cannot be read: it stays held, the others go on",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        since: datetime | None = options["since"]
        try:
            answer = catch_up(since=since, leave_held=options["leave_held"], say=self.stderr.write)
        except Refused as refused:
            answer = {"held": True, "error": refused.code, "message": refused.message}
        answer["seconds"] = round(time.monotonic() - started, 3)
        self.stdout.write(json.dumps(answer))
        if "error" in answer:
            raise SystemExit(1)

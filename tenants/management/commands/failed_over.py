"""manage.py failed_over --reason WHY: another server, and nothing that was committed is missing; go on sending."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants import installation
from tenants.rules import Refused


class Command(BaseCommand):
    """For a synchronous standby that was promoted, a move or an upgrade with everything stopped. Else: catch_up."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reason", required=True, help="why nothing can be missing; kept for good")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            installation.failed_over(reason=options["reason"])
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write("This database is the one that is known from now on. Sending goes on.")

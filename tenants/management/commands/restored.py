"""manage.py restored --since TIME --reason WHY: the database was set back; hand nothing over until catch_up."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants import installation
from tenants.rules import Refused


def moment(text: str) -> datetime:
    """An ISO time with its zone; a bare one could be hours off."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("write it as 2026-11-27T14:30:00+00:00") from None
    if found.tzinfo is None:
        raise ArgumentTypeError("say the zone too: 2026-11-27T14:30:00+00:00, or Z for UTC")
    return found


class Command(BaseCommand):
    """For what the database cannot see itself: a disk set back, tables emptied and filled again from a dump."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since", type=moment, required=True, help="the moment the database was set back to"
        )
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            installation.hold(since=options["since"], reason=options["reason"])
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write("Held. Nothing is handed over until manage.py catch_up has ended.")

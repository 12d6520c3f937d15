"""manage.py sender: take queued messages to the provider, until SIGTERM."""

from __future__ import annotations

import asyncio
import gc
from argparse import ArgumentParser
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from messaging.sender.process import Sender
from messaging.sender.tuning import Tuning


class Command(BaseCommand):
    """Any number of these may run; each leases the sender numbers it serves."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--drain", action="store_true", help="stop when nothing is left to send now")
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="change a time or size, for a drill",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tuning = Tuning().change(options["set"])
        except ValueError as error:
            raise CommandError(str(error)) from error

        async def run() -> None:
            await Sender(settings.PUBLIC_URL, tuning, drain=options["drain"]).run()

        gc.collect()
        gc.freeze()  # what is loaded by now stays: no collection need walk over it again
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run())

"""`manage.py up`: everything on this machine, from an empty directory to a product that sends."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import psycopg
from django.conf import settings
from django.core.management import BaseCommand, CommandError, get_commands

from smscrm.machine import environment, processes, programs
from smscrm.machine.supervise import Supervisor


class Command(BaseCommand):
    help = "Start database, broker, simulator, web, worker and sender on this machine; Ctrl-C stops them all."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port", type=int, default=8000, help="of the web pages; the next free one is used"
        )
        parser.add_argument("--simulator-port", type=int, default=8010, help="of the simulated carrier")
        parser.add_argument("--no-demo", action="store_true", help="do not make the demo tenant")
        parser.add_argument("--drill", action="store_true", help="settle texts in doubt within seconds")
        parser.add_argument(
            "--die-with-parent", action="store_true", help="stop when the parent process ends"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["die_with_parent"]:
            processes.die_with_parent(signal.SIGTERM)
        root = Path(settings.BASE_DIR)
        layout = environment.Layout(root)
        with _only_one(layout.run / "up.lock") as lock:
            plan = programs.plan(
                layout,
                os.environ,
                port=self._free(options["port"], "web pages"),
                simulator_port=self._free(options["simulator_port"], "simulator", not_this=options["port"]),
                commands=set(get_commands()),
                demo=not options["no_demo"],
                drill=options["drill"],
            )
            lock.write(plan.address)
            lock.flush()
            supervisor = Supervisor(plan.programs, plan.environment, sys.stdout, directory=root)
            code = supervisor.run(lambda: self._welcome(plan, layout))
        if code:
            raise SystemExit(code)

    def _free(self, wanted: int, what: str, not_this: int = 0) -> int:
        try:
            found = programs.free_port(wanted, not_this=not_this)
        except OSError as failure:
            raise CommandError(str(failure)) from None
        if found != wanted:
            self.stdout.write(f"Port {wanted} is taken; the {what} will be on {found}.")
        return found

    def _welcome(self, plan: programs.Plan, layout: environment.Layout) -> None:
        lines = [f"smscrm is running at {plan.address}", *_login(plan, layout)]
        if plan.simulator:
            lines.append(
                f"  Simulator  {plan.simulator}  (a carrier that behaves like Twilio; text as a person there)"
            )
        if plan.environment.get("EMAIL_URL", "").startswith("filemail:"):
            lines.append(f"  E-mail     a file each in {layout.mail}")
        if plan.demo:
            lines += [
                "Try: import a contact file, plan a campaign, launch it, and watch it being delivered;",
                "     then reply STOP on the simulator's handset page and look at that person's profile.",
            ]
        lines.append("Ctrl-C stops everything and keeps the data.")
        self.stdout.write("\n" + "\n".join(lines) + "\n")
        self.stdout.flush()


def _login(plan: programs.Plan, layout: environment.Layout) -> list[str]:
    """Return the lines that say how to get in, from the first login that exists."""
    first = None
    with suppress(psycopg.Error), programs.look(plan.environment["DATABASE_URL"]) as connection:
        first = connection.execute("SELECT email FROM tenants_user ORDER BY id LIMIT 1").fetchone()
    if first is None:
        return ["  No login yet: .venv/bin/python manage.py createsuperuser"]
    lines = [f"  Login      {first[0]}"]
    if plan.demo:
        lines.append(f"  Password   {plan.environment.get('DEMO_PASSWORD', '')}")
    return lines


class _only_one:
    """Hold a lock file for the life of the command; a second `up` is told where the first one is."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> IO[str]:
        self.file = self.path.open("a+")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.file.seek(0)
            raise CommandError(f"already running at {self.file.read() or 'an unknown address'}") from None
        self.file.truncate(0)
        return self.file

    def __exit__(self, *error: object) -> None:
        self.file.close()

"""`manage.py demo [FILE]`: the main job without a screen; prints one JSON object."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from smscrm.demo import run

START_SECONDS = 120.0


class Command(BaseCommand):
    help = "Import a contact file (yours, or 5,000 demo people), send two campaigns through the simulator, count."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="", help="CSV; without it demo people are made")
        parser.add_argument("--contacts", type=int, default=5000, help="how many demo people to make")
        parser.add_argument(
            "--attached", action="store_true", help="the product runs already, as PUBLIC_URL says"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file = Path(options["file"]).resolve() if options["file"] else None
        if file is not None and not file.is_file():
            raise CommandError(f"There is no file {file}.")
        if options["attached"]:
            with tempfile.TemporaryDirectory() as scratch:
                figures = run.run(file, contacts=options["contacts"], scratch=Path(scratch))
            self.stdout.write(json.dumps(figures))
            return
        with _product() as addresses:
            command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "demo", "--attached"]
            command += ["--contacts", str(options["contacts"]), *([str(file)] if file else [])]
            done = subprocess.run(command, env=os.environ | addresses, check=False)
        if done.returncode:
            raise SystemExit(done.returncode)


@contextmanager
def _product() -> Iterator[dict[str, str]]:
    """A running product of this directory, started for the demo; its addresses as environment names."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "up", "--no-demo", "--die-with-parent"]
    product = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield _addresses(product)
    finally:
        product.send_signal(signal.SIGTERM)
        product.wait(30)


def _addresses(product: subprocess.Popen[str]) -> dict[str, str]:
    """Read what `up` prints until it names the web address and the simulator's."""
    assert product.stdout is not None
    selector = selectors.DefaultSelector()
    selector.register(product.stdout, selectors.EVENT_READ)
    said: list[str] = []
    web = simulator = ""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and not (web and simulator):
        if not selector.select(1.0):
            continue
        line = product.stdout.readline()
        if not line:
            break
        said.append(line)
        words = line.split()
        if "running at" in line and "smscrm" in line:
            web = words[-1]
        elif words[:1] == ["Simulator"]:
            simulator = words[1]
    if not (web and simulator):
        raise CommandError("The product did not start:\n" + "".join(said[-20:]))
    # Its output is read no further: a full pipe would stop it.
    selector.close()
    _drain(product)
    return {"PUBLIC_URL": web, "SIMULATOR_URL": simulator}


def _drain(product: subprocess.Popen[str]) -> None:
    subprocess.Popen(["cat"], stdin=product.stdout, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

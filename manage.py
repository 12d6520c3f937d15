#!/usr/bin/env python3
"""Django's command line. Without DATABASE_URL it runs on this machine's own database, started when needed."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    try:
        from django.core.management import execute_from_command_line

        from smscrm.machine import environment
    except ModuleNotFoundError as missing:
        raise SystemExit(
            f"error: {missing}. Run `make setup`, then use .venv/bin/python manage.py …"
        ) from None
    environment.prepare_command(Path(__file__).resolve().parent, sys.argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smscrm.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

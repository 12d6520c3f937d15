"""`manage.py count_parts`: JSON strings on standard input, one JSON object a line on standard output."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator

from django.core.management.base import BaseCommand, CommandError

from messaging.rules.parts import count_parts


class Command(BaseCommand):
    """Each input line is a JSON string, or a JSON list of strings; each text gives one object."""

    help = 'Count the SMS parts of texts: {"encoding": "GSM-7", "parts": 1, "units": 5} for each JSON string read.'
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folds", action="store_true", help="also where each further part begins")

    def handle(self, *args: object, **options: object) -> None:
        for text in self._texts():
            counted = count_parts(text)
            answer: dict[str, object] = {
                "encoding": counted.encoding,
                "parts": counted.parts,
                "units": counted.units,
                "first_ucs2_char": counted.first_ucs2_char,
            }
            if options["folds"]:
                answer["folds"] = counted.folds
            self.stdout.write(json.dumps(answer))

    def _texts(self) -> Iterator[str]:
        for number, line in enumerate(sys.stdin, start=1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except ValueError as error:
                raise CommandError(f"line {number} is not JSON: {error}") from error
            for text in value if isinstance(value, list) else [value]:
                if not isinstance(text, str):
                    raise CommandError(f"line {number} is not a JSON string")
                yield text

"""`manage.py classify_replies`: JSON strings on standard input, one JSON object a line on standard output, in order."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator

from django.core.management.base import BaseCommand, CommandError

from consent.rules.hearing import classify
from consent.rules.weighing import explain_words, reason


class Command(BaseCommand):
    """Each input line is a JSON string or a list of strings; a list may also run over several lines.

    A line that cannot be read gives {"label": null, "error": "..."} in its place, the others are answered all the
    same, and the command ends with exit code 1.
    """

    help = (
        'Classify replies: {"label": "optout", "confidence": "clear", "rule": "stop_doing", "reach": "sender"} '
        "for each JSON string read. START and YES are read as from somebody who opted out, unless --active is given."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--active", action="store_true", help="read as from people who have not opted out"
        )
        parser.add_argument("--explain", action="store_true", help="also why, and the words that weighed")

    def handle(self, *args: object, **options: object) -> None:
        bad = 0
        for number, text, error in _texts(_lines()):
            if text is None:
                bad += 1
                self.stderr.write(f"line {number}: {error}")
                self.stdout.write(json.dumps({"label": None, "error": error, "line": number}))
                continue
            heard = classify(text, opted_out=not options["active"])
            answer: dict[str, object] = {
                "label": heard.label,
                "confidence": heard.confidence,
                "rule": heard.rule,
                "reach": heard.reach,
            }
            if options["explain"]:
                answer["why"] = reason(heard)
                answer["words"] = [[w.word, w.points, w.sense] for w in explain_words(text)]
            self.stdout.write(json.dumps(answer))
        if bad:
            raise CommandError(f"{bad} line(s) could not be read; the others are answered", returncode=1)


def _lines() -> Iterable[bytes | str]:
    """Standard input as bytes where there are any, so that one wrong byte spoils one line only."""
    return getattr(sys.stdin, "buffer", sys.stdin)


def _texts(lines: Iterable[bytes | str]) -> Iterator[tuple[int, str | None, str]]:
    """Line number, text or None, what is wrong with it."""
    held: list[str] = []  # a list that began on an earlier line
    began = 0
    for number, raw in enumerate(lines, start=1):
        line = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
        if not line.strip():
            continue
        if isinstance(raw, bytes) and "\ufffd" in line and b"\xef\xbf\xbd" not in raw:
            yield number, None, "not UTF-8"
            continue
        if held or line.lstrip().startswith("["):
            held.append(line)
            began = began or number
            if (found := _parsed("".join(held))) is None:
                continue
            held, at, began = [], began, 0
            yield from _each(at, found[0])
            continue
        found = _parsed(line)
        if found is None:
            yield number, None, "not JSON; write one JSON string a line"
        else:
            yield from _each(number, found[0])
    if held:
        yield began, None, "a list that does not end"


def _parsed(line: str) -> list[object] | None:
    try:
        return [json.loads(line)]
    except (ValueError, RecursionError):
        return None


def _each(number: int, value: object) -> Iterator[tuple[int, str | None, str]]:
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str):
            yield number, text, ""
        else:
            yield number, None, "not a JSON string"

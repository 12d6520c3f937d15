"""`manage.py learn_replies FILE…`: learn from labelled replies what their parts weigh, and write the weights."""

from __future__ import annotations

import csv
import json
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from consent.rules import lexicon
from consent.rules.hearing import named
from consent.rules.keywords import by_rules
from consent.rules.learning import Labelled, figures, held_out, learn, ordinary_words, written
from consent.rules.texts import own_words

LABELS = {"optout", "optin", "help", "none"}
THRESHOLDS = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)


class Command(BaseCommand):
    """Each file is a CSV with the columns phrase, label, language and review; rows marked review are left out."""

    help = "Learn weights from labelled replies. Do it again whenever rules or replies have changed."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--out", type=Path, default=Path(lexicon.__path__[0]) / "weights.tsv")
        parser.add_argument(
            "--figures", action="store_true", help="print recall and precision on rows left out of learning"
        )

    def handle(self, *args: object, files: list[Path], out: Path, **options: object) -> None:
        rows = labelled(files)
        if options["figures"]:
            scores = held_out([row for _, row in rows])
            for name, english in (("en", True), ("other", False)):
                pairs = [
                    (score, row.opts_out)
                    for score, (language, row) in zip(scores, rows, strict=True)
                    if (language == "en") is english
                ]
                for each in figures(pairs, THRESHOLDS):
                    answer = {"language": name, "threshold": each.threshold}
                    answer |= {"recall": round(each.recall, 3), "precision": round(each.precision, 3)}
                    self.stdout.write(json.dumps(answer))
        learned = [row for _, row in rows]
        known = learn(learned + ordinary_words(learned, of=lambda text: named(by_rules(text))))
        out.write_text(written(known), "utf-8")
        self.stdout.write(json.dumps({"rows": len(rows), "parts": len(known.parts), "file": out.name}))


def labelled(files: list[Path]) -> list[tuple[str, Labelled]]:
    """The rows of the files with their language, each text once, in a fixed order. CommandError names a bad one."""
    found: dict[str, tuple[str, Labelled]] = {}
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                if row.get("label") not in LABELS or not row.get("phrase"):
                    raise CommandError(
                        f"{path.name}, line {number}: needs a phrase and one of {sorted(LABELS)}"
                    )
                if row.get("review") == "yes":
                    continue
                text, label = row["phrase"], row["label"]
                heard = by_rules(text)
                rule = named(heard)
                found.setdefault(
                    text.casefold(), (row["language"], Labelled(own_words(text), rule, label == "optout"))
                )
    return list(found.values())

"""How rows of a file are shown, one by one: what stood there, what became of it, why, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.formats import date_format

from consent.rules.numbers import show
from contacts.actions.import_try import TriedRow
from contacts.models import ImportJob, ImportRow
from contacts.rules.outcomes import KEPT, NOTES, Outcome, is_refused, outcome
from contacts.rules.standing import Standing, standing

PAGE = 50
_LABELS = {"bad": "Not taken", "noted": "Taken in part", "kept": "Kept out", "twice": "Same number twice"}


def kind_of(code: str) -> str:
    """Under which heading a row with this outcome is listed; "" where it was simply taken."""
    if code == "opted_in":  # counted beside the outcomes
        return ""
    if code in KEPT:
        return "kept"
    if code in NOTES:
        return "noted"
    return "twice" if code == "duplicate" else ("bad" if is_refused(code) else "")


def problems(job: ImportJob, asked: Mapping[str, str]) -> dict[str, Any]:
    """One page of the rows that were not simply taken. `asked`: rows (a kind), after (the line before the page)."""
    counts = dict.fromkeys(_LABELS, 0)
    codes: dict[str, list[str]] = {kind: [] for kind in _LABELS}
    for code, count in job.counts.items():
        if kind := kind_of(code):
            counts[kind] += count
            codes[kind].append(code)
    there = [kind for kind in _LABELS if counts[kind]]
    kind = asked.get("rows", "")
    kind = kind if kind in there else (there[0] if there else "")
    after = _line(asked.get("after", ""))
    found = ImportRow.objects.filter(job_id=job.pk, outcome__in=codes.get(kind, ()), line__gt=after)
    rows = list(found.order_by("line")[: PAGE + 1])
    last = rows[PAGE - 1].line if len(rows) > PAGE else None
    return {
        "problem_rows": [_kept_row(job, row) for row in rows[:PAGE]],
        "kinds": [{"label": f"{_LABELS[one]} {counts[one]:,}", "url": _url(rows=one), "current": one == kind}
                  for one in there],
        "next_url": _url(rows=kind, after=last) if last is not None else "",
        "first_url": _url(rows=kind) if after else "",
    }  # fmt: skip


def _line(raw: str) -> int:
    return int(raw) if raw.isdecimal() and raw.isascii() and len(raw) <= 18 else 0


def _url(**query: object) -> str:
    return f"?{urlencode(query)}#rows"


def _kept_row(job: ImportJob, row: ImportRow) -> dict[str, Any]:
    stood = standing(row.outcome, row.cells, job.header, job.mapping.get("targets", ()))
    why = _stopped(row.since) if row.outcome == "kept_opted_out" and row.since else ""
    return _line_of(row.line, outcome(row.outcome), stood, why=why)


def tried_row(row: TriedRow, header: Sequence[str], targets: Sequence[str]) -> dict[str, Any]:
    """A row of the try-out."""
    found, label, why = outcome(row.outcome), "", ""
    if row.outcome == "kept_opted_out" and row.since:
        why = _stopped(row.since)
    elif row.outcome == "new" and not row.granted:
        label = "New, no permission yet"
    elif row.granted:
        label, why = f"{found.label}, opted in", "With the evidence of this file."
    elif row.first_line:
        label = f"Same as row {row.first_line}"
    stood = Standing(row.name, show(row.e164), "", "")
    if not row.e164:
        stood = standing(row.outcome, row.cells, header, targets)
    return _line_of(row.line, found, stood, label=label, why=why)


def _line_of(line: int, found: Outcome, stood: Standing, *, label: str = "", why: str = "") -> dict[str, Any]:
    return {"line": line, "name": stood.name, "number": stood.number, "said": stood.said, "advice": stood.advice,
            "outcome": {"key": found.key, "label": label or found.label}, "why": why or found.why}  # fmt: skip


def _stopped(since: Any) -> str:
    return f"They opted out on {date_format(timezone.localtime(since), 'j M Y')}. An import can’t undo that."

"""The try-out of an import: what would become of every row. Reads only; nothing of the tenant's is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from contacts.actions import sheets, stage
from contacts.actions.import_batch import Cells, Context, Tally, agreed_on, context_of, read_batch
from contacts.actions.import_run import BATCH
from contacts.models import ImportJob
from contacts.rules import files
from contacts.rules.rows import Row, reads_two_ways

LIMIT = 20_000
SHOWN = 200


@dataclass(frozen=True, slots=True)
class TriedRow:
    """One row of the file and its outcome; `granted`: it would be opted in; `first_line`: the row it repeats.

    `cells`: of a row that cannot be taken, what stood there.
    """

    line: int
    outcome: str
    name: str = ""
    e164: str = ""
    since: datetime | None = None
    granted: bool = False
    first_line: int = 0
    cells: Cells = ()


@dataclass(slots=True)
class TryOut:
    """Outcomes counted, the first rows of each, and how each column looks.

    `partial`: only the first `tried` rows. `day_first`: how this try-out has read dates that can be read two ways.
    """

    counts: Counter[str] = field(default_factory=Counter)
    rows: list[TriedRow] = field(default_factory=list)
    tried: int = 0
    partial: bool = False
    day_first: bool = False
    filled: Counter[int] = field(default_factory=Counter)
    two_ways: dict[int, str] = field(default_factory=dict)
    said_yes: int = 0

    def note(self, row: TriedRow) -> None:
        """Count it and keep the first ones of each outcome."""
        self.counts[row.outcome] += 1
        self.counts["opted_in"] += row.granted
        if self.counts[row.outcome] <= SHOWN:
            self.rows.append(row)


def try_out(job: ImportJob, *, limit: int | None = LIMIT) -> TryOut:
    """Try the file's first `limit` rows (None: all of them), in the open scope of the job's tenant."""
    context = context_of(job)
    source = sheets.rows(job.file, job.file_name)
    if limit is not None:
        source = islice(source, limit)
    partial = limit is not None and job.total > limit
    result = TryOut(partial=partial, day_first=context.plan.day_first)
    stage.prepare_tables()
    for batch in _batches(source):
        _try_batch(context, batch, result)
    return result


def _batches(source: Iterator[files.Row]) -> Iterator[list[files.Row]]:
    while batch := list(islice(source, BATCH)):
        yield batch


def _try_batch(context: Context, batch: Sequence[files.Row], result: TryOut) -> None:
    tally = Tally()
    rows, _ = read_batch(context.plan, batch, tally)
    _look(context, batch, result)
    stage.load(stage.rendered(rows, [agreed_on(context, row) for row in rows]))
    found = {n: (outcome, since) for n, outcome, since in stage.classify(context.tenant_id)}
    granted = stage.would_grant(context.answer.senders) if context.answer.grants else set()
    again = stage.seen_before()
    shown = [TriedRow(line, outcome, cells=cells) for line, outcome, _, cells in tally.problems]
    for n, row in enumerate(rows):
        shown.extend(_tried(context, row, found[n], int(row.e164[1:]) in again, n in granted))
    for one in sorted(shown, key=lambda one: one.line):
        result.note(one)
    result.tried += len(batch)
    result.counts["email_left_out"] += sum(row.email_left_out for row in rows)


def _tried(
    context: Context, row: Row, found: tuple[str, datetime | None], again: bool, granted: bool
) -> Iterator[TriedRow]:
    name, (outcome, since) = f"{row.first_name} {row.last_name}".strip(), found
    if context.answer.kind != "contacts":
        outcome = _stop_outcome(outcome)
    elif again and outcome in {"new", "updated", "unchanged"}:
        outcome, granted = "duplicate", False
    yield TriedRow(row.line, outcome, name, row.e164, since, granted)
    for line, _ in row.later_lines:
        yield TriedRow(line, "duplicate", name, row.e164, first_line=row.line)


def _stop_outcome(outcome: str) -> str:
    return {"new": "stopped_new", "kept_opted_out": "already_stopped", "erased": "already_stopped"}.get(
        outcome, "already_stopped" if outcome == "blocked" else "stopped_known"
    )


def _look(context: Context, batch: Sequence[files.Row], result: TryOut) -> None:
    targets = context.plan.targets
    dates = [at for at, target in enumerate(targets) if target == "consent_date"]
    for row in batch:
        cells: Cells = row.cells or ()
        result.filled.update(at for at, cell in enumerate(cells) if cell)
        for at in dates:
            if cells and at not in result.two_ways and reads_two_ways(cells[at]):
                result.two_ways[at] = cells[at]

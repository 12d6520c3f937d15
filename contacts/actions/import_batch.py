"""One batch of an import: rows read, staged and written, and the cursor moved with them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as clock
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from contacts.actions import import_consent, import_sets, stage
from contacts.models import Contact, ImportJob
from contacts.models.jobs import JobStatus
from contacts.rules import files
from contacts.rules.consent_answer import Answer
from contacts.rules.rows import Plan, Row, RowReader
from tenants.models import Tenant
from tenants.scope import tenant_scope

Cells = Sequence[str]

_ROWS = """
INSERT INTO contacts_importrow (tenant_id, job_id, line, outcome, since, cells, contact_id)
SELECT %s, %s, line, outcome, since, cells::jsonb, NULL
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::text[]) AS r (line, outcome, since, cells)
ON CONFLICT (job_id, line) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Context:
    """What every batch of one import needs."""

    tenant_id: int
    job_id: int
    plan: Plan
    answer: Answer
    zone: ZoneInfo
    group_id: int | None
    tag_id: int | None

    @property
    def day(self) -> date | None:
        """The day these people agreed; None without proof."""
        return date.fromisoformat(self.answer.date) if self.answer.grants else None

    def moment(self, day: date) -> datetime:
        """The start of that day where the tenant is."""
        return datetime.combine(day, clock(), tzinfo=self.zone)


@dataclass(slots=True)
class Tally:
    """Outcomes of a batch: how many of each, and the rows to be reported."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[int, str, datetime | None, Cells]] = field(default_factory=list)

    def add(self, outcome: str, line: int, cells: Cells, since: datetime | None = None) -> None:
        """Count it; report every row that was not simply taken."""
        self.counts[outcome] += 1
        if outcome not in {"new", "updated", "unchanged", "stopped_new", "stopped_known"}:
            self.problems.append((line, outcome, since, cells))


Read = tuple[list[Row], list[Cells], Tally, str]


def context_of(job: ImportJob) -> Context:
    """Read a job's answers once."""
    tenant = Tenant.objects.get(pk=job.tenant_id)
    zone = ZoneInfo(tenant.zone)
    answer = Answer.of(job.consent)
    targets = job.mapping.get("targets", ())
    stops = answer.kind != "contacts"
    if stops:
        # Nothing else is written, and no other cell may lose an opt-out: a day that nobody can read, a long language.
        targets = [target if target == "phone" else "" for target in targets]
    plan = Plan(
        targets=tuple(targets),
        region=job.region or tenant.country,
        enabled=tenant.allowed_countries,
        day_first=bool(job.mapping.get("day_first", tenant.country != "US")),
        today=timezone.localdate(timezone=zone),
        every_number=stops,
        known=import_sets.known_names(targets),
    )
    return Context(tenant.pk, job.pk, plan, answer, zone, job.group_id, job.tag_id)


def take_batch(context: Context, batch: Sequence[files.Row], offset: int, read: Read | None = None) -> bool:
    with tenant_scope(context.tenant_id):
        job = claim(context.job_id, offset)
        if job is None:
            return False
        tally = take(context, batch, read)
        if context.answer.grants:
            tally.counts["opted_in"] += import_consent.opt_in_batch(context, job)
        move(job, len(batch), tally)
    return True


def claim(job_id: int, offset: int) -> ImportJob | None:
    """The job's row, locked, if the batch at `offset` is still to do: never twice, whoever else is at work."""
    job: ImportJob | None = (
        ImportJob.objects.select_for_update(of=("self",))
        .filter(pk=job_id, status=JobStatus.RUNNING, offset=offset)
        .first()
    )
    return job


def move(job: ImportJob, rows: int, tally: Tally) -> None:
    """Write what the batch came to and move the cursor, in the batch's transaction."""
    _report(job, tally)
    counts = Counter(job.counts) + tally.counts
    job.offset += rows
    job.done, job.counts = job.offset, {code: count for code, count in counts.items() if count}
    job.save(update_fields=["offset", "done", "counts"])


def take(context: Context, batch: Sequence[files.Row], read: Read | None = None) -> Tally:
    """Read, stage and write one batch of contacts; what became of each row. `read`: it was read ahead."""
    rows, cells, tally, lines = read or read_ahead(context, batch)
    source = f"import:{context.job_id}"
    told = set[int]()
    if stage.meet(context.tenant_id, stage.load(lines)):
        stage.create_contacts(context.tenant_id, source)
        tally.counts["new"] += len(rows)
    else:
        odd = stage.exceptions(source)
        created, changed = stage.write_contacts(context.tenant_id, source)
        count_plain(tally, len(rows), odd, created, changed)
        told = {found.n for found in odd}
        for found in odd:
            tally.add(_story(found), rows[found.n].line, cells[found.n], found.since)
    stage.join_sets(context.tenant_id, context.group_id, context.tag_id)
    import_sets.join_named(rows, context.plan.targets)
    for n, row in enumerate(rows):
        for line, later in row.later_lines:
            tally.add("duplicate", line, later)
        if row.email_left_out and n not in told:
            tally.add("email_left_out", row.line, cells[n])
    return tally


def count_plain(
    tally: Tally, rows: int, odd: Sequence[stage.Met], created: list[int], changed: list[int]
) -> None:
    """Count new, updated and unchanged rows; the odd ones are told one by one."""
    told = {found.phone_id for found in odd}
    new = len(created) - len(told.intersection(created))
    updated = len(changed) - len(told.intersection(changed))
    tally.counts.update({"new": new, "updated": updated, "unchanged": rows - len(odd) - new - updated})


def _story(found: stage.Met) -> str:
    if found.erased:
        return "erased"
    if found.status != "active":
        return "blocked" if found.status == "blocked" else "kept_opted_out"
    return "duplicate"


def read_ahead(context: Context, batch: Sequence[files.Row]) -> Read:
    """`read_batch` with a tally of its own, and the rows as the stage takes them."""
    tally = Tally()
    rows, cells = read_batch(context.plan, batch, tally)
    return rows, cells, tally, stage.rendered(rows, [agreed_on(context, row) for row in rows])


def read_batch(plan: Plan, batch: Sequence[files.Row], tally: Tally) -> tuple[list[Row], list[Cells]]:
    """Rows of distinct numbers in the order of the file, and their cells; refused rows go to the tally."""
    reader, cells_of = RowReader(plan), list[Cells]()
    by_number: dict[str, Row] = {}
    for line, cells, error, found in batch:
        if cells is None:
            tally.add(error, line, found)
            continue
        row = reader.read(line, cells)
        if isinstance(row, str):
            tally.add(row, line, cells)
        elif row.e164 in by_number:
            by_number[row.e164].merge(row, cells)
        else:
            by_number[row.e164] = row
            cells_of.append(cells)
    rows = list(by_number.values())
    return _without_strangers(rows, cells_of, tally) if "contact_id" in plan.targets else (rows, cells_of)


def _without_strangers(rows: list[Row], cells: list[Cells], tally: Tally) -> tuple[list[Row], list[Cells]]:
    """Refuse rows whose contact id is not one of ours, or is another person's: the answer is the same (D09)."""
    named = [row.contact_id for row in rows if row.contact_id is not None]
    ours = dict(Contact.objects.filter(pk__in=named).values_list("pk", "phone__e164"))
    kept: list[tuple[Row, Cells]] = []
    for row, its_cells in zip(rows, cells, strict=True):
        if row.contact_id is None or ours.get(row.contact_id) == row.e164:
            kept.append((row, its_cells))
        else:
            tally.add("unknown_id", row.line, its_cells)
    return [row for row, _ in kept], [its_cells for _, its_cells in kept]


def agreed_on(context: Context, row: Row) -> date | None:
    """The day the person agreed, None without proof or where their own cell says no."""
    if (
        context.day is None
        or row.said_yes is False
        or ("consent" in context.plan.targets and not row.said_yes)
    ):
        return None
    return row.agreed_on or context.day


def _report(job: ImportJob, tally: Tally) -> None:
    if not tally.problems:
        return
    columns = zip(*tally.problems, strict=True)
    lines, outcomes, sinces, cells = (list(column) for column in columns)
    with connection.cursor() as cursor:
        texts = [json.dumps(row, ensure_ascii=False) for row in cells]
        cursor.execute(_ROWS, [job.tenant_id, job.pk, lines, outcomes, sinces, texts])

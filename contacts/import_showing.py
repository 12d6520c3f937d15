"""How an import is shown: steps, columns with their checks, outcomes, evidence."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from consent.rules.numbers import show
from contacts.actions.import_try import TryOut
from contacts.import_rows import kind_of, tried_row
from contacts.models import FieldDefinition, ImportJob
from contacts.models.jobs import JobStatus
from contacts.rules.consent_answer import PROOF_METHODS, Answer, faults
from contacts.rules.mapping import FIXED, field_keys
from contacts.rules.outcomes import NOTES, TAKEN, is_refused, outcome
from contacts.rules.rows import read_date
from tenants.models import SenderNumber
from tenants.rules import Refused

_STEPS = (("file", "File"), ("evidence", "Evidence"), ("columns", "Columns and try-out"), ("import", "Import"),
          ("result", "Result"))  # fmt: skip
_FILLS = {
    "new": "accent",
    "updated": "accent2",
    "unchanged": "base",
    "kept_opted_out": "no",
    "blocked": "blocked",
    "stopped_new": "no",
    "stopped_known": "stopped",
}
_ORDER = ("new", "updated", "unchanged", "stopped_new", "stopped_known", "already_stopped", "kept_opted_out", "blocked",
          "erased", "duplicate")  # fmt: skip
_HINTS = {
    "encoding_not_utf8": "In Excel choose “CSV UTF-8”, or upload the .xlsx itself.",
    "no_phone_column": "Give the column with the numbers a name like “phone” or “mobile” in the first line.",
    "duplicate_header": "Every column needs a name of its own. Rename one of them in the first line.",
    "too_many_columns": "Keep the columns that you need and save the file again.",
    "header_too_long": "Check that the first line holds the names of the columns.",
    "nul_character": "The file is damaged. Export it again from where it came.",
    "not_csv": "Open it in your spreadsheet and save it as CSV UTF-8 or .xlsx.",
    "empty_file": "Check that you have chosen the right file.",
}


def hint(refused: Refused | None) -> str:
    """What to do about a refused file."""
    return _HINTS.get(refused.code, "") if refused is not None else ""


def steps(current: str, job: ImportJob | None = None) -> list[dict[str, str]]:
    """The wizard's steps; what is done leads back, as long as the import is a draft."""
    at = [key for key, _ in _STEPS].index(current)
    found = []
    for number, (key, label) in enumerate(_STEPS):
        url = ""
        if job is not None and job.status == JobStatus.DRAFT and key in {"evidence", "columns"}:
            url = reverse(f"contacts:import_{key}", args=[job.pk])
        state = "done" if number < at else ("current" if number == at else "todo")
        found.append({"label": label, "state": state, "url": url})
    return found


def about_file(job: ImportJob) -> str:
    """ "market.csv, 1,204 rows, UTF-8, commas"."""
    marks = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
    kind = "Excel" if job.encoding == "xlsx" else job.encoding.upper()
    parts = [
        job.file_name,
        f"{job.total:,} {'row' if job.total == 1 else 'rows'}",
        kind,
        marks.get(job.delimiter, ""),
    ]
    return ", ".join(part for part in parts if part)


def earlier(job: ImportJob) -> dict[str, Any]:
    """An earlier import in the list."""
    taken = sum(job.counts.get(code, 0) for code in TAKEN)
    return {"job": job, "about": about_file(job), "url": reverse("contacts:import_job", args=[job.pk]), "taken": taken,
            "status": JobStatus(job.status).label}  # fmt: skip


def senders() -> list[SenderNumber]:
    """The sender numbers in use, with their number as people write it (`shown`)."""
    found = list(SenderNumber.objects.filter(retired_at__isnull=True))
    for sender in found:
        sender.shown = show(sender.address) if sender.address.startswith("+") else sender.address  # type: ignore[attr-defined]
    return found


def evidence(job: ImportJob) -> list[tuple[str, str]]:
    """The answer of step 2 as facts."""
    answer = Answer.of(job.consent)
    if answer.kind == "opt_outs":
        return [("These people", "opted out of all your numbers"), ("Note", answer.note)]
    if answer.kind == "never_contact":
        return [("These numbers", "are never to be contacted: blocked"), ("Note", answer.note)]
    if not answer.proof:
        return [("How they agreed", "No proof: they arrive without permission and get no marketing")]
    senders = SenderNumber.objects.filter(pk__in=answer.senders)
    named = ", ".join(f"{sender.name} {show(sender.address)}" for sender in senders)
    facts = [
        ("How they agreed", PROOF_METHODS.get(answer.method, answer.method)),
        ("Words they saw", f"“{answer.wording}”"),
        ("When", date_format(date.fromisoformat(answer.date), "j F Y")),
        ("For sender", named),
    ]
    return [*facts, ("Proof", answer.note)] if answer.note else facts


def evidence_errors(given: dict[str, Any], refused: Refused) -> dict[str, str]:
    """All that is wrong with the answer of step 2, by field; else what it was refused for."""
    found = {one.field or "": one.message for one in faults(given, today=timezone.localdate())}
    return found or {refused.field or "": refused.message}


def choices(header: str, key: str, own: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Where a column may go: nowhere, a fixed place, an own field, or a new field of its name with this key."""
    new = f"field:{key}"
    known = [(f"field:{one}", label) for one, label in own]
    fresh = [] if new in dict(known) else [(new, f"New field “{header[:40]}”")]
    return [("", "Leave out"), *FIXED.items(), *known, *fresh]


def mapping(job: ImportJob, tried: TryOut | None) -> list[dict[str, Any]]:
    """Rows of the column table: name, sample, where it goes, how it looks."""
    own = list(FieldDefinition.objects.order_by("label").values_list("key", "label"))
    rows = []
    columns = zip(job.header, field_keys(job.header, dict(own)), job.mapping["targets"], strict=True)
    for at, (header, key, target) in enumerate(columns):
        sample = next((row[at] for row in job.sample if at < len(row) and row[at].strip()), "")
        check, text = _check(at, target, tried)
        rows.append({
            "column": header, "sample": sample[:60], "name": f"column-{at}", "choices": choices(header, key, own),
            "value": target, "check": check, "check_text": text,
        })  # fmt: skip
    return rows


def _check(at: int, target: str, tried: TryOut | None) -> tuple[str, str]:
    if not target:
        return "none", "not imported"
    if tried is None:
        return "none", ""
    bad_numbers = sum(n for code, n in tried.counts.items() if code.startswith("phone:"))
    if target == "phone":
        return ("warning" if bad_numbers else "ok"), f"{tried.tried - bad_numbers:,} of {tried.tried:,} valid"
    if target == "consent_date" and at in tried.two_ways:
        return "warning", "day first or month first?"
    if target == "email" and tried.counts.get("email_left_out"):
        return "warning", f"{tried.counts['email_left_out']:,} left out"
    blank = tried.tried - tried.filled.get(at, 0)
    return "ok", f"{blank:,} empty" if blank else "fine"


def tried(job: ImportJob, result: TryOut) -> dict[str, Any]:
    """The try-out for the page: sums, band, rows with their outcome, the question about dates."""
    told = {row.line: tried_row(row, job.header, job.mapping["targets"]) for row in result.rows}
    shown = {"rows": list(told.values()), "two_ways": _two_ways(job, result)}
    bad = [row for row in result.rows if is_refused(row.outcome)]
    kept = [row for row in result.rows if row.outcome in {"kept_opted_out", "blocked", "erased"}]
    counts = dict(result.counts)
    taken = result.tried - sum(n for code, n in counts.items() if code not in _META and is_refused(code))
    return shown | sums(counts) | {
        "taken": taken, "bad": [told[row.line] for row in bad], "kept": [told[row.line] for row in kept],
        "bad_count": result.tried - taken, "kept_count": sum(counts.get(c, 0) for c in _KEPT), "file": about_file(job),
    }  # fmt: skip


_META = frozenset({"opted_in", *NOTES})
_KEPT = ("kept_opted_out", "blocked", "erased")


def sums(counts: dict[str, int]) -> dict[str, Any]:
    """Outcome rows in their order and the band above them."""
    lines, segments, refused = [], [], 0
    for code in _ORDER:
        if counts.get(code):
            found = outcome(code)
            line = {"key": found.key, "label": found.label, "note": found.why, "count": f"{counts[code]:,}"}
            lines.append(line)
            segments.append({"label": found.label, "count": counts[code], "fill": _FILLS.get(code, "unknown"),
                             "hatched": code in {"kept_opted_out", "stopped_new"}})  # fmt: skip
    for code, count in sorted(counts.items()):
        if count and code not in _ORDER and code not in _META:
            refused += count
            lines.append(
                {"key": "bad", "label": "Not taken", "note": outcome(code).why, "count": f"{count:,}"}
            )
    if refused:
        segments.append({"label": "Not taken", "count": refused, "fill": "wait", "hatched": False})
    lines += [
        {"key": "bad", "label": outcome(code).label, "note": outcome(code).why, "count": f"{counts[code]:,}"}
        for code in NOTES if counts.get(code)
    ]  # fmt: skip
    words = ", ".join(f"{one['label']} {one['count']:,}" for one in segments)
    return {"lines": lines, "segments": segments, "sentence": words or "nothing yet",
            "granted": counts.get("opted_in", 0)}  # fmt: skip


def _two_ways(job: ImportJob, result: TryOut) -> dict[str, Any] | None:
    for at, text in result.two_ways.items():
        readings = []
        for day_first, value in ((True, "1"), (False, "0")):
            day = read_date(text.strip(), day_first=day_first)
            if day is not None:
                # What is ticked is sent with the start, so it must be what the rows below were read by.
                current = result.day_first == day_first
                readings.append({"label": date_format(day, "j F Y"), "value": value, "current": current})
        return {"column": job.header[at], "text": text, "readings": readings}
    return None


def result(job: ImportJob) -> dict[str, Any]:
    """A started import for its page."""
    counts = dict(job.counts)
    problems = sum(n for code, n in counts.items() if kind_of(code))
    kind = job.consent.get("kind", "contacts")
    undoable = job.status in {JobStatus.DONE, JobStatus.CANCELLED, JobStatus.FAILED} and kind == "contacts"
    return sums(counts) | {"problems": problems, "undoable": undoable, "file": about_file(job),
                           "kept": counts.get("kept_opted_out", 0)}  # fmt: skip


def places(job: ImportJob) -> list[dict[str, str]]:
    """Where the people of an ended import are found: the new ones, its group and its tag."""
    if job.consent.get("kind", "contacts") != "contacts":
        return []
    list_url, found = reverse("contacts:list"), []
    made = job.counts.get("new", 0) if job.status != JobStatus.UNDONE else 0
    if made:
        label = "The new contact" if made == 1 else f"The {made:,} new contacts"
        found.append({"label": label, "url": f"{list_url}?import={job.pk}"})
    if job.group is not None:
        found.append({"label": f"The group “{job.group.name}”", "url": f"{list_url}?group={job.group_id}"})
    if job.tag is not None:
        found.append({"label": f"Everyone tagged “{job.tag.name}”", "url": f"{list_url}?tag={job.tag_id}"})
    return found

"""How contacts' figures and times are worded."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format

from contacts.models import BulkJob, Group, Tag


def ago(at: datetime, now: datetime | None = None) -> str:
    """ "now", "7 min", "3 h", "2 d", then the day."""
    now = now or timezone.now()
    seconds = max(0, int((now - at).total_seconds()))
    for limit, unit, word in ((60, 1, ""), (3600, 60, "min"), (86_400, 3600, "h"), (604_800, 86_400, "d")):
        if seconds < limit:
            return f"{seconds // unit} {word}" if word else "now"
    return date_format(timezone.localtime(at), "j M" if at.year == now.year else "j M Y")


def people(count: int) -> str:
    """ "1 person", "48,211 people"."""
    return f"{count:,} {'person' if count == 1 else 'people'}"


def bulk_name(job: BulkJob) -> str:
    """What a bulk job is called in the tray: Tag “holiday”."""
    if "group" in job.detail:
        return f"Group “{_name(Group, job.detail['group'])}”"
    if "tag" in job.detail:
        return f"Tag “{_name(Tag, job.detail['tag'])}”"
    return job.verb_label


def bulk_sentence(job: BulkJob) -> str:
    """What was done, or is being done: Tag “holiday” added to 48,211 people."""
    whom, name = people(job.total), bulk_name(job)
    done = job.status == "done"
    if job.verb in {"add_group", "add_tag"}:
        return f"{name} added to {whom}." if done else f"{name} is being added to {whom}."
    if job.verb in {"remove_group", "remove_tag"}:
        return f"{name} removed from {whom}." if done else f"{name} is being removed from {whom}."
    if job.verb == "block":
        return f"Blocking {whom}. No text begins to them from now on."
    return f"Recording the opt-out of {whom}. No text begins to them from now on."


def _name(model: type[Group] | type[Tag], pk: int) -> str:
    return model.objects.filter(pk=pk).values_list("name", flat=True).first() or "deleted"

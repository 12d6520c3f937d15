"""How a tenant asks why people leave: the e-mail, the survey, the deadline, the reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from conversations.actions.learning import own_reasons
from conversations.models.learning import LearningSettings, Reason
from conversations.rules.reasons import OTHER
from tenants.actions import audit
from tenants.lines import one_line
from tenants.rules import Actor, Refused, Role, require

MAX_LABEL, MAX_REASONS = 80, 20


def learning_settings() -> LearningSettings:
    """The tenant's settings, or the defaults where nothing was set."""
    return LearningSettings.objects.first() or LearningSettings()


def update_learning(*, changes: Mapping[str, Any], actor: Actor) -> list[str]:
    """Change how leaving is learned from; answers the names that changed. Audited, before and after.

    `changes`: email_on, email_every_days 1–730, survey_on, survey_text ≤ 200, survey_hours 1–168, complaint_days 1–30.
    Raises `Refused`: not_allowed, <name>_invalid with the name as its field.
    """
    require(actor, Role.MANAGER, "change how you ask why people leave")
    kept = LearningSettings.objects.select_for_update(no_key=True).first() or LearningSettings()
    after = {name: value for name, value in changes.items() if getattr(kept, name, None) != value}
    for name, value in after.items():
        _check(name, value)
    before = {name: getattr(kept, name) for name in after}
    for name, value in after.items():
        setattr(kept, name, value)
    if after:
        kept.save()
        audit(actor, "update_learning", "learning", kept.pk, before=before, after=after)
    return list(after)


def _check(name: str, value: Any) -> None:
    whole = type(value) is int
    checks: dict[str, tuple[Callable[[], object], str]] = {
        "email_on": (lambda: isinstance(value, bool), "Say yes or no."),
        "survey_on": (lambda: isinstance(value, bool), "Say yes or no."),
        "email_every_days": (lambda: whole and 1 <= value <= 730, "Choose 1 to 730 days."),
        "survey_hours": (lambda: whole and 1 <= value <= 168, "Choose 1 to 168 hours."),
        "complaint_days": (lambda: whole and 1 <= value <= 30, "Choose 1 to 30 business days."),
        "survey_text": (
            lambda: isinstance(value, str) and len(value) <= 200 and one_line(value),
            "Write one line of at most 200 characters.",
        ),
    }
    fine, told = checks.get(name, (lambda: False, "This cannot be set here."))
    if not fine():
        raise Refused(f"{name}_invalid", told, name)


def add_reason(*, label: str, actor: Actor, opens_complaint: bool = False) -> Reason:
    """One more reason, at the end. Raises `Refused`: not_allowed, label_invalid, reason_exists, too_many."""
    require(actor, Role.MANAGER, "change the reasons")
    rows, said = own_reasons(), _label(label)
    if len(rows) >= MAX_REASONS:
        raise Refused(
            "too_many", f"At most {MAX_REASONS} reasons. Show a hidden one again, or word one anew.", "label"
        )
    if any(one.label.casefold() == said.casefold() for one in rows):
        raise Refused("reason_exists", "There is a reason with these words already.", "label")
    keys = {one.key for one in rows}
    stem = re.sub(r"[^a-z0-9]+", "_", said.casefold()).strip("_")[:30] or "reason"
    key = next(k for k in (stem, *(f"{stem}_{n}" for n in range(2, 100))) if k not in keys)
    last = max(one.position for one in rows)
    reason: Reason = Reason.objects.create(
        key=key, label=said, position=last + 1, opens_complaint=opens_complaint
    )
    audit(actor, "add_reason", "reason", reason.pk, key=key, label=said)
    return reason


def reword_reason(*, reason_id: int, label: str, actor: Actor, opens_complaint: bool | None = None) -> Reason:
    """Other words for the same reason; what was answered before is shown in the new words.

    Raises `Refused`: not_allowed, not_found, label_invalid, reason_exists.
    """
    require(actor, Role.MANAGER, "change the reasons")
    reason, said = _find(reason_id), _label(label)
    if any(one.label.casefold() == said.casefold() for one in own_reasons() if one.pk != reason.pk):
        raise Refused("reason_exists", "There is a reason with these words already.", "label")
    before = reason.label
    reason.label = said
    if opens_complaint is not None:
        reason.opens_complaint = opens_complaint
    reason.save(update_fields=["label", "opens_complaint"])
    audit(actor, "reword_reason", "reason", reason.pk, before=before, after=said)
    return reason


def show_reason(*, reason_id: int, shown: bool, actor: Actor) -> Reason:
    """Offer a reason or no more; it is never deleted. "Something else" stays. Raises `Refused`: …, needed."""
    require(actor, Role.MANAGER, "change the reasons")
    reason = _find(reason_id)
    if not shown and reason.key == OTHER:
        raise Refused("needed", f"“{reason.label}” stays: people must be able to say something of their own.")
    reason.hidden_at = None if shown else timezone.now()
    reason.save(update_fields=["hidden_at"])
    audit(actor, "show_reason" if shown else "hide_reason", "reason", reason.pk, label=reason.label)
    return reason


def move_reason(*, reason_id: int, up: bool, actor: Actor) -> Reason:
    """One place up or down in the order in which people read them."""
    require(actor, Role.MANAGER, "change the reasons")
    reason, rows = _find(reason_id), own_reasons()
    ids = [one.pk for one in rows]
    at = ids.index(reason.pk)
    to = max(0, min(len(ids) - 1, at - 1 if up else at + 1))
    ids.insert(to, ids.pop(at))
    _number(ids)
    audit(actor, "move_reason", "reason", reason.pk, before=at + 1, after=to + 1)
    return reason


def _number(ids: Sequence[int]) -> None:
    places = {pk: place for place, pk in enumerate(ids, 1)}
    rows = list(Reason.objects.all())
    for row in rows:
        row.position = places[row.pk]
    Reason.objects.bulk_update(rows, ["position"])


def _find(reason_id: int) -> Reason:
    found: Reason | None = Reason.objects.select_for_update(no_key=True).filter(pk=reason_id).first()
    if found is None:
        raise Refused("not_found", "This reason is not here any more.")
    return found


def _label(text: str) -> str:
    said = " ".join(text.split())
    if not said or len(said) > MAX_LABEL or not one_line(said):
        raise Refused(
            "label_invalid", f"Write the reason as people read it, at most {MAX_LABEL} characters.", "label"
        )
    return said

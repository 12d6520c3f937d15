"""Bots in the timeline of one person: each run stands by the text that it answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conversations.models.bots import Bot, BotRun
from conversations.rules.timeline import Line, plain

PAGE = 30


def runs_by_message(phone_id: int, message_ids: Sequence[int]) -> dict[int, BotRun]:
    """The run of each of these texts that a bot answered."""
    if not message_ids:
        return {}
    found = BotRun.objects.filter(phone_id=phone_id, message_id__in=message_ids)
    return {run.message_id: run for run in found}


def runs_before(phone_id: int, message_id: int | None) -> list[BotRun]:
    """Runs about this person, newest first, a page and one more."""
    found = BotRun.objects.filter(phone_id=phone_id)
    if message_id is not None:
        found = found.filter(message_id__lt=message_id)
    return list(found.order_by("-message_id")[: PAGE + 1])


def names_of(runs: Sequence[BotRun]) -> dict[int, str]:
    """Names of the bots of these runs, thrown-away ones too."""
    if not runs:
        return {}
    return dict(Bot.objects.filter(pk__in={run.bot_id for run in runs}).values_list("pk", "name"))


def run_line(run: BotRun, names: dict[int, str]) -> Line:
    """ "Bot Join VIP ran: joins VIP, one reply"."""
    said = [str(step["said"]) for step in run.steps if step["result"] == "done" or step["kind"] == "dates"]
    what = ", ".join(one[:1].lower() + one[1:] for one in said)
    failed = [str(step["said"]) for step in run.steps if step["result"] in ("failed", "withheld")]
    title = f"Bot *{plain(names.get(run.bot_id, ''))}* ran{f': {plain(what)}' if what else ''}"
    return Line(title, ". ".join(failed), icon="robot")


def run_item(run: BotRun, names: dict[int, str]) -> dict[str, Any]:
    """As parts/timeline_item.html reads it, without its time."""
    line = run_line(run, names)
    return {"title": line.title, "meta": line.meta, "sign": "", "icon": line.icon}

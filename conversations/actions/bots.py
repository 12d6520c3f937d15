"""Bots: written, ordered, switched on and off, thrown away, set back to an earlier version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from conversations import botting
from conversations.models.bots import Bot, BotAction, BotVersion, Trigger
from conversations.rules.botactions import (
    MOST_ACTIONS,
    Known,
    changes_permission,
    clean_action,
    read_words,
    remarks,
    reply_text,
)
from conversations.rules.botchecks import never
from conversations.rules.bots import Plan
from tenants.actions import audit
from tenants.lines import one_line
from tenants.moments import plannable
from tenants.rules import Actor, ActorKind, Refused, Role, require
from tenants.scope import current_tenant_id

MOST_BOTS = 200
NEW: dict[str, Any] = {
    "name": "New bot", "match": "whole", "words": [], "language": "", "senders": [], "include_groups": [],
    "exclude_groups": [], "starts_at": None, "ends_at": None, "early_reply": "", "over_reply": "",
    "outside_marketing": False, "hours_from": None, "hours_until": None, "answer_every": "always", "actions": [],
}  # fmt: skip
_MANAGER = "switch on a bot that changes permissions"


def read_content(content: Mapping[str, Any], known: Known, *, like: Plan | None = None) -> Plan:
    """The bot that a content describes, every value checked; of `like` are id, order, state and version.

    Raises `Refused`: unknown_value, name_missing, word_empty, word_reserved, word_two, too_many_words, match_invalid,
    not_found, action_invalid, too_many_actions, too_long, time_invalid, every_invalid; `field` names the input.
    """
    if extra := set(content) - set(NEW):
        raise Refused("unknown_value", f"A bot has no {', '.join(sorted(extra))}.")
    given = {**NEW, **content}
    name = " ".join(str(given["name"]).split())
    if not name or len(name) > 80 or not one_line(name):
        raise Refused("name_missing", "Give it a name of at most 80 characters.", "name")
    if len(given["actions"]) > MOST_ACTIONS:
        raise Refused("too_many_actions", f"At most {MOST_ACTIONS} actions a bot.", "actions")
    if given["answer_every"] not in Bot.Every.values:
        raise Refused("every_invalid", "Choose how often it answers.", "answer_every")
    base = like or Plan(0, name, (), on=False)
    starts, ends = _moment(given["starts_at"], "starts_at"), _moment(given["ends_at"], "ends_at")
    if starts and ends and ends <= starts:
        raise Refused("time_invalid", "The end is before the beginning.", "ends_at")
    hours = _clock(given["hours_from"], "hours_from"), _clock(given["hours_until"], "hours_until")
    if (hours[0] is None) != (hours[1] is None):
        raise Refused("time_invalid", "Give both hours, or none.", "hours_until")
    return replace(
        base,
        name=name,
        words=read_words([str(word) for word in given["words"]], given["match"], known.keywords),
        actions=tuple(clean_action(one, known) for one in given["actions"]),
        language=str(given["language"]).strip()[:12],
        senders=_known(given["senders"], known.senders, "sender number", "senders"),
        include=_known(given["include_groups"], known.groups, "group", "include_groups"),
        exclude=_known(given["exclude_groups"], known.groups, "group", "exclude_groups"),
        starts_at=starts,
        ends_at=ends,
        early_reply=reply_text(given["early_reply"], "early_reply"),
        over_reply=reply_text(given["over_reply"], "over_reply"),
        outside_marketing=bool(given["outside_marketing"]),
        hours_from=hours[0],
        hours_until=hours[1],
        answer_every=given["answer_every"],
    )


@transaction.atomic
def create_bot(*, actor: Actor, content: Mapping[str, Any] | None = None) -> Bot:
    """A draft at the end of the order. Raises `Refused`: not_allowed, too_many_bots and those of `read_content`."""
    require(actor, Role.AGENT, "write bots")
    plan = read_content(content or {}, botting.known())
    _lock_order()
    if Bot.objects.kept().count() >= MOST_BOTS:
        raise Refused("too_many_bots", f"At most {MOST_BOTS} bots. Delete one that you no longer need.")
    last = Bot.objects.kept().aggregate(last=Max("position"))["last"] or 0
    bot: Bot = Bot.objects.create(
        **_columns(plan), position=last + 1, created_by_id=_user(actor), updated_by_id=_user(actor)
    )
    _write(bot, plan, actor)
    audit(actor, "create_bot", "bot", bot.pk, name=bot.name)
    return bot


@transaction.atomic
def save_bot(*, bot_id: int, version: int, content: Mapping[str, Any], actor: Actor) -> Bot:
    """Save over the version that was read; a bot that is on does the new from the next text on.

    Raises `Refused`: not_allowed, not_found, conflict (detail `version`), not_ready, and those of `read_content`.
    """
    require(actor, Role.AGENT, "write bots")
    bot = botting.find_bot(bot_id)
    was = botting.plans_of([bot])[0]
    known = botting.known()
    plan = read_content({**_still_there(botting.content_of(was), known), **content}, known, like=was)
    if plan.on:
        _ready(plan, known, actor, also=was)
    changed = Bot.objects.filter(pk=bot_id, version=version, deleted_at=None).update(
        **_columns(plan), version=F("version") + 1, updated_by_id=_user(actor), updated_at=timezone.now()
    )
    saved = botting.find_bot(bot_id)
    if not changed:
        raise _stale(saved, actor)
    _write(saved, plan, actor)
    audit(actor, "save_bot", "bot", bot_id, name=saved.name, version=saved.version)
    return saved


@transaction.atomic
def switch_bot(*, bot_id: int, on: bool, actor: Actor) -> Bot:
    """On: from the next text. Off: at once. Raises `Refused`: not_allowed, not_found, not_ready (what to mend).

    Not ready is also a bot that another keeps from ever answering: "on" would say what is not so.
    """
    require(actor, Role.AGENT, "switch bots")
    bot = botting.find_bot(bot_id)
    plan = botting.plans_of([bot])[0]
    if on:
        known = botting.known()
        _ready(plan, known, actor)
        why = shut_out(plan, botting.plans(only_on=True), known)
        if why and not plan.on:
            raise Refused("not_ready", why, "words", detail={"reasons": [why]})
    Bot.objects.filter(pk=bot_id).update(
        state=Bot.State.ON if on else Bot.State.OFF, updated_at=timezone.now(), updated_by_id=_user(actor)
    )
    audit(actor, "switch_bot_on" if on else "switch_bot_off", "bot", bot_id, name=bot.name)
    return botting.find_bot(bot_id)


def shut_out(plan: Plan, plans: Sequence[Plan], known: Known) -> str:
    """Why this bot could never answer beside these if it were on; that no number exists yet is no fault of a bot."""
    world = botting.world(known)
    why = never(plan, plans, world) if world.senders else ""
    return f"It can never answer. {why}" if why else ""


def save_switched(*, bot_id: int, version: int, content: Mapping[str, Any], on: bool, actor: Actor) -> Bot:
    """Save what stands in the form, then switch: nothing written is lost, and nothing unread goes live.

    Off comes first, as it has to work whatever stands in the form. Raises `Refused` of `save_bot` and `switch_bot`.
    """
    if not on:
        switch_bot(bot_id=bot_id, on=False, actor=actor)
    was = botting.plans_of([botting.find_bot(bot_id)])[0]
    if read_content(content, botting.known(), like=was) != was:
        save_bot(bot_id=bot_id, version=version, content=content, actor=actor)
    return switch_bot(bot_id=bot_id, on=True, actor=actor) if on else botting.find_bot(bot_id)


def free_name(name: str) -> str:
    """The name, with a number behind it where another bot has it."""
    taken, wanted, number = set(Bot.objects.kept().values_list("name", flat=True)), name, 1
    while wanted in taken:
        number += 1
        wanted = f"{name[:76]} {number}"
    return wanted


@transaction.atomic
def move_bot(*, bot_id: int, up: bool, actor: Actor) -> None:
    """One place up or down in the order: the earlier bot wins. At the end nothing moves."""
    require(actor, Role.AGENT, "change the order of bots")
    botting.find_bot(bot_id)
    _lock_order()
    order = list(Bot.objects.kept().values_list("pk", flat=True))
    place = order.index(bot_id)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(order):
        return
    order[place], order[other] = order[other], order[place]
    for position, pk in enumerate(order, 1):
        Bot.objects.filter(pk=pk).exclude(position=position).update(position=position)
    audit(actor, "move_bot", "bot", bot_id, up=up)


@transaction.atomic
def delete_bot(*, bot_id: int, actor: Actor) -> str:
    """It stops at once and is gone from the list; what it did stays on the profiles. Answers its name."""
    require(actor, Role.MANAGER, "delete bots")
    bot = botting.find_bot(bot_id)
    Bot.objects.filter(pk=bot_id).update(state=Bot.State.OFF, deleted_at=timezone.now())
    audit(actor, "delete_bot", "bot", bot_id, name=bot.name)
    return bot.name


def bring_back_version(*, bot_id: int, number: int, version: int, actor: Actor) -> Bot:
    """Save an earlier version again, as a new one. What it names and is gone since is left out."""
    found = BotVersion.objects.filter(bot_id=bot_id, number=number).first()
    if found is None:
        raise Refused("not_found", "This version does not exist.")
    return save_bot(
        bot_id=bot_id, version=version, content=_still_there(found.content, botting.known()), actor=actor
    )


def duplicate_bot(*, bot_id: int, actor: Actor) -> Bot:
    """A draft with the same words and actions."""
    content = botting.content_of(botting.plans_of([botting.find_bot(bot_id)])[0])
    content["name"] = free_name(f"{content['name'][:70]}, copy")
    return create_bot(actor=actor, content=_still_there(content, botting.known()))


def _ready(plan: Plan, known: Known, actor: Actor, *, also: Plan | None = None) -> None:
    """Raise unless it may be on: everything mended, and a manager where permissions change."""
    if changes_permission(plan.actions) or (also is not None and changes_permission(also.actions)):
        require(actor, Role.MANAGER, _MANAGER)
    held = [remark for remark in remarks(plan, known) if remark.holds]
    if held:
        raise Refused(
            "not_ready", held[0].text, held[0].field, detail={"reasons": [one.text for one in held]}
        )


def _still_there(content: Mapping[str, Any], known: Known) -> dict[str, Any]:
    def left(ids: Any, of: Mapping[int, str]) -> list[int]:
        return [one for one in ids if one in of]

    actions = []
    for one in content.get("actions", []):
        settings = dict(one.get("settings", {}))
        if "groups" in settings:
            settings["groups"] = left(settings["groups"], known.groups)
        if "tags" in settings:
            settings["tags"] = left(settings["tags"], known.tags)
        if settings.get("field") and settings["field"] not in known.fields:
            settings["field"] = ""
        actions.append({**one, "settings": settings})
    return {
        **content,
        "actions": actions,
        "senders": left(content.get("senders", []), known.senders),
        "include_groups": left(content.get("include_groups", []), known.groups),
        "exclude_groups": left(content.get("exclude_groups", []), known.groups),
    }


def _write(bot: Bot, plan: Plan, actor: Actor) -> None:
    """Words and actions of the bot as they are now, and its version for ever."""
    Trigger.objects.filter(bot_id=bot.pk).delete()
    BotAction.objects.filter(bot_id=bot.pk).delete()
    tenant = current_tenant_id()
    Trigger.objects.bulk_create(
        Trigger(tenant_id=tenant, bot_id=bot.pk, kind=word.kind, word=word.text, key=word.key)
        for word in plan.words
    )
    BotAction.objects.bulk_create(
        BotAction(
            tenant_id=tenant, bot_id=bot.pk, position=place, kind=one.kind, settings=dict(one.settings),
            stop_on_failure=one.stop_on_failure,
        )
        for place, one in enumerate(plan.actions, 1)
    )  # fmt: skip
    BotVersion.objects.create(
        bot_id=bot.pk, number=bot.version, content=botting.content_of(plan), saved_by=actor.label[:120]
    )


def _columns(plan: Plan) -> dict[str, Any]:
    return {
        "name": plan.name, "language": plan.language, "senders": sorted(plan.senders),
        "include_groups": sorted(plan.include), "exclude_groups": sorted(plan.exclude), "starts_at": plan.starts_at,
        "ends_at": plan.ends_at, "hours_from": plan.hours_from, "hours_until": plan.hours_until,
        "answer_every": plan.answer_every, "early_reply": plan.early_reply, "over_reply": plan.over_reply,
        "outside_marketing": plan.outside_marketing,
    }  # fmt: skip


def _lock_order() -> None:
    """One at a time in a tenant changes the order of bots."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('bots'), hashtext(%s))", [str(current_tenant_id())]
        )


def _stale(bot: Bot, actor: Actor) -> Refused:
    same = bot.updated_by_id is not None and bot.updated_by_id == _user(actor)
    name = "You" if same else str(bot.updated_by or "Someone")
    where = " in another window" if same else ""
    return Refused(
        "conflict", f"{name} saved this bot{where} a moment ago. Read it before you save.",
        detail={"version": bot.version, "who": name},
    )  # fmt: skip


def _known(given: Any, of: Mapping[int, str], what: str, field: str) -> frozenset[int]:
    ids: Sequence[Any] = given if isinstance(given, list) else []
    if any(isinstance(one, bool) or not isinstance(one, int) or one not in of for one in ids):
        raise Refused("not_found", f"This {what} does not exist. Choose another.", field)
    return frozenset(ids)


def _moment(given: Any, field: str) -> datetime | None:
    if given in (None, ""):
        return None
    try:
        found = given if isinstance(given, datetime) else parse_datetime(str(given))
    except ValueError:
        found = None
    if found is None or timezone.is_naive(found):
        raise Refused("time_invalid", "Write the time as a date and a time of day.", field)
    return plannable(found, field)


def _clock(given: Any, field: str) -> time | None:
    if given in (None, ""):
        return None
    try:
        return given if isinstance(given, time) else time.fromisoformat(str(given))
    except ValueError as error:
        raise Refused("time_invalid", "Write the hour like 08:30.", field) from error


def _user(actor: Actor) -> int | None:
    return actor.id if actor.kind in {ActorKind.MEMBER, ActorKind.STAFF} else None


def as_if_on(bot: Bot, content: Mapping[str, Any] | None) -> list[Plan]:
    """The bots that are on, and this one as if it were, with `content` where it stands unsaved in a form."""
    was = botting.plans_of([bot])[0]
    plan = read_content(content, botting.known(), like=was) if content is not None else was
    others = [one for one in botting.plans(only_on=True) if one.id != bot.pk]
    return [*others, replace(plan, on=True)]

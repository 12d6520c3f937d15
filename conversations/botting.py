"""Bots as plain values: what the rules and pages read, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django.utils import timezone

from consent.models import PhoneNumber
from consent.rules.keywords import KeywordWords
from consent.wordsets import words_of
from contacts.models import Contact, FieldDefinition, Group, GroupMember, Tag
from contacts.rules.merging import KNOWN_FIELDS
from conversations.models.bots import Bot, BotAction, Trigger
from conversations.rules.botactions import Known
from conversations.rules.botchecks import World
from conversations.rules.bots import ANY, FIRST, LEAVE, WHOLE, Action, Plan, Word, Writer
from tenants.models import SenderNumber, Tenant
from tenants.rules import Refused
from tenants.scope import current_tenant_id

_FIELD_LABELS = {
    "first_name": "First name",
    "last_name": "Last name",
    "email": "E-mail",
    "language": "Language",
}
_KINDS = {kind: place for place, kind in enumerate((WHOLE, FIRST, ANY, LEAVE))}


def plans(*, only_on: bool = False) -> list[Plan]:
    """Every kept bot of the scope in the order asked, in three queries."""
    found = Bot.objects.kept()
    return plans_of(found.filter(state=Bot.State.ON) if only_on else found)


def plans_of(bots: Iterable[Bot]) -> list[Plan]:
    """These bots with their words and actions."""
    rows = list(bots)
    words, actions = defaultdict(list), defaultdict(list)
    for trigger in Trigger.objects.filter(bot_id__in=[bot.pk for bot in rows]).order_by("pk"):
        words[trigger.bot_id].append(Word(trigger.kind, trigger.word, trigger.key))
    for action in BotAction.objects.filter(bot_id__in=[bot.pk for bot in rows]).order_by("position"):
        actions[action.bot_id].append(Action(action.kind, action.settings, action.stop_on_failure))
    return [_plan(bot, words[bot.pk], actions[bot.pk]) for bot in rows]


def _plan(bot: Bot, words: list[Word], actions: list[Action]) -> Plan:
    return Plan(
        id=bot.pk, name=bot.name, words=tuple(words), actions=tuple(actions), on=bot.state == Bot.State.ON,
        position=bot.position, version=bot.version, language=bot.language, senders=frozenset(bot.senders),
        include=frozenset(bot.include_groups), exclude=frozenset(bot.exclude_groups), starts_at=bot.starts_at,
        ends_at=bot.ends_at, hours_from=bot.hours_from, hours_until=bot.hours_until, answer_every=bot.answer_every,
        early_reply=bot.early_reply, over_reply=bot.over_reply, outside_marketing=bot.outside_marketing,
    )  # fmt: skip


def find_bot(bot_id: int) -> Bot:
    """A kept bot of the scope. Raises `Refused("not_found")`."""
    bot: Bot | None = Bot.objects.kept().select_related("updated_by").filter(pk=bot_id).first()
    if bot is None:
        raise Refused("not_found", "This bot does not exist, or was deleted.")
    return bot


def known() -> Known:
    """What a bot may name, of the tenant of the scope."""
    own = FieldDefinition.objects.order_by("label").values_list("key", "label")
    return Known(
        senders=dict(SenderNumber.objects.filter(retired_at=None).order_by("name").values_list("pk", "name")),
        groups=dict(Group.objects.filter(kind=Group.Kind.MANUAL).order_by("name").values_list("pk", "name")),
        tags=dict(Tag.objects.order_by("name").values_list("pk", "name")),
        fields=_FIELD_LABELS | dict(own),
        keywords=keywords(),
        brand=Tenant.objects.values_list("brand", flat=True).get(pk=current_tenant_id()),
    )


def keywords() -> KeywordWords:
    """The words of consent that this tenant hears: everybody's and its own, of every language and sender number."""
    return words_of(None)


def world(known_now: Known) -> World:
    """What exists, as the checks of bots ask."""
    return World(
        senders=set(known_now.senders),
        groups=set(known_now.groups),
        now=timezone.now(),
        keywords=known_now.keywords,
    )


def writer_of(*, phone_id: int, sender_id: int, at: datetime) -> Writer:
    """Who wrote, as the conditions of bots ask: language and groups of the contact, if there is one."""
    contact = Contact.objects.filter(phone_id=phone_id).values("pk", "language").first()
    if contact is None:
        return Writer(sender_id, at)
    groups = set(GroupMember.objects.filter(contact_id=contact["pk"]).values_list("group_id", flat=True))
    stopped = PhoneNumber.objects.filter(pk=phone_id, stopped_at__isnull=False).exists()
    if stopped:  # the system group has no member rows
        groups |= set(Group.objects.filter(kind=Group.Kind.UNSUBSCRIBED).values_list("pk", flat=True))
    return Writer(sender_id, at, contact["language"], frozenset(groups))


def match_of(plan: Plan) -> str:
    """How its words are compared: whole, first or any."""
    kinds = sorted((word.kind for word in plan.words if word.kind != LEAVE), key=lambda kind: _KINDS[kind])
    return kinds[-1] if kinds else WHOLE


def content_of(plan: Plan) -> dict[str, Any]:
    """The bot as one plain form: what pages, the API and its versions write and read."""
    return {
        "name": plan.name,
        "match": match_of(plan),
        "words": [word.shown for word in plan.words if word.kind != ANY],
        "language": plan.language,
        "senders": sorted(plan.senders),
        "include_groups": sorted(plan.include),
        "exclude_groups": sorted(plan.exclude),
        "starts_at": plan.starts_at.isoformat() if plan.starts_at else None,
        "ends_at": plan.ends_at.isoformat() if plan.ends_at else None,
        "early_reply": plan.early_reply,
        "over_reply": plan.over_reply,
        "outside_marketing": plan.outside_marketing,
        "hours_from": clock(plan.hours_from),
        "hours_until": clock(plan.hours_until),
        "answer_every": plan.answer_every,
        "actions": [
            {"kind": one.kind, "settings": dict(one.settings), "stop_on_failure": one.stop_on_failure}
            for one in plan.actions
        ],
    }


def clock(moment: time | None) -> str | None:
    """ "08:30", or None."""
    return f"{moment:%H:%M}" if moment else None


__all__ = [
    "KNOWN_FIELDS",
    "content_of",
    "find_bot",
    "known",
    "match_of",
    "plans",
    "plans_of",
    "world",
    "writer_of",
]

"""What the pages of bots show: the list with what is wrong, the builder, runs, versions, trying out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone

from consent.models import PhoneNumber
from contacts.models import Contact
from contacts.rules.names import fold
from conversations import botting
from conversations.actions.bots import NEW, read_content
from conversations.actions.bottrying import Tried
from conversations.models.bots import Bot, BotAction, BotRun, BotVersion
from conversations.rules.botactions import Known, changes_permission, remarks, reminder
from conversations.rules.botchecks import conflicts, lost_words, never
from conversations.rules.bots import QUIET_TEXT, Plan
from conversations.rules.bottemplates import TEMPLATES
from conversations.rules.timeline import when
from messaging.models import Message
from messaging.rules.parts import count_parts
from tenants.models import SenderNumber, Tenant
from tenants.rules import Actor, Refused, Role

RUNS_PAGE = 50
RESERVED_SHOWN = ("STOP", "STOPALL", "END", "QUIT", "CANCEL", "UNSUBSCRIBE", "REVOKE", "START", "YES", "HELP")
ICONS = {
    "add_groups": "users-group", "remove_groups": "user-minus", "add_tags": "tag", "remove_tags": "tags",
    "set_field": "forms", "permission": "shield-check", "reply": "message-2", "notify": "bell", "webhook": "webhook",
    "dates": "calendar-event",
}  # fmt: skip
PERMISSIONS = (
    ("ask", "Pending, ask for a YES"), ("active", "Opted in (Active)"), ("stopped", "Stopped, all senders"),
    ("blocked", "Blocked"),
)  # fmt: skip
_RESULT_ICONS = {
    "done": "check", "nothing": "minus", "withheld": "send-off", "failed": "alert-triangle", "skipped": "minus",
}  # fmt: skip


def rights_of(actor: Actor) -> dict[str, bool]:
    """What the member may do with bots."""
    return {"act": actor.may(Role.AGENT), "manage": actor.may(Role.MANAGER)}


def week_of(bot_ids: Sequence[int]) -> dict[int, int]:
    """Runs of the last seven days, by bot."""
    since = timezone.now() - timedelta(days=7)
    found = BotRun.objects.filter(bot_id__in=bot_ids, at__gte=since).values_list("bot_id")
    return dict(found.annotate(n=Count("pk")))


def list_context(actor: Actor) -> dict[str, Any]:
    """The page of all bots, in the order in which they are asked."""
    plans, known = botting.plans(), botting.known()
    world, weeks = botting.world(known), week_of([plan.id for plan in plans])
    names = {plan.id: plan.name for plan in plans}
    clashes = conflicts(plans)
    states = dict(Bot.objects.kept().values_list("pk", "state"))
    rows = [
        {
            "plan": plan,
            "state": states.get(plan.id, ""),
            "words": _words(plan),
            "does": _does(plan),
            "week": weeks.get(plan.id, 0),
            "senders": ", ".join(known.senders.get(one, "a retired number") for one in sorted(plan.senders)),
            "problem": never(plan, plans, world) if states.get(plan.id) == Bot.State.ON else "",
            "lost": list(lost_words(plan, plans, world).values()) if plan.on else [],
            "first": place == 0,
            "last": place == len(plans) - 1,
        }
        for place, plan in enumerate(plans)
    ]
    told = [
        {"word": one.word.shown, "winner": names[one.winner], "loser": names[one.loser], "always": one.always}
        for one in clashes
    ]
    return {"rows": rows, "conflicts": told, "templates": TEMPLATES, "rights": rights_of(actor)}


def _words(plan: Plan) -> str:
    return ", ".join(word.shown for word in plan.words) or "no word yet"


def _does(plan: Plan) -> str:
    labels = dict(BotAction.Kind.choices)
    return ", ".join(str(labels[one.kind]).lower() for one in plan.actions).capitalize() or "Nothing yet"


def builder_context(
    request: HttpRequest,
    bot: Bot,
    *,
    content: dict[str, Any] | None = None,
    refused: Refused | None = None,
    typed: str = "",
    tried: Tried | None = None,
    asked: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The builder. `content`: what stands in the form unsaved; `typed`: the word being written."""
    tenant: Tenant = request.tenant  # type: ignore[attr-defined]
    actor: Actor = request.actor  # type: ignore[attr-defined]
    plans, known = botting.plans(), botting.known()
    was = next(plan for plan in plans if plan.id == bot.pk)
    shown = content or botting.content_of(was)
    plan, fault = _as_plan(shown, known, was)
    others = [plan if one.id == plan.id else one for one in plans]
    weeks = week_of([one.id for one in plans])
    return {
        "bot": bot,
        "plans": [
            {"plan": one, "words": _words(one), "week": weeks.get(one.id, 0), "state": state}
            for one, state in _with_states(plans)
        ],
        "content": NEW | shown,
        "changed": content is not None and (fault is not None or plan != was),
        "refused": refused or (fault if content is not None else None),
        "typed": typed,
        "steps": [_step(place, one, known, shown) for place, one in enumerate(shown["actions"])],
        "kinds": [{"kind": kind, "label": label, "icon": ICONS[kind]} for kind, label in BotAction.Kind.choices],
        "every": Bot.Every.choices,
        "senders": _choices(known.senders, shown["senders"]),
        "include": _choices(known.groups, shown["include_groups"]),
        "exclude": _choices(known.groups, shown["exclude_groups"]),
        "times": {name: _local(shown[f"{name}_at"], tenant.zone) for name in ("starts", "ends")},
        "outside": _outside(NEW | shown),
        "narrowed": _narrowed(NEW | shown),
        "checks": checks_of(plan, others, known, fault),
        "reserved": RESERVED_SHOWN,
        "rights": rights_of(actor),
        "needs_manager": changes_permission(plan.actions) and not actor.may(Role.MANAGER),
        "zone": tenant.zone.replace("_", " "),
        **_trying(tried, asked or {}, known),
        "runs": run_rows(BotRun.objects.filter(bot_id=bot.pk).order_by("-pk")[:5], tenant.zone),
        "versions": BotVersion.objects.filter(bot_id=bot.pk).order_by("-number")[:30],
    }  # fmt: skip


def _with_states(plans: Sequence[Plan]) -> list[tuple[Plan, str]]:
    states = dict(Bot.objects.kept().values_list("pk", "state"))
    return [(plan, states.get(plan.id, "draft")) for plan in plans]


def _as_plan(content: Mapping[str, Any], known: Known, was: Plan) -> tuple[Plan, Refused | None]:
    try:
        return read_content(content, known, like=was), None
    except Refused as refused:
        return was, refused


def checks_of(
    plan: Plan, plans: Sequence[Plan], known: Known, fault: Refused | None = None
) -> list[dict[str, str]]:
    """The check list of parts/check_list.html: what holds it, what to look at, who else wants its words."""
    found = [{"level": "blocker", "text": fault.message}] if fault else []
    found += [
        {"level": "blocker" if one.holds else "warning", "text": one.text} for one in remarks(plan, known)
    ]
    on = [one if one.id != plan.id else _switched(plan) for one in plans]
    names = {one.id: one.name for one in plans}
    for clash in conflicts(on):
        if plan.id == clash.loser and not clash.always:
            text = f"“{names[clash.winner]}” comes first for some who text {clash.word.shown}."
            found.append({"level": "warning", "text": text})
        elif plan.id == clash.winner:
            found.append(
                {"level": "note", "text": f"It takes {clash.word.shown} before “{names[clash.loser]}”."}
            )
    world = botting.world(known)
    whole = never(_switched(plan), on, world) if plan.words and plan.actions else ""
    lost = [] if whole else list(lost_words(plan, on, world).values())
    # One that is on already is told and not held: saving has to go on working, and the order may have changed.
    level = "blocker" if known.senders and not plan.on else "warning"
    found += [{"level": level, "text": f"It can never answer. {whole}"}] if whole else []
    found += [{"level": "warning", "text": why} for why in lost if all(why != one["text"] for one in found)]
    return found or [{"level": "ok", "text": "Nothing stands in its way."}]


def _switched(plan: Plan) -> Plan:
    return replace(plan, on=True)


def _step(place: int, action: Mapping[str, Any], known: Known, content: Mapping[str, Any]) -> dict[str, Any]:
    """One step of the builder."""
    kind, settings = action["kind"], action["settings"]
    shown: dict[str, Any] = {
        "token": place, "name": str(place), "number": place + 1, "kind": kind, "icon": ICONS.get(kind, "circle"),
        "field": f"action-{place + 1}",
        "settings": settings,
        "label": dict(BotAction.Kind.choices).get(kind, kind), "stop": action["stop_on_failure"],
        "last": place == len(content["actions"]) - 1,
    }  # fmt: skip
    if kind in ("add_groups", "remove_groups"):
        shown |= {"choices": _choices(known.groups, settings["groups"]), "what": "group"}
    elif kind in ("add_tags", "remove_tags"):
        shown |= {"choices": _choices(known.tags, settings["tags"]), "what": "tag"}
    elif kind == "set_field":
        shown["fields"] = [
            {"key": key, "label": label, "on": key == settings["field"]}
            for key, label in known.fields.items()
        ]
    elif kind == "permission":
        shown["targets"] = [
            {"value": value, "label": label, "on": value == settings["to"]} for value, label in PERMISSIONS
        ]
    elif kind == "reply":
        shown |= _reply(settings["text"], content["actions"])
    return shown


def _reply(text: str, actions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    to = {one["settings"].get("to") for one in actions if one["kind"] == "permission"}
    more = reminder(text, stopped="stopped" in to, ask="ask" in to) if text.strip() else ""
    counted = count_parts(f"{text} {more}".strip())
    return {"reminder": more, "parts": counted.parts, "encoding": counted.encoding}


def _outside(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The two texts for out of its dates, each counted as any reply; no action of the bot is done beside them."""
    sides = (("early_reply", "Before it begins, only say"), ("over_reply", "After it ended, only say"))
    return [
        {"name": name, "label": label, "text": content[name], **_reply(content[name], [])}
        for name, label in sides
    ]


def _choices(names: Mapping[int, str], chosen: Sequence[int]) -> list[dict[str, Any]]:
    gone = [{"id": one, "name": "deleted", "on": True, "gone": True} for one in chosen if one not in names]
    return [{"id": pk, "name": name, "on": pk in chosen} for pk, name in names.items()] + gone


def _narrowed(content: Mapping[str, Any]) -> int:
    names = (
        "language",
        "include_groups",
        "exclude_groups",
        "starts_at",
        "ends_at",
        "hours_from",
        "early_reply",
        "over_reply",
    )
    return sum(bool(content[name]) for name in names)


def _local(moment: str | None, zone: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" if moment else ""


def _trying(tried: Tried | None, asked: Mapping[str, str], known: Known) -> dict[str, Any]:
    people = Contact.objects.select_related("phone").filter(phone__e164__isnull=False).order_by("-pk")[:20]
    steps = [
        {"icon": ICONS.get(one.kind, "circle"), "said": one.said, "result": one.result} for one in tried.steps
    ] if tried else []  # fmt: skip
    return {
        "tried": tried,
        "tried_steps": steps,
        "asked": asked,
        "people": people,
        "try_senders": [{"id": pk, "name": name} for pk, name in known.senders.items()],
    }


def run_rows(runs: Any, zone: str) -> list[dict[str, Any]]:
    """Rows of the run log: who, what they wrote, what came of each action."""
    found: list[BotRun] = list(runs)
    texts = dict(Message.objects.filter(pk__in=[one.message_id for one in found]).values_list("pk", "body"))
    phones = PhoneNumber.objects.in_bulk([one.phone_id for one in found])
    people = {
        one.phone_id: one
        for one in Contact.objects.select_related("phone").filter(
            phone_id__in=[one.phone_id for one in found]
        )
    }
    senders, now = dict(SenderNumber.objects.values_list("pk", "name")), timezone.now()
    rows = []
    for one in found:
        done = sum(step["result"] in ("done", "nothing") for step in one.steps)
        rows.append(
            {
                "run": one, "who": str(people.get(one.phone_id) or phones.get(one.phone_id) or "an erased person"),
                "contact_id": people[one.phone_id].pk if one.phone_id in people else None,
                "text": texts.get(one.message_id) or "", "sender": senders.get(one.sender_id, ""),
                "when": when(one.at, zone, now), "iso": one.at.isoformat(), "done": done, "of": len(one.steps),
                "quiet": QUIET_TEXT.get(one.quiet, ""),
                "steps": [step | {"icon": _RESULT_ICONS.get(step["result"], "circle")} for step in one.steps],
            }
        )  # fmt: skip
    return rows


def runs_context(bot: Bot, *, zone: str, failed: bool, before: int) -> dict[str, Any]:
    """One page of the run log of a bot, newest first."""
    found = BotRun.objects.filter(bot_id=bot.pk)
    if failed:
        found = found.filter(failed=True)
    if before:
        found = found.filter(pk__lt=before)
    runs = list(found.order_by("-pk")[: RUNS_PAGE + 1])
    more = runs[RUNS_PAGE - 1].pk if len(runs) > RUNS_PAGE else 0
    return {"bot": bot, "rows": run_rows(runs[:RUNS_PAGE], zone), "next_before": more, "failed": failed}


def person_named(text: str) -> int | None:
    """The phone id of a contact by number, or by how the list names it; None: someone new. Refused: not_found."""
    text = text.strip()
    if not text:
        return None
    digits = "".join(c for c in text if c.isdigit())
    if len(digits) >= 7:
        found = PhoneNumber.objects.filter(e164=f"+{digits}").first()
        if found is None and len(digits) == 10:
            found = PhoneNumber.objects.filter(e164=f"+1{digits}").first()
    else:
        contact = Contact.objects.filter(search_name__startswith=fold(text)).order_by("pk").first()
        found = contact.phone if contact else None
    if found is None:
        raise Refused("not_found", "No contact has this number. Leave it empty for someone new.", "who")
    return int(found.pk)

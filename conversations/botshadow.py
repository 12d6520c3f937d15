"""Which words of bots never or only partly reach them, and which bot would have answered what people wrote lately."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from consent.models import PhoneNumber
from consent.rules.keywords import KeywordWords
from contacts.models import Contact, Group, GroupMember
from conversations import botting
from conversations.actions.signup import joined
from conversations.models.bots import Bot
from conversations.models.signup import SignupForm
from conversations.rules.botchecks import World, conflicts, lost_words, never
from conversations.rules.bots import LEAVE, Plan, Word, Writer, choose, could_take
from messaging.models import Message
from messaging.models.messages import Direction
from tenants.models import Tenant
from tenants.scope import current_tenant_id

DAYS = 90
#: So many texts are read for one page, and so many decisions made (each reads the whole text, up to 5 ms): a bot for
#: any other text or many drafts make it fewer texts, and the page says how many.
MOST_TEXTS = 2_000
MOST_DECISIONS = 400


@dataclass(frozen=True, slots=True)
class Inbound:
    """One text that people wrote, with its writer as bots' conditions see them today."""

    body: str
    writer: Writer


def shadow_context() -> dict[str, Any]:
    """The page: a row for every bot, and how many texts were read."""
    plans, known = botting.plans(), botting.known()
    world, forms = botting.world(known), _forms()
    states = dict(Bot.objects.kept().values_list("pk", "state"))
    texts, all_read = _texts(MOST_TEXTS if plans else 0)
    counts, others = _answers(plans, texts, forms, known.keywords)
    rows = [
        {
            "plan": plan,
            "state": states.get(plan.id, ""),
            "lost": _lost(plan, plans, world, forms) if plan.on else [],
            "answers": counts[plan.id],
        }
        for plan in plans
    ]
    return {"rows": rows, "all_read": all_read and others["read"] == len(texts), "days": DAYS, **others}


def _lost(plan: Plan, plans: Sequence[Plan], world: World, forms: Sequence[SignupForm]) -> list[str]:
    """What of this bot that is on is taken before it, wholly or partly, a sentence each."""
    whole = never(plan, plans, world)
    if whole:
        return [f"Can never answer. {whole}"]
    dead = lost_words(plan, plans, world)
    names = {one.id: one.name for one in plans}
    partly = [
        f"Partly: “{names[clash.winner]}” comes first for some who text {clash.word.shown}."
        for clash in conflicts(plans)
        if clash.loser == plan.id and clash.word.shown not in dead
    ]
    taken = [_by_form(word, plan, world, form) for word in plan.words for form in forms]
    return [*(f"Never: {why}" for why in dead.values()), *partly, *filter(None, taken)]


def _by_form(word: Word, plan: Plan, world: World, form: SignupForm) -> str:
    """What a sign-up form takes of this word: the text that is its word alone, at its own sender number."""
    sender = form.word_sender_id
    numbers = plan.senders & set(world.senders) if plan.senders else set(world.senders)
    if word.kind == LEAVE or sender not in numbers or joined(word.text) != form.word:
        return ""
    if numbers == {sender} and word.kind == "whole":
        return f"Never: the sign-up form “{form.name}” takes {word.shown} first."
    return f"Partly: the sign-up form “{form.name}” takes {word.shown} first at its own number."


def _forms() -> list[SignupForm]:
    return list(SignupForm.objects.filter(state=SignupForm.State.LIVE).exclude(word=""))


def _texts(most: int) -> tuple[list[Inbound], bool]:
    """The newest inbound texts of the last days, of people whom bots hear, and whether these are all; five queries."""
    since = timezone.now() - timedelta(days=DAYS)
    found = Message.objects.filter(direction=Direction.IN).order_by("-pk")
    rows = list(found.values_list("phone_id", "sender_id", "body", "created_at")[: most + 1])
    late = [row for row in rows[:most] if row[3] >= since]
    phones = {row[0] for row in late}
    heard = dict(
        PhoneNumber.objects.filter(pk__in=phones, blocked_at=None, e164__isnull=False).values_list(
            "pk", "stopped_at"
        )
    )
    people = _people(heard)
    texts = [
        Inbound(body, Writer(sender, at, *people.get(phone, ("", frozenset()))))
        for phone, sender, body, at in late
        if body and phone in heard
    ]
    return texts, len(rows) <= most or len(late) < most


def _people(heard: dict[int, datetime | None]) -> dict[int, tuple[str, frozenset[int]]]:
    """Language and groups by phone, as `botting.writer_of` gives them for one."""
    contacts = list(Contact.objects.filter(phone_id__in=heard).values_list("pk", "phone_id", "language"))
    groups: dict[int, set[int]] = defaultdict(set)
    members = GroupMember.objects.filter(contact_id__in=[pk for pk, _, _ in contacts])
    for contact, group in members.values_list("contact_id", "group_id"):
        groups[contact].add(group)
    stopped = set(Group.objects.filter(kind=Group.Kind.UNSUBSCRIBED).values_list("pk", flat=True))
    return {
        phone: (language, frozenset(groups[pk] | (stopped if heard[phone] else set())))
        for pk, phone, language in contacts
    }


def _answers(
    plans: Sequence[Plan], texts: Sequence[Inbound], forms: Sequence[SignupForm], words: KeywordWords
) -> tuple[Counter[int], dict[str, int]]:
    """How often each bot would have answered, a draft as if it alone were switched on beside those that are."""
    zone = Tenant.objects.get(pk=current_tenant_id()).zone
    on = [plan for plan in plans if plan.on]
    trials = [(plan.id, [*on, replace(plan, on=True)]) for plan in plans if not plan.on]
    join = {(form.word_sender_id, form.word) for form in forms}
    counts: Counter[int] = Counter()
    by_form = nobody = asked = read = 0
    for text in texts:
        if asked >= MOST_DECISIONS:
            break
        read += 1
        if (text.writer.sender_id, joined(text.body)) in join:
            by_form += 1
            continue
        able = {plan.id for plan in plans if could_take(plan, text.body)}
        match = None
        if any(plan.id in able for plan in on):
            asked += 1
            match = choose(on, text.body, text.writer, zone=zone, words=words)
        if match is not None:
            counts[match.plan.id] += 1
        else:
            nobody += 1
        for pk, some in trials:
            if pk not in able:
                continue
            asked += 1
            tried = choose(some, text.body, text.writer, zone=zone, words=words)
            counts[pk] += tried is not None and tried.plan.id == pk
    return counts, {"by_form": by_form, "nobody": nobody, "read": read}

"""STOP and the word of a bot: the person leaves the bot's groups at once, before any worker hears the text."""

from __future__ import annotations

import re

from django.utils import timezone

from consent.rules.hearing import classify
from consent.rules.texts import key
from contacts.actions.automatic import leave_groups
from contacts.actions.words import leave_by_word
from contacts.models import Contact, Group
from conversations import botting
from conversations.models.bots import Bot, Trigger
from conversations.rules.bots import LEAVE, Plan, Writer, applies
from messaging.actions.ledger import suppress_group
from messaging.models import Message
from tenants.models import Tenant
from tenants.scope import current_tenant_id
from tenants.statements import Statement

#: Words that "STOP <word>" may name, those of groups and of bots that are on, as a column of a statement.
LIVE_WORDS = f"""
ARRAY(SELECT word FROM contacts_group WHERE word <> '' UNION ALL
      SELECT t.key FROM conversations_trigger t JOIN conversations_bot b ON b.id = t.bot_id
      WHERE t.kind = '{LEAVE}' AND b.state = '{Bot.State.ON.value}' AND b.deleted_at IS NULL)
"""
_LIVE_WORDS = Statement(f"SELECT {LIVE_WORDS}")
# Texts that might name what they leave; whether they do is asked of these alone.
_MAY_LEAVE = re.compile(r"\b(?:stop|unsub|unsubscribe|end|cancel|quit|leave|opt ?out)\b \S")
_WAITS = Statement("""
SELECT EXISTS (
    SELECT FROM messaging_message e
    JOIN tenants_due d ON d.kind = 'hear' AND d.tenant_id = e.tenant_id AND d.ref = e.id
    WHERE e.phone_id = %(phone)s AND e.direction = 1)
""")


def live_words() -> frozenset[str]:
    """The same by itself."""
    row = _LIVE_WORDS.row()
    return frozenset(row[0]) if row else frozenset()


def leave_named(*, contact_id: int, phone_id: int, sender_id: int, word: str) -> tuple[str, bool]:
    """Leave what "STOP <word>" names, and what waits for those groups alone is not sent.

    Returns the names left for the confirmation ("" where the word names nothing here: then it is a STOP), and
    whether a bot has more to do about the text.
    """
    plan = _bot_of(phone_id=phone_id, sender_id=sender_id, word=word)
    named = []
    if plan is not None:
        ids = [pk for one in plan.actions if one.kind == "remove_groups" for pk in one.settings["groups"]]
        found = dict(Group.objects.filter(pk__in=ids, kind=Group.Kind.MANUAL).values_list("pk", "name"))
        leave_groups(contact_id=contact_id, group_ids=list(found))
        named = sorted(found.items())
    group = leave_by_word(contact_id=contact_id, word=word)
    if group is not None and all(pk != group.pk for pk, _ in named):
        named.append((group.pk, group.name))
    for group_id, _ in named:
        suppress_group(phone_id=phone_id, group_id=group_id)
    names = [name for _, name in named]
    said = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
    return said, plan is not None


def others_wait(phone_id: int) -> bool:
    """Whether an earlier text of theirs has not been heard yet; ask before `leave_named`: it may join meanwhile."""
    row = _WAITS.row(phone=phone_id)
    return bool(row and row[0])


def leave_again(message: Message) -> bool:
    """A listener: "STOP <word>" was acted on at once; what an earlier text joined meanwhile is left here.

    Nobody is answered a second time. False: what more a bot does about the text comes after.
    """
    body = message.body or ""
    if not _MAY_LEAVE.search(key(body)):
        return False
    heard = classify(body, live_words=live_words(), words=botting.keywords())
    contact_id = Contact.objects.filter(phone_id=message.phone_id).values_list("pk", flat=True).first()
    if heard.reach == "group" and heard.group_word and contact_id is not None:
        leave_named(
            contact_id=contact_id,
            phone_id=message.phone_id,
            sender_id=message.sender_id,
            word=heard.group_word,
        )
    return False


def _bot_of(*, phone_id: int, sender_id: int, word: str) -> Plan | None:
    if not Trigger.objects.filter(kind=LEAVE, key=key(word)).exists():
        return None
    zone = Tenant.objects.values_list("zone", flat=True).get(pk=current_tenant_id())
    writer: Writer = botting.writer_of(phone_id=phone_id, sender_id=sender_id, at=timezone.now())
    wanted = key(word)
    for plan in botting.plans(only_on=True):
        named = any(one.kind == LEAVE and one.key == wanted for one in plan.words)
        if named and applies(plan, writer, zone):
            return plan
    return None

"""What the pages of notices and channels show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from consent.actions.channels import channels
from consent.models import Channel, ChannelConsent, PhoneNumber
from consent.rules.numbers import show
from conversations.models.telling import Notification, NotificationRule
from conversations.rules.telling import LABELS
from conversations.rules.timeline import when
from messaging.models import Message
from messaging.rules.outcomes import NotSent
from tenants.models import Membership, Tenant, WebhookDelivery

LAST = 20
_TAGS = {"sent": ("Sent", "yes"), "waiting": ("Waiting", "wait"), "given_up": ("Not sent", "no")}


def rules_context(tenant: Tenant, user_id: int | None) -> dict[str, Any]:
    """Every rule in words, and the last notices with what became of them."""
    rules = list(NotificationRule.objects.select_related("sms_sender", "endpoint"))
    members = dict(Membership.objects.filter(tenant=tenant).values_list("user_id", "user__name"))
    return {
        "rules": [_shown(rule, members, user_id) for rule in rules],
        "told": told_rows(list(Notification.objects.exclude(rule=None).order_by("-pk")[:LAST])),
    }


def _shown(rule: NotificationRule, members: dict[int, str], user_id: int | None) -> dict[str, Any]:
    named = [members[one] for one in rule.member_ids if one in members]
    return {
        "is": rule,
        "sentence": sentence_of(rule, named),
        "mine": user_id in rule.member_ids,
        "muted": user_id in rule.muted_ids,
        "refused": refused_numbers(rule),
    }


def sentence_of(rule: NotificationRule, members: Sequence[str]) -> str:
    """ "When somebody complains: e-mail to Demo Member 01, at once." """
    whats = [LABELS[what][0].lower() + LABELS[what][1:] for what in rule.whats if what in LABELS]
    narrowed = rule.sender_ids or rule.campaign_ids or rule.group_ids or rule.methods
    ways = {
        "e-mail to": [*members, *rule.addresses],
        "SMS to": [show(number) for number in rule.numbers],
        "webhook to": [str(rule.endpoint)] if rule.endpoint else [],
    }
    told = "; ".join(f"{way} {_listed(to, 'and')}" for way, to in ways.items() if to) or "nobody is told"
    when = when_of(rule)
    only = ", only for what it is narrowed to" if narrowed else ""
    return f"When {_listed(whats, 'or')}{only}: {told}, {when[0].lower()}{when[1:]}."


def _listed(names: Sequence[str], last: str) -> str:
    return f" {last} ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def when_of(rule: NotificationRule) -> str:
    """ "At once", "Every day at 8:00", "When there are 20 within 60 minutes"."""
    if rule.timing == NotificationRule.Timing.DIGEST:
        return "Every hour" if rule.every == "hour" else f"Every day at {rule.at_hour}:00"
    if rule.timing == NotificationRule.Timing.THRESHOLD:
        counts = [f"{rule.threshold_count:,}"] if rule.threshold_count else []
        counts += [f"{rule.threshold_bp / 100:g} %"] if rule.threshold_bp else []
        return f"When there are {' or '.join(counts)} within {rule.threshold_minutes} minutes"
    return "At once"


def refused_numbers(rule: NotificationRule) -> list[str]:
    """Team numbers of the rule that opted out of its sender number, or are blocked: they get nothing."""
    if not rule.numbers or rule.sms_sender_id is None:
        return []
    phones = PhoneNumber.objects.filter(e164__in=rule.numbers).exclude(status="active")
    out = phones.filter(permissions__sender_id=rule.sms_sender_id, permissions__state="opted_out")
    return [show(one.e164) for one in phones.filter(pk__in=out) | phones.filter(blocked_at__isnull=False)]


def told_rows(rows: Sequence[Notification]) -> list[dict[str, Any]]:
    """Notices with their outcome: that of the message or delivery where one was made."""
    messages = Message.objects.in_bulk([row.message_id for row in rows if row.message_id])
    deliveries = WebhookDelivery.objects.in_bulk([row.delivery_id for row in rows if row.delivery_id])
    names = dict(NotificationRule.objects.values_list("pk", "name"))
    return [
        {
            "is": row,
            "rule": names.get(row.rule_id or 0, ""),
            "to": show(row.recipient) if row.way == "sms" else _to(row, deliveries),
            "outcome": outcome_of(row, messages, deliveries),
        }
        for row in rows
    ]


def _to(row: Notification, deliveries: dict[int, WebhookDelivery]) -> str:
    return "Webhook" if row.way == "webhook" else row.recipient


def outcome_of(
    row: Notification, messages: dict[int, Message], deliveries: dict[int, WebhookDelivery]
) -> dict[str, str]:
    """{label, tone, reason} of one notice."""
    label, tone = _TAGS[row.state]
    reason = row.reason
    if message := messages.get(row.message_id or 0):
        if message.phase == 4:
            label, tone, reason = "Not sent", "no", NotSent(message.reason).label
        elif message.phase < 3:
            label, tone = "Waiting", "wait"
    if delivery := deliveries.get(row.delivery_id or 0):
        if delivery.gave_up_at:
            label, tone, reason = "Not sent", "no", delivery.last_error
        elif not delivery.done_at:
            label, tone, reason = "Waiting", "wait", delivery.last_error
    return {"label": label, "tone": tone, "reason": reason}


def channels_context() -> dict[str, Any]:
    """The channels with how many people opted out of each."""
    rows = channels()
    counts = {
        one.code: ChannelConsent.objects.filter(channel=one.code, state="opted_out").count() for one in rows
    }
    return {"rows": [{"is": one, "out": counts[one.code], "email": one.code == "email"} for one in rows]}


def channels_of(phone_id: int, tenant: Tenant, now: datetime) -> list[dict[str, Any]]:
    """What a person said about channels beside SMS, for the profile: name, state, since, and the entry behind it."""
    kept = list(ChannelConsent.objects.filter(phone_id=phone_id).order_by("channel"))
    if not kept:
        return []
    names = dict(Channel.objects.values_list("code", "name")) | {"email": "E-mail"}
    return [
        {
            "name": names.get(one.channel, one.channel),
            "state": one.state,
            "since": when(one.since, tenant.zone, now),
            "entry": one.event,
        }
        for one in kept
    ]

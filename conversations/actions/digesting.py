"""Making notices of what a rule has to tell: each happening, a digest, or a threshold that was passed.

Runs as due work of the rule, in one transaction: items are marked told with the outbox rows they became.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from campaigns.models import Campaign
from consent.followers import behind
from conversations.actions.addressing import send_to
from conversations.models.telling import NoticeItem, NotificationRule
from conversations.noticeboard import Story, stories_of
from conversations.rules import telling as rules
from conversations.rules.telling import What
from messaging.actions.counts import refresh_counts
from messaging.models import Broadcast
from tenants.models import SenderNumber, Tenant
from tenants.scope import current_tenant_id

Timing = NotificationRule.Timing
LISTED = 20  # so many happenings are named in a summary; the rest is a number and a link


def tell_rule(*, rule_id: int) -> datetime | None:
    """Tell what the rule has to tell now, in the open scope; when to come again, None: when something happens."""
    rule = NotificationRule.objects.select_for_update(no_key=True).filter(pk=rule_id).first()
    if rule is None or rule.paused_at is not None:
        return None
    now = timezone.now()
    if rule.timing == Timing.DIGEST:
        return _digest(rule, now)
    if rule.timing == Timing.THRESHOLD:
        return _threshold(rule, now)
    return _at_once(rule, now)


_TAKE = """
UPDATE conversations_noticeitem SET told_at = now() WHERE rule_id = %s AND told_at IS NULL RETURNING id, what
"""


def _waiting(rule: NotificationRule) -> Any:
    return NoticeItem.objects.filter(rule=rule, told_at=None)


def _take(rule: NotificationRule) -> list[tuple[int, str]]:
    """Mark what waits as told, and say what it was: what is added meanwhile waits for the next time."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [rule.pk])
        taken: list[tuple[int, str]] = sorted(cursor.fetchall())
    NotificationRule.objects.filter(pk=rule.pk).update(last_told_at=timezone.now())
    return taken


def _items(ids: Sequence[int]) -> Any:
    return NoticeItem.objects.filter(pk__in=ids).order_by("id")


def _at_once(rule: NotificationRule, now: datetime) -> datetime | None:
    seen = _waiting(rule).aggregate(n=Count("id"), oldest=Min("created_at"), newest=Max("created_at"))
    if not seen["n"]:
        return None
    singles = NoticeItem.objects.filter(rule=rule, told_at__gte=now - rules.WINDOW).count()
    plan = rules.plan_at_once(
        waiting=seen["n"], oldest=seen["oldest"], newest=seen["newest"], singles=singles,
        reading=behind("notices") > 0, now=now,
    )  # fmt: skip
    if plan.how == "single":
        for story in stories_of(_items([pk for pk, _ in _take(rule)])):
            send_to(rule, [story], event_key=f"rule:{rule.pk}:{story.key}")
    elif plan.how == "summary":
        _summary(rule, f"rule:{rule.pk}:flood:{seen['oldest'].isoformat()}")
    return plan.again_at


def _digest(rule: NotificationRule, now: datetime) -> datetime | None:
    zone = Tenant.objects.values_list("zone", flat=True).get(pk=current_tenant_id())
    oldest = _waiting(rule).aggregate(oldest=Min("created_at"))["oldest"]
    if oldest is None:
        return None
    slot = rules.slot_after(oldest, every=rule.every, hour=rule.at_hour, zone=zone)
    if now < slot:
        return slot
    _summary(rule, f"rule:{rule.pk}:digest:{slot.isoformat()}")
    return None


def _threshold(rule: NotificationRule, now: datetime) -> datetime | None:
    since = now - timedelta(minutes=rule.threshold_minutes)
    counts, delivered = _counts(rule, since)
    found = rules.find_breaches(
        counts, rule.breaches, least=rule.threshold_count, rate_bp=rule.threshold_bp, delivered=delivered
    )
    kept = {scope: rule.breaches[scope] for scope in found.standing}
    for scope in found.new:
        kept[scope] = now.isoformat()
        title = f"{_named(scope)}: {counts[scope]:,} within {rule.threshold_minutes} minutes"
        inside = NoticeItem.objects.filter(_scope(scope), rule=rule, created_at__gte=since).order_by("-id")
        told = Counter(dict(inside.order_by().values_list("what").annotate(n=Count("id"))))
        send_to(
            rule, stories_of(inside[:LISTED]), event_key=f"rule:{rule.pk}:breach:{scope}:{now.isoformat()}",
            counts=told, title=title,
        )  # fmt: skip
    # What has left the window is not counted any more.
    _waiting(rule).filter(created_at__lt=since).update(told_at=now)
    rule.breaches, rule.last_told_at = kept, now if found.new else rule.last_told_at
    rule.save(update_fields=["breaches", "last_told_at"])
    if not counts and not kept:
        return None
    return now + timedelta(seconds=max(60, rule.threshold_minutes * 15))


def _counts(rule: NotificationRule, since: datetime) -> tuple[dict[str, int], dict[str, int]]:
    """Items of the window by scope, and what each campaign has delivered, where the rule asks for a rate."""
    recent = NoticeItem.objects.filter(rule=rule, created_at__gte=since)
    by_sender = recent.exclude(sender_id=None).values_list("sender_id").annotate(n=Count("id"))
    by_campaign = recent.exclude(broadcast_id=None).values_list("broadcast_id").annotate(n=Count("id"))
    counts = {f"sender:{pk}": n for pk, n in by_sender} | {f"broadcast:{pk}": n for pk, n in by_campaign}
    delivered: dict[str, int] = {}
    if rule.threshold_bp is not None:
        known = Broadcast.objects.filter(pk__in=[pk for pk, _ in by_campaign]).values_list("pk", flat=True)
        delivered = {f"broadcast:{pk}": int(refresh_counts(pk).get("delivered", 0)) for pk in known}
    return counts, delivered


def _scope(scope: str) -> Q:
    kind, _, pk = scope.partition(":")
    return Q(sender_id=int(pk)) if kind == "sender" else Q(broadcast_id=int(pk))


def _named(scope: str) -> str:
    kind, _, pk = scope.partition(":")
    found: str | None
    if kind == "sender":
        found = SenderNumber.objects.filter(pk=int(pk)).values_list("name", flat=True).first()
    else:
        found = Campaign.objects.filter(broadcast_id=int(pk)).values_list("name", flat=True).first()
    return found or "A sender number"


def _summary(rule: NotificationRule, event_key: str) -> None:
    taken = _take(rule)
    if not taken:
        return
    # The newest taken is in the key: what committed after a digest went out is told by another of the same hour.
    event_key = f"{event_key}:{taken[-1][0]}"
    newest = [pk for pk, _ in taken[-LISTED:]]
    send_to(rule, stories_of(_items(newest)), event_key=event_key, counts=Counter(what for _, what in taken))


def send_test(rule: NotificationRule, key: str) -> int:
    """A notice that says it is a test, to everybody the rule names; how many were queued."""
    story = Story(
        key=key, what=What.TEST, title="This is a test of the notice rule", words="", at=timezone.now()
    )
    return send_to(rule, [story], event_key=f"rule:{rule.pk}:test:{key}", title=f"Test: {rule.name}")

"""What the rules want told: read from the ledger behind a cursor of its own, or raised by whoever saw it.

Each match is one `NoticeItem`, once per rule and event; a due task composes them (`conversations.actions.digesting`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q

from campaigns.models import Campaign
from consent.followers import follow
from consent.models import ConsentEvent
from consent.models.ledger import Kind
from contacts.models import GroupMember
from conversations.models.telling import NoticeItem, Notification, NotificationRule
from conversations.rules.telling import Happening, Narrowing, What, narrowing, what_of
from messaging.actions.forgetting import forget_texts
from tenants import due
from tenants.models import AuditEntry, WebhookDelivery
from tenants.scope import current_tenant_id

FOLLOWER = "notices"
State = Notification.State
#: What a notice that waits says instead, when somebody it names is erased before it leaves.
INSTEAD = "This notice named somebody who has been erased since. The permission history has what happened."
# What deliveries about a person may go on saying when they are erased: ids, states, times.
_IDS = frozenset(
    {
        "entry", "kind", "method", "phone", "contact", "all_senders", "senders", "sender", "status_before", "status",
        "campaign", "occurred_at", "recorded_at", "undoes", "message", "answers", "channel", "state", "since", "bot",
        "rule", "counts",
    }
)  # fmt: skip


def follow_ledger() -> bool:
    """Read the entries since last time; True when more wait. Needs the tenant's scope."""
    with follow(FOLLOWER) as reading:
        if not reading.events:
            return False
        _forget([event.phone_id for event in reading.events if event.kind == Kind.ERASED])
        rules = _rules()
        if rules:
            _keep(_items(rules, reading.events))
        reading.moved(reading.events[-1].seq)
        return reading.more


def raise_notice(
    *,
    what: What,
    event_key: str,
    subject: str,
    text: str = "",
    phone_id: int | None = None,
    sender_id: int | None = None,
    broadcast_id: int | None = None,
) -> list[NoticeItem]:
    """Tell of something the ledger does not hold: a complaint, a bot's words, a campaign that paused itself.

    Part of the caller's transaction; once per rule and `event_key`. Returns one item for each rule that listens.
    """
    rules = [(rule, wants) for rule, wants in _rules() if what in wants.whats]
    if not rules:
        return []
    campaign = _campaigns([broadcast_id]).get(broadcast_id or 0)
    happening = Happening(
        what=what,
        senders=frozenset({sender_id} if sender_id else ()),
        campaign=campaign,
        groups=_groups([phone_id] if phone_id else []).get(phone_id or 0, frozenset()),
    )
    items = [
        NoticeItem(
            tenant_id=current_tenant_id(), rule=rule, event_key=event_key[:160], what=what, phone_id=phone_id,
            sender_id=sender_id, broadcast_id=broadcast_id, subject=subject[:200], text=text,
        )
        for rule, wants in rules
        if wants.wants(happening)
    ]  # fmt: skip
    _keep(items)
    return items


def tell_paused(*, campaign_id: int) -> None:
    """Tell that a campaign paused itself, once each time, with its reason."""
    campaign = Campaign.objects.select_related("broadcast").filter(pk=campaign_id).first()
    entry = AuditEntry.objects.filter(
        verb="campaign_paused_itself", object_kind="campaign", object_id=campaign_id
    ).first()
    if campaign is None or entry is None:
        return
    raise_notice(
        what=What.PAUSED,
        event_key=f"paused:{entry.pk}",
        subject=f"The campaign “{campaign.name}” paused itself",
        text=str(entry.detail.get("reason", "")),
        sender_id=campaign.sender_id,
        broadcast_id=campaign.broadcast_id,
    )


def _forget(phones: Sequence[int]) -> None:
    """What was told of an erased person goes: the words of notices, and what other systems were sent."""
    if not phones:
        return
    told = Notification.objects.filter(Q(phone_id__in=phones) | Q(phone_ids__overlap=list(phones)))
    # The e-mail that asked why went to the person's own address.
    own = told.filter(event_key__startswith="why:")
    own.filter(state=State.WAITING).update(state=State.GIVEN_UP, reason="Erased")
    own.update(recipient="", headers={})
    told.exclude(state=State.WAITING).update(subject="", text="", html="")
    told.filter(state=State.WAITING).update(subject=INSTEAD, text=INSTEAD, html="")
    # Only now: what the outbox was handing over has its message and its delivery by then.
    texts = told.exclude(message_id=None).values_list("message_id", flat=True)
    forget_texts(list(texts), instead=INSTEAD)
    NoticeItem.objects.filter(phone_id__in=phones).update(subject="", text="")
    _forget_deliveries(
        [f"phone:{phone_id}" for phone_id in phones],
        list(told.exclude(delivery_id=None).values_list("delivery_id", flat=True)),
    )


def _forget_deliveries(order_keys: Sequence[str], ids: Sequence[int]) -> None:
    """Those in a person's order, and the notices that named them among others."""
    told = WebhookDelivery.objects.filter(Q(order_key__in=order_keys) | Q(pk__in=ids))
    told.filter(Q(done_at__isnull=False) | Q(gave_up_at__isnull=False)).update(payload={"erased": True})
    # What waits is told still, by its ids: another system must hear of an opt-out.
    waiting = list(told.filter(done_at=None, gave_up_at=None))
    for row in waiting:
        row.payload = _nameless(row.payload)
    WebhookDelivery.objects.bulk_update(waiting, ["payload"], batch_size=500)


def _nameless(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Only what names nobody; whatever this module does not know goes."""
    return {name: value if name in _IDS else None for name, value in payload.items()}


def _rules() -> list[tuple[NotificationRule, Narrowing]]:
    return [
        (rule, narrowing(rule.whats, rule.sender_ids, rule.campaign_ids, rule.group_ids, rule.methods))
        for rule in NotificationRule.objects.filter(paused_at=None)
    ]


def is_wanted(event: ConsentEvent) -> bool:
    """Whether a rule tells of this entry."""
    return bool(_items(_rules(), [event]))


def _items(
    rules: list[tuple[NotificationRule, Narrowing]], events: Sequence[ConsentEvent]
) -> list[NoticeItem]:
    known = [
        (event, what) for event in events if (what := what_of(event.kind, event.method, event.to_status))
    ]
    campaigns = _campaigns(event.campaign_ref for event, _ in known)
    wanted_groups = any(wants.groups for _, wants in rules)
    groups = _groups([event.phone_id for event, _ in known]) if wanted_groups else {}
    items: list[NoticeItem] = []
    for event, what in known:
        happening = Happening(
            what=what,
            senders=frozenset([*event.senders, *([event.sender_id] if event.sender_id else [])]),
            campaign=campaigns.get(event.campaign_ref or 0),
            groups=groups.get(event.phone_id, frozenset()),
            method=event.method,
        )
        items += [
            _item(rule, event, what)
            for rule, wants in rules
            # A rule tells of what comes after it was made, never of the history before.
            if event.recorded_at >= rule.created_at and wants.wants(happening)
        ]
    return items


def _item(rule: NotificationRule, event: ConsentEvent, what: str) -> NoticeItem:
    return NoticeItem(
        tenant_id=current_tenant_id(), rule=rule, event_key=f"ledger:{event.seq}", what=what, seq=event.seq,
        phone_id=event.phone_id, sender_id=event.sender_id, broadcast_id=event.campaign_ref, at=event.occurred_at,
    )  # fmt: skip


def _keep(items: list[NoticeItem]) -> None:
    NoticeItem.objects.bulk_create(items, ignore_conflicts=True)
    for rule_id in sorted({item.rule_id for item in items}):
        due.put_and_ring("notices", current_tenant_id(), rule_id)


def _campaigns(broadcasts: Iterable[int | None]) -> dict[int, int]:
    """Broadcast → campaign."""
    wanted = {one for one in broadcasts if one}
    if not wanted:
        return {}
    return dict(Campaign.objects.filter(broadcast_id__in=wanted).values_list("broadcast_id", "pk"))


def _groups(phones: Sequence[int]) -> dict[int, frozenset[int]]:
    """Phone → groups of its contact now."""
    found: dict[int, set[int]] = defaultdict(set)
    if phones:
        pairs = GroupMember.objects.filter(contact__phone_id__in=phones)
        for phone_id, group_id in pairs.values_list("contact__phone_id", "group_id"):
            found[phone_id].add(group_id)
    return {phone: frozenset(groups) for phone, groups in found.items()}

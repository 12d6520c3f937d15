"""To whom a rule's notice goes, and what each of them may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from conversations.actions.telling import queue_email, queue_team_text
from conversations.models.telling import Notification, NotificationRule
from conversations.noticeboard import Story
from conversations.rules.telling import counted, one_part, sees
from tenants.actions import tell
from tenants.models import Membership, Tenant, WebhookDelivery
from tenants.scope import current_tenant_id


@dataclass
class Notice:
    """A rule's notice, rendered once for each view that a recipient may have."""

    rule: NotificationRule
    stories: Sequence[Story]
    counts: Mapping[str, int]
    title: str

    @cached_property
    def tenant(self) -> Tenant:
        return Tenant.objects.get(pk=current_tenant_id())

    @property
    def phone_id(self) -> int | None:
        """Whom it is about, where it is one person."""
        return self.stories[0].phone_id if len(self.stories) == 1 else None

    @property
    def phone_ids(self) -> list[int]:
        """Whom it names, where they are several."""
        return sorted({one.phone_id for one in self.stories if one.phone_id}) if len(self.stories) > 1 else []

    def subject(self, view: str) -> str:
        if self.title:
            return self.title
        if self.counts or len(self.stories) != 1:
            return counted(self.counts)
        return self.stories[0].sentence(view)

    def context(self, view: str) -> dict[str, Any]:
        told = sum(self.counts.values()) or len(self.stories)
        return {
            "tenant": self.tenant,
            "rule": self.rule,
            "subject": self.subject(view),
            "counted": counted(self.counts) if self.counts else "",
            "stories": [{"is": story, "sentence": story.sentence(view)} for story in self.stories],
            "more": max(0, told - len(self.stories)),
            "home": settings.PUBLIC_URL,
        }


def send_to(
    rule: NotificationRule,
    stories: Sequence[Story],
    *,
    event_key: str,
    counts: Mapping[str, int] | None = None,
    title: str = "",
) -> int:
    """Queue a rule's notice to everybody it names, once per `event_key`; how many notices that were."""
    notice = Notice(rule, stories, counts or {}, title)
    return _mails(notice, event_key) + _texts(notice, event_key) + _webhook(notice, event_key)


def _mails(notice: Notice, event_key: str) -> int:
    rule = notice.rule
    rendered: dict[str, tuple[str, str, str]] = {}
    recipients = dict.fromkeys(rule.addresses, "") | _members(rule)
    for address, role in recipients.items():
        view = sees(role=role, whole_numbers=rule.whole_numbers)
        if view not in rendered:
            rendered[view] = _rendered(notice, view)
        subject, text, html = rendered[view]
        queue_email(
            to=address, subject=subject, text=text, html=html, event_key=event_key, phone_id=notice.phone_id,
            phone_ids=notice.phone_ids, rule_id=rule.pk,
        )  # fmt: skip
    return len(recipients)


def _rendered(notice: Notice, view: str) -> tuple[str, str, str]:
    """Subject, text and HTML, in the tenant's time."""
    context = notice.context(view)
    with timezone.override(ZoneInfo(notice.tenant.zone)):
        return (
            f"{notice.tenant.brand}: {context['subject']}",
            render_to_string("conversations/mail/notice.txt", context),
            render_to_string("conversations/mail/notice.html", context),
        )


def _members(rule: NotificationRule) -> dict[str, str]:
    """Address → role of the members named who work here still and have not muted the rule."""
    wanted = set(rule.member_ids) - set(rule.muted_ids)
    found = Membership.objects.filter(
        tenant_id=current_tenant_id(), user_id__in=wanted, user__is_active=True
    ).order_by("id")
    return dict(found.values_list("user__email", "role"))


def _texts(notice: Notice, event_key: str) -> int:
    rule = notice.rule
    if rule.sms_sender_id is None:
        return 0
    view = sees(role="", whole_numbers=rule.whole_numbers)
    body = f"{notice.tenant.brand}: {notice.subject(view)}"
    words = notice.stories[0].words if len(notice.stories) == 1 and not notice.counts else ""
    text = one_part(f'{body}: "{words}"' if words else body)
    for number in rule.numbers:
        queue_team_text(
            to=number, sender_id=rule.sms_sender_id, text=text, event_key=event_key, phone_id=notice.phone_id,
            rule_id=rule.pk,
        )  # fmt: skip
    return len(rule.numbers)


def _webhook(notice: Notice, event_key: str) -> int:
    rule = notice.rule
    if rule.endpoint_id is None:
        return 0
    payload = {
        "rule": {"id": rule.pk, "name": rule.name},
        "subject": notice.subject("whole"),
        "counts": dict(notice.counts),
        "happenings": [_told(story) for story in notice.stories],
    }
    order = f"phone:{notice.phone_id}" if notice.phone_id else ""
    tell(
        event="notice.raised",
        event_key=event_key,
        payload=payload,
        order_key=order,
        endpoint_id=rule.endpoint_id,
    )
    delivery = WebhookDelivery.objects.get(endpoint_id=rule.endpoint_id, event_key=event_key)
    Notification.objects.get_or_create(
        event_key=event_key,
        way=Notification.Way.WEBHOOK,
        recipient=str(rule.endpoint_id),
        defaults={
            "rule_id": rule.pk, "subject": payload["subject"][:200], "state": Notification.State.SENT,  # type: ignore[index]
            "delivery_id": delivery.pk, "phone_id": notice.phone_id, "phone_ids": notice.phone_ids,
            "done_at": delivery.created_at,
        },
    )  # fmt: skip
    return 1


def _told(story: Story) -> dict[str, Any]:
    return {
        "what": story.what, "at": story.at.isoformat(), "sentence": story.sentence("whole"), "name": story.name,
        "number": story.number, "words": story.words, "campaign": story.campaign, "url": story.url,
        "text": story.text,
    }  # fmt: skip

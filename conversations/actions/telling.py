"""The outbox of notices: e-mails, team texts and webhooks, queued in the caller's transaction, sent by a due task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings

from conversations.actions.noticing import raise_notice
from conversations.models.telling import NoticeItem, Notification
from conversations.rules.telling import What
from tenants import due
from tenants.models import Membership, WebhookEndpoint
from tenants.scope import current_tenant_id

Way = Notification.Way


def queue_email(
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    event_key: str,
    phone_id: int | None = None,
    phone_ids: Sequence[int] = (),
    headers: Mapping[str, str] | None = None,
    rule_id: int | None = None,
) -> Notification:
    """Queue one e-mail, once per `event_key` and address; part of the caller's transaction.

    `phone_id`: the person it names or goes to, `phone_ids` where it names several; erasing one wipes it.
    `headers`: more headers, as List-Unsubscribe.
    Returns the queued row, or the earlier one of the same key; its `state` and `reason` say what became of it.
    """
    return _queue(
        Notification(
            way=Way.EMAIL, recipient=to, subject=_line(subject), text=text, html=html, event_key=event_key,
            phone_id=phone_id, phone_ids=list(phone_ids), headers=dict(headers or {}), rule_id=rule_id,
        )
    )  # fmt: skip


def queue_team_text(
    *,
    to: str,
    sender_id: int,
    text: str,
    event_key: str,
    phone_id: int | None = None,
    rule_id: int | None = None,
) -> Notification:
    """Queue one SMS to a team number (E.164), once per key. It passes the gate: who opted out gets nothing."""
    return _queue(
        Notification(
            way=Way.SMS, recipient=to, sender_id=sender_id, text=text, event_key=event_key, phone_id=phone_id,
            rule_id=rule_id,
        )
    )  # fmt: skip


def notify_team(
    *,
    subject: str,
    text: str,
    event_key: str,
    html: str = "",
    user_ids: Sequence[int] = (),
    addresses: Sequence[str] = (),
    numbers: Sequence[str] = (),
    sms_sender_id: int | None = None,
    phone_id: int | None = None,
    what: What = What.BOT,
    sender_id: int | None = None,
    broadcast_id: int | None = None,
) -> Sequence[Notification | NoticeItem]:
    """Tell the team something, once per `event_key` and recipient; part of the caller's transaction.

    To members (`user_ids`, by e-mail), e-mail `addresses` and team `numbers` (E.164, by SMS from `sms_sender_id`).
    With nobody named: whom the notice rules for `what` name, else the owners and managers, by e-mail. `phone_id`: the
    person it is about.
    """
    if not (user_ids or addresses or numbers):
        raised = raise_notice(
            what=what, event_key=event_key, subject=subject, text=text, phone_id=phone_id, sender_id=sender_id,
            broadcast_id=broadcast_id,
        )  # fmt: skip
        if raised:
            return raised
    members = Membership.objects.filter(tenant_id=current_tenant_id(), user__is_active=True)
    if user_ids:
        members = members.filter(user_id__in=list(user_ids))
    elif addresses or numbers:
        members = members.none()
    else:
        members = members.filter(role__in=[Membership.Roles.OWNER, Membership.Roles.MANAGER])
    mails = dict.fromkeys([*members.order_by("id").values_list("user__email", flat=True), *addresses])
    told = [
        queue_email(to=mail, subject=subject, text=text, html=html, event_key=event_key, phone_id=phone_id)
        for mail in mails
    ]
    if sms_sender_id is not None:
        told += [
            queue_team_text(
                to=number, sender_id=sms_sender_id, text=text, event_key=event_key, phone_id=phone_id
            )
            for number in dict.fromkeys(numbers)
        ]
    return told


def tell_endpoint_off(*, endpoint_id: int) -> None:
    """Tell the owners that an endpoint takes no more webhooks, once each time it was switched off."""
    endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id).first()
    if endpoint is None or endpoint.disabled_at is None:
        return
    owners = Membership.objects.filter(tenant_id=current_tenant_id(), role=Membership.Roles.OWNER)
    notify_team(
        subject=f"Webhooks to {endpoint} are switched off",
        text=f"{endpoint.disabled_reason}\n\nWhat happened meanwhile is kept. Mend the receiver, then switch the "
        f"endpoint on again: {settings.PUBLIC_URL}/settings/webhooks/",
        event_key=f"endpoint_off:{endpoint.pk}:{endpoint.disabled_at.isoformat()}",
        user_ids=list(owners.values_list("user_id", flat=True)),
    )


def _queue(row: Notification) -> Notification:
    found, made = Notification.objects.get_or_create(
        event_key=row.event_key,
        way=row.way,
        recipient=row.recipient,
        defaults={
            "rule_id": row.rule_id, "sender_id": row.sender_id, "subject": row.subject, "text": row.text,
            "html": row.html, "headers": row.headers, "phone_id": row.phone_id, "phone_ids": row.phone_ids,
        },
    )  # fmt: skip
    if made:
        due.put_and_ring("outbox", current_tenant_id())
    return found  # type: ignore[no-any-return]


def _line(text: str) -> str:
    """A header is one line."""
    return " ".join(text.split())[:200]

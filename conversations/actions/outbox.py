"""Sending what the outbox holds. Claimed in one scope, sent outside of any, recorded in another.

A crash between sending and recording repeats an e-mail with the same Message-ID. One worker at a time: the due row's
lease. An SMS becomes a queued message and a webhook a delivery in the recording transaction itself.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import timezone

from consent.actions import phone_for
from conversations.actions.follow_ups import unwanted_since
from conversations.models.telling import Notification
from messaging.actions.replies import queue_notice
from tenants.models import SenderNumber
from tenants.retrying import after, is_final
from tenants.rules import Refused
from tenants.scope import tenant_scope

log = logging.getLogger(__name__)
BATCH = 50
State = Notification.State


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail to send, as plain values."""

    id: int
    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]


@dataclass(slots=True)
class Result:
    """What became of one: `error` empty is sent; `final`: trying again is of no use."""

    id: int
    error: str = ""
    final: bool = False
    fields: dict[str, int] = field(default_factory=dict)


def deliver(tenant_id: int, *, beat: Callable[[], object] = lambda: None) -> datetime | None:
    """Send what is due now; when the next try is due, or None when nothing waits."""
    with tenant_scope(tenant_id):
        _hand_over_texts()
    while True:
        with tenant_scope(tenant_id):
            mails = _claim()
        if not mails:
            break
        beat()
        results = _send(mails)
        with tenant_scope(tenant_id):
            for result in results:
                record(result)
    with tenant_scope(tenant_id):
        waiting = Notification.objects.filter(state=State.WAITING).order_by("next_try_at")
        return waiting.values_list("next_try_at", flat=True).first()  # type: ignore[no-any-return]


def _hand_over_texts() -> None:
    """Team texts become messages, which pass the gate; no one else is asked, so all in one transaction."""
    rows = Notification.objects.filter(
        state=State.WAITING, way=Notification.Way.SMS, next_try_at__lte=timezone.now()
    ).order_by("id")[:BATCH]
    for row in rows:
        try:
            sender = SenderNumber.objects.filter(pk=row.sender_id, retired_at=None).first()
            if sender is None:
                raise Refused("sender_unknown", "The sender number it was to come from is not used any more.")
            phone_id = phone_for(e164=row.recipient)
            message = queue_notice(phone_id=phone_id, sender_id=sender.pk, body=row.text)
        except Refused as refused:
            record(Result(row.pk, refused.message, final=True))
        else:
            record(Result(row.pk, fields={"message_id": message.pk}))


def _claim() -> list[Mail]:
    rows = Notification.objects.filter(
        state=State.WAITING, way=Notification.Way.EMAIL, next_try_at__lte=timezone.now()
    ).order_by("next_try_at", "id")[:BATCH]
    unwanted = unwanted_since(rows)
    for pk in unwanted:
        record(Result(pk, "Not sent: by now they do not want it.", final=True))
    return [
        Mail(row.pk, row.recipient, row.subject, row.text, row.html, row.headers)
        for row in rows
        if row.pk not in unwanted
    ]


def _send(mails: list[Mail]) -> list[Result]:
    """Through one connection; when the server cannot be reached, none is tried."""
    connection = get_connection(timeout=10)
    try:
        connection.open()
    except OSError as error:  # smtplib's errors are of this kind too
        return [Result(mail.id, _named(error)) for mail in mails]
    try:
        return [_send_one(connection, mail) for mail in mails]
    finally:
        connection.close()


def _send_one(connection: object, mail: Mail) -> Result:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("<> ") or "localhost"
    headers = {"Message-ID": f"<notice-{mail.id}@{domain}>", "Auto-Submitted": "auto-generated"}
    message = EmailMultiAlternatives(
        mail.subject, mail.text, to=[mail.to], connection=connection, headers=headers | mail.headers
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = next((answer[0] for answer in error.recipients.values()), 0)
        return Result(mail.id, f"The mail server refused this address ({code}).", final=500 <= code < 600)
    except smtplib.SMTPResponseException as error:
        return Result(
            mail.id, f"The mail server refused it ({error.smtp_code}).", final=500 <= error.smtp_code < 600
        )
    except (OSError, ValueError) as error:
        return Result(mail.id, _named(error), final=isinstance(error, ValueError))
    return Result(mail.id)


def record(result: Result) -> None:
    """Write what became of one, in the open scope."""
    row = Notification.objects.select_for_update(no_key=True).get(pk=result.id)
    now = timezone.now()
    row.tries += 1
    for name, value in result.fields.items():
        setattr(row, name, value)
    row.reason = result.error[:200]
    if not result.error:
        row.state, row.done_at = State.SENT, now
    elif result.final or is_final(row.tries):
        row.state, row.done_at = State.GIVEN_UP, now
        log.warning("notice given up", extra={"tenant_id": row.tenant_id, "notification_id": row.pk})
    else:
        row.next_try_at = now + after(row.tries)
    row.save()


def _named(error: Exception) -> str:
    return f"The mail server could not be reached ({type(error).__name__})."

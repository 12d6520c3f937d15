"""Sending what the outbox holds. Claimed in one scope, sent outside of any, recorded in another.

A crash between sending and recording repeats an e-mail with the same Message-ID. One worker at a time: the due row's
lease, renewed before each turn; a turn is short, so that a slow mail server cannot outlast it. An SMS becomes a
queued message and a webhook a delivery in the recording transaction itself.
"""

from __future__ import annotations

import logging
import smtplib
import time
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
SECONDS = 40  # of one run: the worker is stopped after 90
TURN = 15  # seconds until no further e-mail is begun, what was tried is recorded and the lease renewed
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
    """Send what is due, for up to 40 s; when the next try is due (past: there is more), or None: nothing waits.

    `beat` says no when another worker may have it by now.
    """
    until = time.monotonic() + SECONDS
    with tenant_scope(tenant_id):
        _hand_over_texts()
    while time.monotonic() < until:
        with tenant_scope(tenant_id):
            mails = _claim()
        if not mails or beat() is False:
            break
        _take_turn(tenant_id, mails)
    with tenant_scope(tenant_id):
        waiting = Notification.objects.filter(state=State.WAITING).order_by("next_try_at")
        return waiting.values_list("next_try_at", flat=True).first()  # type: ignore[no-any-return]


def _take_turn(tenant_id: int, mails: list[Mail]) -> None:
    """Send some of them and record each that was tried, also when the worker is stopped over one."""
    results: list[Result] = []
    try:
        _send(mails, results)
    finally:
        with tenant_scope(tenant_id):
            for result in results:
                record(result)


def _hand_over_texts() -> None:
    """Team texts become messages, which pass the gate; no one else is asked, so all in one transaction."""
    # Locked: the words of somebody erased meanwhile must not become a message after they were wiped.
    waiting = Notification.objects.select_for_update(no_key=True).order_by("id")
    rows = waiting.filter(state=State.WAITING, way=Notification.Way.SMS, next_try_at__lte=timezone.now())[
        :BATCH
    ]
    for row in rows:
        try:
            sender = SenderNumber.objects.filter(pk=row.sender_id, retired_at=None).first()
            if sender is None:
                raise Refused("sender_unknown", "The sender number it was to come from is not used any more.")
            phone_id = phone_for(e164=row.recipient)
            if phone_id == row.phone_id:  # its answering machine would have itself told about for ever
                raise Refused("own_number", "Not sent: it is about this very number.")
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


def _send(mails: list[Mail], results: list[Result]) -> None:
    """Through one connection, until the turn is over; when the server cannot be reached, none is tried."""
    until = time.monotonic() + TURN
    connection = get_connection(timeout=10)
    try:
        connection.open()
    except OSError as error:  # smtplib's errors are of this kind too
        results += [Result(mail.id, _named(error)) for mail in mails]
        return
    try:
        for mail in mails:
            try:
                results.append(_send_one(connection, mail))
            except Exception as error:
                # It comes again later, and those behind it first: or one alone could keep all others from going.
                results.append(Result(mail.id, _named(error)))
                raise
            if time.monotonic() >= until:
                break
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
    elif result.final or is_final(row.created_at, now):
        row.state, row.done_at = State.GIVEN_UP, now
        log.warning("notice given up", extra={"tenant_id": row.tenant_id, "notification_id": row.pk})
    else:
        row.next_try_at = now + after(row.tries)
    row.save()


def _named(error: Exception) -> str:
    return f"The mail server could not be reached ({type(error).__name__})."

"""The e-mail of an invitation. Its link is made when it is sent, and is kept nowhere: a repeat gets a new one."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.utils import timezone

from tenants import doors
from tenants.actions.invitations import DOOR, close_doors, forget
from tenants.models import Invitation, Tenant
from tenants.retrying import after
from tenants.scope import tenant_scope

log = logging.getLogger(__name__)
PATH = "/accounts/invitation/"


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail to send, as plain values."""

    to: str
    subject: str
    text: str
    ends: datetime


def deliver(tenant_id: int, invitation_id: int) -> datetime | None:
    """Send what waits; when to come again: for another try, or to forget it."""
    with tenant_scope(tenant_id):
        letter = _write(tenant_id, invitation_id)
    sent = _send(letter) if letter else None
    now = timezone.now()
    with tenant_scope(tenant_id):
        if sent is False and (again := _failed(invitation_id, now)):
            return again
        if letter and sent:
            # Another end: it was ordered again meanwhile, and that letter is still to be sent.
            Invitation.objects.filter(pk=invitation_id, expires_at=letter.ends).update(sent_at=now, tries=0)
        return forget(invitation_id=invitation_id, now=now)


def _write(tenant_id: int, invitation_id: int) -> Letter | None:
    """The letter with a new link, which closes the earlier ones; None: there is nothing to send."""
    now = timezone.now()
    found = Invitation.objects.filter(pk=invitation_id, sent_at=None).select_related("invited_by").first()
    if found is None or found.state(now) != "waiting":
        return None
    close_doors(found.pk)
    link = settings.PUBLIC_URL + PATH + doors.make_door(DOOR, tenant_id, found.pk) + "/"
    tenant = Tenant.objects.get(pk=tenant_id)
    context = {
        "invitation": found, "tenant": tenant, "link": link,
        "until": found.expires_at.astimezone(ZoneInfo(tenant.zone)).strftime("%d %B %Y %H:%M %Z"),
    }  # fmt: skip
    subject = " ".join(f"{tenant.name} invites you to work in smscrm".split())
    text = render_to_string("tenants/invitation.txt", context)
    return Letter(found.email, subject, text, found.expires_at)


def _send(letter: Letter) -> bool:
    try:
        EmailMessage(
            letter.subject, letter.text, to=[letter.to], connection=get_connection(timeout=10),
            headers={"Auto-Submitted": "auto-generated"},
        ).send()  # fmt: skip
    except (OSError, ValueError) as error:  # smtplib's errors are of the first kind
        log.warning("invitation not sent: %s", type(error).__name__)
        return False
    return True


def _failed(invitation_id: int, now: datetime) -> datetime | None:
    """When to try again; None once the invitation is over."""
    found = Invitation.objects.select_for_update(no_key=True).filter(pk=invitation_id, sent_at=None).first()
    if found is None or found.state(now) != "waiting":
        return None
    found.tries = min(found.tries + 1, 1000)
    found.save(update_fields=["tries"])
    return now + after(found.tries)

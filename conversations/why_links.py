"""Links of the follow-up e-mail: signed, for one person, without a login. They say nothing about the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.urls import reverse

GOOD_FOR = timedelta(days=180)
_WHY, _MAIL = "conversations.why", "conversations.mail"


@dataclass(frozen=True, slots=True)
class Link:
    """Whom a link is for. `seq`: ledger number of the opt-out it asks about, 0 for links of the e-mail itself."""

    tenant_id: int
    phone_id: int
    seq: int = 0


def why_url(link: Link, reason: str = "") -> str:
    """The page that asks why, one reason chosen beforehand; opening it changes nothing."""
    token = signing.dumps([link.tenant_id, link.phone_id, link.seq], salt=_WHY)
    query = f"?{urlencode({'r': reason})}" if reason else ""
    return f"{settings.PUBLIC_URL}{reverse('conversations:why', args=[token])}{query}"


def mail_url(link: Link) -> str:
    """The page that ends e-mail; a POST to it, by a person or their mail program, does so at once."""
    token = signing.dumps([link.tenant_id, link.phone_id], salt=_MAIL)
    return f"{settings.PUBLIC_URL}{reverse('conversations:leave_mail', args=[token])}"


def read_why(token: str) -> Link | None:
    """Whom the page that asks why is for; None for a link that is none of ours, or too old."""
    try:
        tenant_id, phone_id, seq = signing.loads(token, salt=_WHY, max_age=GOOD_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Link(tenant_id, phone_id, seq)


def read_mail(token: str) -> Link | None:
    """Whom a link that ends e-mail is for. It never grows too old: an opt-out is never refused."""
    try:
        tenant_id, phone_id = signing.loads(token, salt=_MAIL)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Link(tenant_id, phone_id)

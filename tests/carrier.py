"""Signed webhooks, as the provider posts them, through the real middleware and views."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import quote_plus

from django.conf import settings
from django.test import Client

from messaging.rules.signatures import sign
from tests.conftest import ACCOUNT_TOKEN

FORM = "application/x-www-form-urlencoded"
_numbers = itertools.count(1)


def new_sid() -> str:
    return f"SM{next(_numbers):032d}"


def encode(fields: dict[str, str]) -> bytes:
    return "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in fields.items()).encode()


def post(
    path: str, raw: bytes, *, token: str = ACCOUNT_TOKEN, signature: str | None = None, **extra: Any
) -> Any:
    """POST a signed webhook; `signature=""` sends none."""
    signed = sign(url=settings.PUBLIC_URL + path, body=raw, content_type=FORM, key=token)
    header = signed if signature is None else signature
    headers = {"X-Twilio-Signature": header} if header else {}
    return Client().post(path, data=raw, content_type=FORM, headers=headers, **extra)


def inbound_fields(
    account_sid: str, body: str, person: str, to: str, sid: str | None = None, **more: str
) -> dict[str, str]:
    sid = sid or new_sid()
    return {
        "ToCountry": "US",
        "ToState": "",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "SmsSid": sid,
        "SmsStatus": "received",
        "Body": body,
        "To": to,
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": account_sid,
        "From": person,
        "ApiVersion": "2010-04-01",
        **more,
    }


def text(account: Any, body: str, *, person: str = "+12025550142", to: str, **more: str) -> Any:
    """A person texts a sender number; returns the webhook's response."""
    fields = inbound_fields(account.sid, body, person, to, **more)
    return post(f"/hooks/twilio/{account.inbound_key}/inbound", encode(fields))

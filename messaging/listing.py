"""The provider's list of texts, in and out, for what happened after a backup; no text can leave through it.

Source: Twilio's OpenAPI of api v2010, list messages. It filters by the day a text was sent, and so not those that still
wait at the provider or failed before they left; hence the whole list is read, newest first, back to the moment asked
for. Through the provider's SDK: it is called rarely.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from messaging.edge import is_service
from tenants.credentials import unseal
from tenants.models import ProviderAccount

TIMEOUT, TRIES, PAGE = 30, 5, 500


class Unlisted(Exception):
    """The list could not be read to its end."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A text as the provider lists it."""

    sid: str
    inbound: bool
    by_api: bool
    sender: str
    to: str
    service: str
    body: str
    created: datetime
    status: str
    code: int | None

    def is_from(self, address: str) -> bool:
        """Whether it was sent from this sender number, which may be a messaging service."""
        return address == (self.service if is_service(address) else self.sender)


def pages(account: ProviderAccount, since: datetime) -> Iterator[list[Listed]]:
    """The account's texts since a moment, page by page, newest first. Raises `Unlisted`.

    A generator: what is done between two pages is done with no request under way.
    """
    client = Client(
        account.sid,
        unseal(account.tenant_id, account.token_sealed),
        http_client=TwilioHttpClient(timeout=TIMEOUT),
    )
    if account.base_url:
        client.api.base_url = account.base_url
    page = _tried(lambda: client.messages.page(page_size=PAGE))
    while page is not None:
        texts = [_listed(one) for one in page]
        yield [one for one in texts if one.created >= since]
        # Ordered by the time sent, those not sent yet anywhere: only a page of nothing but old ones ends it.
        if not texts or all(one.created < since for one in texts):
            return
        page = _tried(page.next_page)


def _tried(ask: Any) -> Any:
    for n in range(TRIES):
        try:
            return ask()
        except TwilioRestException as refused:
            if int(refused.status) < 500 and int(refused.status) != 429:
                raise Unlisted(f"HTTP {refused.status}, code {refused.code}") from None
            why = f"HTTP {refused.status}"
        except (TwilioException, OSError, ValueError) as error:
            why = type(error).__name__
        if n + 1 < TRIES:
            time.sleep(2**n / 2)
    raise Unlisted(why)


def _listed(one: Any) -> Listed:
    code = str(one.error_code or "")
    return Listed(
        sid=str(one.sid),
        inbound=one.direction == "inbound",
        by_api=one.direction == "outbound-api",
        sender=str(one.from_ or ""),
        to=str(one.to or ""),
        service=str(one.messaging_service_sid or ""),
        body=str(one.body or ""),
        created=one.date_created or one.date_sent or datetime.now(UTC),
        status=str(one.status or ""),
        code=int(code) if code.isdecimal() else None,
    )

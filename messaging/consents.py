"""The provider's Consent API, outgoing: it blocks people there; no text can leave through it.

Source: Twilio's OpenAPI of accounts v1, Consents/Bulk (facts A9). Through the provider's SDK: it is called rarely.
"""

from __future__ import annotations

from typing import Any

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

TIMEOUT = 10


class Unanswered(Exception):
    """No answer, or an error: `status` is HTTP's, 0 where none came."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(f"HTTP {status}" if status else why)
        self.status = status


def tell(*, sid: str, token: str, base_url: str, items: list[str]) -> Any:
    """Create consents from at most 25 JSON texts; the answer's `items`. Raises `Unanswered`."""
    client = Client(sid, token, http_client=TwilioHttpClient(timeout=TIMEOUT))
    if base_url:
        client.accounts.base_url = base_url
    try:
        return client.accounts.v1.bulk_consents.create(items=items).items
    except TwilioRestException as refused:
        raise Unanswered(int(refused.status), "refused") from None
    except (TwilioException, OSError, ValueError) as error:
        raise Unanswered(0, type(error).__name__) from None

"""The provider edge, outgoing: an account's credentials and the bytes of a request.

Source of fields and limits: Twilio's OpenAPI of api v2010 (create message), facts A7 and A8. The request's
StatusCallback carries our message id, so that a callback heals a hand-over whose answer was lost.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from urllib.parse import quote_plus

PROVIDER_URL = "https://api.twilio.com"
API_VERSION = "2010-04-01"
_QUOTED = [quote_plus(bytes([byte])) for byte in range(256)]


@dataclass(frozen=True, slots=True)
class Account:
    """A provider account as the wire needs it. `concurrency`: most requests open at once."""

    id: int
    tenant_id: int
    sid: str
    token: str = field(repr=False)
    base_url: str
    inbound_key: str
    concurrency: int
    token_sealed: bytes = field(default=b"", repr=False)  # as stored: tells one token's time from the next

    @property
    def messages_url(self) -> str:
        """Where messages are created and listed."""
        return f"{self.base_url or PROVIDER_URL}/{API_VERSION}/Accounts/{self.sid}/Messages.json"

    @property
    def authorization(self) -> str:
        """The value of the Authorization header (Basic)."""
        return "Basic " + base64.b64encode(f"{self.sid}:{self.token}".encode()).decode()

    def status_callback(self, public_url: str) -> str:
        """The StatusCallback of a message, up to the id that ends it."""
        return f"{public_url}/hooks/twilio/{self.inbound_key}/status?m="


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is the same in every request from one sender number, encoded once."""

    prefix: bytes

    @classmethod
    def of(cls, account: Account, address: str, public_url: str) -> Envelope:
        """`address`: an E.164 number, short code or name, or the SID of a messaging service (MG…)."""
        name = "MessagingServiceSid" if is_service(address) else "From"
        callback = quote_plus(account.status_callback(public_url))
        return cls(f"{name}={quote_plus(address)}&StatusCallback={callback}".encode())

    def form(self, message_id: int, to: str, body: str) -> bytes:
        """The form of one message; equal to what the provider's SDK would send."""
        return b"%b%d&To=%b&Body=%b" % (
            self.prefix,
            message_id,
            quoted(to),
            quoted(body),
        )


def quoted(text: str) -> bytes:
    """As `quote_plus` writes it, in half its time: UTF-8's bytes one by one by a table."""
    return text.encode().decode("latin-1").translate(_QUOTED).encode()


def is_service(address: str) -> bool:
    """Whether an address is a messaging service's SID."""
    return len(address) == 34 and address.startswith("MG")

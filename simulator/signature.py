"""How Twilio signs a webhook.

Source: https://github.com/twilio/twilio-python/blob/main/twilio/request_validator.py (9.13.0) and
https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys.md
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence

Pairs = Sequence[tuple[str, str]]


def sign(key: str, url: str, pairs: Pairs, algorithm: str = "HMAC_SHA1") -> str:
    """Return the base64 signature over `url` (no fragment) and the distinct sorted parameters."""
    text = url.partition("#")[0] + "".join(name + value for name, value in sorted(set(pairs)))
    digest = hashlib.sha256 if algorithm == "HMAC_SHA256" else hashlib.sha1
    mac = hmac.new(key.encode(), text.encode("utf-8", "surrogatepass"), digest)
    return base64.b64encode(mac.digest()).decode()


def headers_for(
    url: str, pairs: Pairs, *, token: str, shared_key: tuple[str, str] | None = None, bad: bool = False
) -> dict[str, str]:
    """Return the signature headers. `shared_key` is (key sid, secret); `bad` makes a well-formed wrong one."""
    if bad:
        token, shared_key = (
            token + "-wrong",
            (shared_key[0], shared_key[1] + "-wrong") if shared_key else None,
        )
    if shared_key is None:
        return {"X-Twilio-Signature": sign(token, url, pairs)}
    return {
        "X-Twilio-Signature": sign(shared_key[1], url, pairs, "HMAC_SHA256"),
        "X-Twilio-Webhooks-Signature-Settings": f"key={shared_key[0]},algorithm=HMAC_SHA256",
    }

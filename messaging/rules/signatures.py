"""Signatures of the provider's requests, equal to the SDK's RequestValidator but never raising on odd input.

Source: twilio-python `request_validator.py` 9.13.0 and https://www.twilio.com/docs/usage/webhooks/webhooks-security.
The signed text is the URL, without its fragment, followed by every parameter name and value: names sorted, the
distinct values of a name sorted, nothing between them. JSON bodies are signed by `bodySHA256` in the URL instead.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import SplitResult, parse_qs, unquote_to_bytes, urlsplit, urlunsplit

SIGNATURE_HEADER = "x-twilio-signature"
SETTINGS_HEADER = "x-twilio-webhooks-signature-settings"
MAX_FIELDS = 1000

_DEFAULT_PORTS = {"https": 443, "http": 80}
_ALGORITHMS = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
_FORM = ("", "application/x-www-form-urlencoded")


def verify(
    *,
    url: str,
    body: bytes,
    content_type: str,
    headers: Mapping[str, str],
    tokens: Sequence[str],
    shared_keys: Mapping[str, str],
) -> bool:
    """Whether the request comes from the provider.

    `url`: the configured public address with its query, never one built from the client's own Host. `tokens`: the
    account's primary and, while rotating, secondary token. `shared_keys`: key name to secret, for requests whose
    settings header names one; such a request is never checked against a token. Unknown keys and algorithms fail.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    signature = lowered.get(SIGNATURE_HEADER, "")
    algorithm, keys = _keys(lowered.get(SETTINGS_HEADER, ""), tokens, shared_keys)
    if not signature or not algorithm or not keys:
        return False
    try:
        parts = urlsplit(url)
        payload = _payload(parts, body, content_type)
        addresses = list(_with_and_without_port(parts))
    except ValueError:
        return False
    if payload is None:
        return False
    matches = [
        hmac.compare_digest(_sign(key, address, payload, algorithm), signature.encode("utf-8", "replace"))
        for key in keys
        for address in addresses
    ]
    return any(matches)


def sign(*, url: str, body: bytes, content_type: str, key: str, algorithm: str = "HMAC_SHA1") -> str:
    """The signature that the provider would send for this request: for tests and for checking a set-up."""
    payload = _payload(urlsplit(url), body, content_type)
    return _sign(key, url.partition("#")[0], payload or b"", _ALGORITHMS[algorithm]).decode()


def parse_form(body: bytes) -> list[tuple[str, str]]:
    """Names and values of a form body in order, blank ones and NULs kept, at most 1,000.

    Bytes that are not UTF-8 become U+FFFD: what the SDK and Django sign over too, and a text with them can still be
    classified. The stored raw body keeps the bytes themselves.
    """
    return [
        (name.decode("utf-8", "replace"), value.decode("utf-8", "replace")) for name, value in _fields(body)
    ]


def _fields(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    for field in body.split(b"&", MAX_FIELDS)[:MAX_FIELDS]:
        if field:
            name, _, value = field.partition(b"=")
            yield unquote_to_bytes(name.replace(b"+", b" ")), unquote_to_bytes(value.replace(b"+", b" "))


def _payload(parts: SplitResult, body: bytes, content_type: str) -> bytes | None:
    """What follows the URL in the signed text; None where the body does not match its own digest."""
    if content_type.partition(";")[0].strip().lower() not in _FORM:
        digests = parse_qs(parts.query, errors="replace").get("bodySHA256")
        if not digests:
            return None if body else b""
        actual = hashlib.sha256(body).hexdigest().encode()
        return b"" if hmac.compare_digest(actual, digests[0].encode("utf-8", "replace")) else None
    values: dict[str, set[str]] = {}
    for name, value in parse_form(body):
        values.setdefault(name, set()).add(value)
    signed = "".join(name + value for name in sorted(values) for value in sorted(values[name]))
    return signed.encode("utf-8", "surrogatepass")


def _keys(settings: str, tokens: Sequence[str], shared_keys: Mapping[str, str]) -> tuple[str, list[str]]:
    """(digest, keys to try); ("", []) where the settings header asks for something unknown."""
    fields = {
        name.strip(): value.strip()
        for name, _, value in (part.partition("=") for part in settings.split(","))
    }
    name, algorithm = fields.get("key", ""), fields.get("algorithm", "").upper()
    if not name and not algorithm:
        return "sha1", [token for token in tokens if token]
    secret = shared_keys.get(name, "")
    return _ALGORITHMS.get(algorithm or "HMAC_SHA1", ""), [secret] if secret else []


def _with_and_without_port(parts: SplitResult) -> Iterator[str]:
    """The URL with its port (the scheme's own, if none is written) and without: the provider signs either."""
    parts = parts._replace(fragment="")
    user, at, host = parts.netloc.rpartition("@")
    name, _, port = host.rpartition(":") if not host.endswith("]") and ":" in host else (host, "", "")
    default = _DEFAULT_PORTS.get(parts.scheme, 443)
    for netloc in (f"{user}{at}{name}", f"{user}{at}{name}:{port or default}"):
        yield urlunsplit(parts._replace(netloc=netloc))


def _sign(key: str, url: str, payload: bytes, algorithm: str) -> bytes:
    signed = url.encode("utf-8", "surrogatepass") + payload
    return base64.b64encode(hmac.digest(key.encode("utf-8", "surrogatepass"), signed, algorithm))

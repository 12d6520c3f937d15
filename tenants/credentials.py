"""Credentials at rest: AES-256-GCM, with the tenant as associated data and the key named in the text (SEC49).

Layout: 4 bytes key id, 12 bytes nonce, ciphertext with tag. A ciphertext moved to another tenant does not open.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterable
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from tenants.rules import Refused


def _keys() -> dict[bytes, AESGCM]:
    return _ciphers(tuple(settings.CREDENTIAL_KEYS))


@lru_cache(maxsize=4)
def _ciphers(texts: Iterable[str]) -> dict[bytes, AESGCM]:
    keys: dict[bytes, AESGCM] = {}
    for text in texts:
        raw = base64.urlsafe_b64decode(text)
        keys[hashlib.sha256(raw).digest()[:4]] = AESGCM(raw)
    return keys


def seal(tenant_id: int, secret: str) -> bytes:
    """Encrypt with the newest key."""
    if not secret:
        return b""
    key_id, cipher = next(iter(_keys().items()))
    nonce = os.urandom(12)
    return key_id + nonce + cipher.encrypt(nonce, secret.encode(), f"tenant:{tenant_id}".encode())


def unseal(tenant_id: int, sealed: bytes | memoryview) -> str:
    """Decrypt; raises `Refused("credential_unreadable")` when the key is gone or the row is another tenant's."""
    data = bytes(sealed)
    if not data:
        return ""
    cipher = _keys().get(data[:4])
    try:
        if cipher is None:
            raise InvalidTag
        return cipher.decrypt(data[4:16], data[16:], f"tenant:{tenant_id}".encode()).decode()
    except InvalidTag as error:
        raise Refused("credential_unreadable", "This credential cannot be read. Enter it again.") from error

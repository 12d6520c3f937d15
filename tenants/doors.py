"""Doors: the few look-ups that may happen before a tenant's scope is open."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tenants.models import Door
from tenants.scope import found_scope
from tenants.statements import Statement

API_PREFIX = "crm_live_"

_ENTER = Statement("""
SELECT tenant_id, ref, set_config('app.tenant_id', tenant_id::text, true) FROM tenants_door
WHERE digest = %(digest)s AND kind = %(kind)s AND closed_at IS NULL
""")


@dataclass(frozen=True, slots=True)
class Opened:
    """What a door leads to: the tenant, and the row (`ref`) of its kind."""

    kind: str
    tenant_id: int
    ref: int


def digest(secret: str) -> bytes:
    """SHA-256 of a secret: 256-bit random secrets need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def open_door(kind: str, secret: str) -> Opened | None:
    """The tenant behind a secret, or None."""
    row = (
        Door.objects.filter(digest=digest(secret), kind=kind, closed_at=None)
        .values_list("tenant_id", "ref")
        .first()
    )
    return Opened(kind, row[0], row[1]) if row else None


@contextmanager
def door_scope(kind: str, secret: str) -> Iterator[Opened | None]:
    """Open the door and the scope behind it in one transaction and one statement. None: no such door, no scope."""
    found: list[Opened] = []

    def find() -> int | None:
        row = _ENTER.row(digest=digest(secret), kind=kind)
        if row is None:
            return None
        found.append(Opened(kind, row[0], row[1]))
        return found[0].tenant_id

    with found_scope(find):
        yield found[0] if found else None


def make_door(kind: str, tenant_id: int, ref: int, *, prefix: str = "") -> str:
    """Create a door and return its secret, which is not kept."""
    secret = prefix + secrets.token_urlsafe(32)
    Door.objects.create(digest=digest(secret), kind=kind, tenant_id=tenant_id, ref=ref)
    return secret

"""Keys of integrators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from tenants import doors
from tenants.actions.records import audit
from tenants.models import ApiKey, Door, User
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id

API_SCOPES = ("read", "write", "consent", "send")


def make_api_key(
    *,
    name: str,
    scopes: Sequence[str],
    actor: Actor,
    user: User | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A key and its secret, which is shown once."""
    require(actor, Role.OWNER, "create API keys")
    unknown = sorted(set(scopes) - set(API_SCOPES))
    if unknown or not scopes:
        raise Refused("scopes_invalid", f"Choose from {', '.join(API_SCOPES)}.", "scopes")
    key: ApiKey = ApiKey.objects.create(
        name=name, scopes=list(scopes), created_by=user, expires_at=expires_at, last_four=""
    )
    secret = doors.make_door("api", current_tenant_id(), key.pk, prefix=doors.API_PREFIX)
    key.last_four = secret[-4:]
    key.save(update_fields=["last_four"])
    audit(actor, "create_api_key", "api_key", key.pk, name=name, scopes=list(scopes))
    return key, secret


def revoke_api_key(*, key_id: int, actor: Actor) -> None:
    """The key stops at once."""
    require(actor, Role.OWNER, "revoke API keys")
    now = timezone.now()
    changed = ApiKey.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=now)
    if changed:
        Door.objects.filter(kind="api", tenant_id=current_tenant_id(), ref=key_id).update(closed_at=now)
        audit(actor, "revoke_api_key", "api_key", key_id)
    elif not ApiKey.objects.filter(pk=key_id).exists():
        raise Refused("not_found", "This key is not here any more.")

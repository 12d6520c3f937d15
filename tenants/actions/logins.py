"""What somebody changed about their own log-in, in the audit log of every tenant they work for."""

from __future__ import annotations

from tenants.actions.records import audit
from tenants.models import Membership, User
from tenants.rules import Actor, ActorKind
from tenants.scope import tenant_scope

#: The log-in library's letters, and the acts behind them.
ACTS = frozenset({
    "password_changed", "password_set", "password_reset", "totp_activated", "totp_deactivated",
    "recovery_codes_generated",
})  # fmt: skip


def note_change(*, user: User, act: str) -> None:
    """Write the act to each tenant's audit log; outside of any scope."""
    for membership in Membership.objects.filter(user=user).order_by("tenant_id"):
        actor = Actor(ActorKind.MEMBER, user.pk, str(user), membership.role)
        with tenant_scope(membership.tenant_id):
            audit(actor, act, "user", user.pk)

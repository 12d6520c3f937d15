"""Who works for a tenant."""

from __future__ import annotations

from tenants.actions.invitations import withdraw_of
from tenants.actions.records import audit
from tenants.models import Membership, Tenant, User
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id


def set_member(*, tenant: Tenant, user: User, role: Role, actor: Actor) -> Membership:
    """Give a user a role in the tenant of the open scope; the history keeps who, whom, before and after."""
    require(actor, Role.OWNER, "change roles")
    if role != Role.OWNER:
        _keep_an_owner(tenant.pk, user.pk)
        withdraw_of(user.pk)
    membership, created = Membership.objects.get_or_create(user=user, tenant=tenant, defaults={"role": role})
    before = "" if created else membership.role
    if not created and before != role:
        membership.role = role
        membership.save(update_fields=["role"])
    audit(actor, "set_role", "user", user.pk, before=before, after=str(role), whom=str(user))
    return membership


def remove_member(*, membership_id: int, actor: Actor) -> str:
    """They lose this tenant at once, and what they offered to others; their login stays. Answers who.

    Raises `Refused("last_owner")`.
    """
    require(actor, Role.OWNER, "remove members")
    membership = find_member(membership_id)
    _keep_an_owner(membership.tenant_id, membership.user_id)
    whom = str(membership.user)
    membership.delete()
    withdraw_of(membership.user_id)
    audit(actor, "remove_member", "user", membership.user_id, before=membership.role, whom=whom)
    return whom


def find_member(membership_id: int) -> Membership:
    """A membership of the tenant of the open scope; the table has no row security, so the tenant is named."""
    found = Membership.objects.filter(pk=membership_id, tenant=current_tenant_id()).select_related(
        "user", "tenant"
    )
    membership = found.first()
    if membership is None:
        raise Refused("not_found", "This member is not here any more.")
    return membership


def _keep_an_owner(tenant_id: int, user_id: int) -> None:
    """Owners are locked in one order, so that two of them cannot remove each other at once."""
    found = Membership.objects.select_for_update().filter(tenant=tenant_id, role=Role.OWNER).order_by("pk")
    owners = [membership.user_id for membership in found]
    if owners == [user_id]:
        told = "A tenant keeps at least one owner. Make somebody else an owner first."
        raise Refused("last_owner", told, "role")

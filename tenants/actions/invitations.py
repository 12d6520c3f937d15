"""Inviting: a role offered by e-mail, accepted by whoever reads the mail of that address and nobody else (SEC8)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants import due
from tenants.actions.records import audit
from tenants.models import Door, Invitation, Membership, Tenant, User
from tenants.rules import Actor, ActorKind, Refused, Role, require
from tenants.scope import current_tenant_id

DOOR = "invite"
LASTS = timedelta(hours=48)
PAUSE = timedelta(minutes=1)  # between two e-mails of one invitation
KEPT = timedelta(days=30)  # a settled invitation, so that its link still says what became of it


def invite(*, email: str, role: Role, actor: Actor, name: str = "") -> Invitation:
    """Offer a role to an address; the e-mail follows at once. Says nothing of whether the address has a login.

    Raises `Refused("member_exists")`, `Refused("invitation_waits")`.
    """
    require(actor, Role.OWNER, "invite members")
    email = email.lower()
    if Membership.objects.filter(tenant=current_tenant_id(), user__email=email).exists():
        raise Refused("member_exists", "They are a member already. Change their role in the list.", "email")
    by = actor.id if actor.kind in {ActorKind.MEMBER, ActorKind.STAFF} else None
    ends = timezone.now() + LASTS
    try:
        with transaction.atomic():
            made: Invitation = Invitation.objects.create(
                email=email, name=name, role=role, invited_by_id=by, expires_at=ends
            )
    except IntegrityError as error:
        told = "They are invited already. Send the invitation again, or withdraw it."
        raise Refused("invitation_waits", told, "email") from error
    audit(actor, "invite_member", "invitation", made.pk, role=str(role), whom=email)
    due.put_and_ring(DOOR, current_tenant_id(), made.pk)
    return made


def resend(*, invitation_id: int, actor: Actor) -> str:
    """Another e-mail with a new link and a new end; the links before it open nothing. Answers whom.

    Raises `Refused("invitation_over")`, `Refused("sent_just_now")`.
    """
    require(actor, Role.OWNER, "invite members")
    now = timezone.now()
    found = _open(invitation_id)
    if Invitation.objects.filter(pk=found.pk, sent_at__gt=now - PAUSE).exists():
        raise Refused("sent_just_now", "It was sent a moment ago. Wait a minute before you send it again.")
    Invitation.objects.filter(pk=found.pk).update(sent_at=None, tries=0, expires_at=now + LASTS)
    close_doors(found.pk)
    audit(actor, "resend_invitation", "invitation", found.pk, whom=found.email)
    due.put_and_ring(DOOR, current_tenant_id(), found.pk)
    return str(found.email)


def withdraw(*, invitation_id: int, actor: Actor) -> str:
    """Nobody can accept it any more. Answers whom. Raises `Refused("invitation_over")`."""
    require(actor, Role.OWNER, "invite members")
    found = _open(invitation_id)
    Invitation.objects.filter(pk=found.pk).update(withdrawn_at=timezone.now())
    audit(actor, "withdraw_invitation", "invitation", found.pk, whom=found.email)
    return str(found.email)


def _open(invitation_id: int) -> Invitation:
    """The locked row: accepting waits for us, or we find that it has been accepted."""
    found = Invitation.objects.select_for_update(no_key=True).filter(pk=invitation_id).first()
    if found is None:
        raise Refused("not_found", "This invitation is not here any more.")
    if found.accepted_at or found.withdrawn_at:
        raise Refused("invitation_over", "This invitation has been accepted or withdrawn already.")
    return found  # type: ignore[no-any-return]


def join(*, invitation_id: int, user: User) -> Membership:
    """The login of the invited address takes the role. Raises `Refused("invitation_over")`, and changes nothing."""
    now = timezone.now()
    # One statement decides: bound to the address, once, in time.
    taken = Invitation.objects.filter(
        pk=invitation_id, email=user.email.lower(), accepted_at=None, withdrawn_at=None, expires_at__gt=now
    ).update(accepted_at=now, accepted_by=user)
    if not taken:
        raise Refused("invitation_over", "This invitation cannot be accepted any more.")
    invitation = Invitation.objects.get(pk=invitation_id)
    tenant = Tenant.objects.get(pk=current_tenant_id())
    # Who became a member meanwhile keeps the role they have.
    membership, created = Membership.objects.get_or_create(
        user=user, tenant=tenant, defaults={"role": invitation.role}
    )
    audit(
        Actor(ActorKind.MEMBER, user.pk, str(user), membership.role),
        "accept_invitation", "user", user.pk, before="" if created else membership.role, after=membership.role,
        whom=user.email, invitation=invitation.pk, invited_by=invitation.invited_by_id,
    )  # fmt: skip
    return membership


def join_anew(*, invitation_id: int, name: str, password: str) -> User:
    """A login for the invited address, which has none yet, and the role. Raises as `join`, and `login_exists`."""
    email = Invitation.objects.values_list("email", flat=True).get(pk=invitation_id)
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, name=name)
            join(invitation_id=invitation_id, user=user)
    except IntegrityError as error:
        raise Refused("login_exists", "This address has a login now. Log in to accept.") from error
    return user


def close_doors(invitation_id: int) -> None:
    """The links sent so far open nothing."""
    doors = Door.objects.filter(kind=DOOR, tenant=current_tenant_id(), ref=invitation_id)
    doors.filter(closed_at=None).update(closed_at=timezone.now())


def withdraw_of(user_id: int) -> int:
    """What somebody offered who may not offer it any more. How many."""
    offered = Invitation.objects.filter(invited_by=user_id, accepted_at=None, withdrawn_at=None)
    return int(offered.update(withdrawn_at=timezone.now()))


def forget(*, invitation_id: int, now: datetime) -> datetime | None:
    """Delete an invitation a month after its end; before that, when to come again."""
    ends: datetime | None = (
        Invitation.objects.filter(pk=invitation_id).values_list("expires_at", flat=True).first()
    )
    if ends is not None and now < ends + KEPT:
        return ends + KEPT
    Invitation.objects.filter(pk=invitation_id).delete()
    Door.objects.filter(kind=DOOR, tenant=current_tenant_id(), ref=invitation_id).delete()
    return None

"""Decisions about who may do what, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Refused(Exception):
    """A request that cannot be done, told to its author.

    `code` is stable and machine-readable; `message` says what happened and what to do, for a person;
    `field` names the input at fault, where there is one; `detail` carries numbers a screen may show.
    """

    def __init__(
        self, code: str, message: str, field: str | None = None, *, detail: dict[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.field = code, message, field
        self.detail = detail or {}


class Role(StrEnum):
    """Role of a member in a tenant, weakest first."""

    VIEWER = "viewer"
    AGENT = "agent"
    MANAGER = "manager"
    OWNER = "owner"


_RANK = {role: rank for rank, role in enumerate(Role)}


def at_least(role: str | None, wanted: Role) -> bool:
    """Whether `role` has the rights of `wanted`."""
    return role in _RANK and _RANK[Role(role)] >= _RANK[wanted]


class ActorKind(StrEnum):
    """Who did something."""

    PERSON = "person"
    MEMBER = "member"
    STAFF = "staff"
    BOT = "bot"
    API = "api"
    PROVIDER = "provider"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something: kind, id within the kind, and how to name them on a page.

    `role` is a member's role in the tenant of the scope; staff pass every role check of their tenant.
    """

    kind: ActorKind
    id: int | None = None
    label: str = ""
    role: str | None = None

    def may(self, wanted: Role) -> bool:
        """Staff and the installation itself may; members by role; nobody else."""
        if self.kind in {ActorKind.STAFF, ActorKind.SYSTEM}:
            return True
        return self.kind in {ActorKind.MEMBER, ActorKind.API} and at_least(self.role, wanted)


SYSTEM = Actor(ActorKind.SYSTEM, label="smscrm")
PERSON = Actor(ActorKind.PERSON, label="the person")
PROVIDER = Actor(ActorKind.PROVIDER, label="the carrier")


def require(actor: Actor, wanted: Role, doing: str) -> None:
    """Raise `Refused("not_allowed")` unless the actor has the role."""
    if not actor.may(wanted):
        raise Refused("not_allowed", f"Only a {wanted.value} or above may {doing}.")

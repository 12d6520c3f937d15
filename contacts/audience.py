"""Audiences: the people a broadcast chooses, as one query over contacts.

A specification is {"include": [set, …], "exclude": [set, …], "skip_any_stop": bool}; a set is ["group", id],
["tag", id] or ["all", 0]. Included sets are joined, excluded ones taken away, and a contact counts once.
`skip_any_stop` takes nobody out here, nor does `once_more_of` (messaging.again): those people are left out with a
reason (messaging.exclusions), so that they are counted and listed like everyone else who is left out (E1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contacts.models import Group, Tag
from tenants.rules import Refused

_KINDS = ("group", "tag", "all")
_KEYS = {"include", "exclude", "skip_any_stop", "once_more_of"}

# Groups and tags are read by (group_id, contact_id): an id range on both sides keeps a chunk's cost its own size.
_MEMBERS = "SELECT contact_id FROM contacts_groupmember WHERE group_id = ANY(%s)"
_TAGGED = "SELECT contact_id FROM contacts_contacttag WHERE tag_id = ANY(%s)"
_UNSUBSCRIBED = (
    "SELECT u.id AS contact_id FROM contacts_contact u "
    "JOIN consent_phonenumber s ON s.id = u.phone_id AND s.stopped_at IS NOT NULL WHERE true"
)


@dataclass(frozen=True, slots=True)
class Sets:
    """Sets of one side, by kind. `unsubscribed`: the system group, which is a state of phones and has no rows."""

    groups: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()
    everyone: bool = False
    unsubscribed: bool = False

    def __bool__(self) -> bool:
        return bool(self.groups or self.tags or self.everyone or self.unsubscribed)


@dataclass(frozen=True, slots=True)
class Audience:
    """A specification as read in the tenant of the scope. `whole`: all its sets exist; a missing one has nobody."""

    include: Sets
    exclude: Sets
    skip_any_stop: bool
    once_more_of: int | None = None
    whole: bool = True


def check_audience(spec: dict[str, Any]) -> Audience:
    """Read a specification. Raises `Refused("audience_invalid")` naming what is wrong."""
    audience = read_audience(spec)
    if not audience.whole:
        raise _invalid("A chosen group or tag no longer exists. Choose again.")
    return audience


def read_audience(spec: dict[str, Any]) -> Audience:
    """The same of one that was frozen: what it names may have been deleted since."""
    if not isinstance(spec, dict) or set(spec) - _KEYS:
        raise _invalid("The audience is not understood. Choose groups and tags again.")
    sides = [_pairs(spec.get(side, [])) for side in ("include", "exclude")]
    groups = {ref for side in sides for kind, ref in side if kind == "group"}
    tags = {ref for side in sides for kind, ref in side if kind == "tag"}
    kinds = dict(Group.objects.filter(pk__in=groups).values_list("pk", "kind"))
    known = set(Tag.objects.filter(pk__in=tags).values_list("pk", flat=True))
    system = {pk for pk, kind in kinds.items() if kind == Group.Kind.UNSUBSCRIBED}
    include, exclude = (_sets(side, system) for side in sides)
    if not include:
        raise _invalid("Choose at least one group or tag, or everyone.")
    first = spec.get("once_more_of")
    if first is not None and (isinstance(first, bool) or not isinstance(first, int)):
        raise _invalid("The audience is not understood. Choose groups and tags again.")
    whole = groups <= set(kinds) and tags <= known
    return Audience(include, exclude, bool(spec.get("skip_any_stop", False)), first, whole)


def existing_sets(sets: Any) -> list[list[Any]]:
    """Of the sets of one side those that still exist."""
    pairs = _pairs(sets)
    there = {("all", 0)}
    for kind, model in (("group", Group), ("tag", Tag)):
        wanted = [ref for one, ref in pairs if one == kind]
        there |= {(kind, pk) for pk in model.objects.filter(pk__in=wanted).values_list("pk", flat=True)}
    return [list(pair) for pair in pairs if pair in there]


def audience_sql(
    spec: dict[str, Any] | Audience, *, after: int | None = None, upto: int | None = None
) -> tuple[str, list[Any]]:
    """SQL of rows (contact_id, phone_id), each contact once, and its parameters.

    It ends inside its WHERE, so that a caller may add `AND c.…`. `after` and `upto` (contact ids) cut out
    after < c.id <= upto, inside the sets as well. Raises `Refused("audience_invalid")`.
    """
    audience = spec if isinstance(spec, Audience) else check_audience(spec)
    bounds = _Bounds(after, upto)
    sql = ["SELECT c.id AS contact_id, c.phone_id FROM contacts_contact c WHERE true"]
    params: list[Any] = []
    bounds.cut("c.id", sql, params)
    if not audience.include.everyone:
        union = _union(audience.include, bounds, params)
        sql.append(f" AND c.id IN ({union})")
    if audience.exclude.everyone:
        sql.append(" AND false")
    elif audience.exclude:
        union = _union(audience.exclude, bounds, params)
        sql.append(f" AND NOT EXISTS (SELECT 1 FROM ({union}) e WHERE e.contact_id = c.id)")
    return "".join(sql), params


@dataclass(frozen=True, slots=True)
class _Bounds:
    after: int | None
    upto: int | None

    def cut(self, column: str, sql: list[str], params: list[Any]) -> None:
        for sign, value in ((">", self.after), ("<=", self.upto)):
            if value is not None:
                sql.append(f" AND {column} {sign} %s")
                params.append(value)


def _union(sets: Sets, bounds: _Bounds, params: list[Any]) -> str:
    parts: list[str] = []
    for chosen, members in ((sets.groups, _MEMBERS), (sets.tags, _TAGGED)):
        if chosen:
            params.append(list(chosen))
            parts.append(_bounded(members, "contact_id", bounds, params))
    if sets.unsubscribed:
        parts.append(_bounded(_UNSUBSCRIBED, "u.id", bounds, params))
    return " UNION ALL ".join(parts)


def _bounded(select: str, column: str, bounds: _Bounds, params: list[Any]) -> str:
    sql = [select]
    bounds.cut(column, sql, params)
    return "".join(sql)


def _pairs(sets: Any) -> list[tuple[str, int]]:
    if not isinstance(sets, list | tuple):
        raise _invalid("The audience is not understood. Choose groups and tags again.")
    found: list[tuple[str, int]] = []
    for one in sets:
        if not isinstance(one, list | tuple) or len(one) != 2 or one[0] not in _KINDS:
            raise _invalid("The audience is not understood. Choose groups and tags again.")
        kind, ref = one
        if isinstance(ref, bool) or not isinstance(ref, int) or not 0 <= ref < 2**63:
            raise _invalid("The audience is not understood. Choose groups and tags again.")
        found.append((kind, ref))
    return found


def _sets(pairs: list[tuple[str, int]], system: set[int]) -> Sets:
    groups = {ref for kind, ref in pairs if kind == "group"}
    return Sets(
        groups=tuple(sorted(groups - system)),
        tags=tuple(sorted({ref for kind, ref in pairs if kind == "tag"})),
        everyone=any(kind == "all" for kind, _ in pairs),
        unsubscribed=bool(groups & system),
    )


def _invalid(message: str) -> Refused:
    return Refused("audience_invalid", message, "audience")

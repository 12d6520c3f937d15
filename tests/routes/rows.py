"""The shape of a line of the table: a page's address or an operation of the API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tenants.rules import Role


@dataclass(frozen=True, slots=True)
class Row:
    """One route and method. `ok`: what those who may get; `weak`: what weaker roles get."""

    route: str
    method: str
    least: Role
    ok: int
    ids: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    weak: int = 403
    other: int | None = None  # the other tenant's owner, where it is neither 404 nor `ok`

    def __str__(self) -> str:
        return f"{self.method} /{self.route}"


def row(route: str, method: str, least: Role, ok: int, **more: Any) -> Row:
    """`pk="draft"` and the like are ids, the rest are fields of Row."""
    known = {name: more.pop(name) for name in ("data", "query", "weak", "other") if name in more}
    return Row(route, method, least, ok, ids=more, **known)


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of the API. `scope`: what the key needs; `ok`: the answer to a key that has it."""

    route: str
    method: str
    scope: str
    ok: int
    body: Any = None
    ids: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} /{self.route}"


def call(route: str, method: str, scope: str, ok: int, body: Any = None, **ids: str) -> Call:
    return Call(f"api/v1/{route}", method, scope, ok, body, ids)

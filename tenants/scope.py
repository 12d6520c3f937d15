"""The scope: the open transaction that names the tenant. Outside it no tenant row is visible.

`tenant_scope(tenant_id)` opens one transaction and tells PostgreSQL whose rows it may show; row-level security
does the rest. The manager of every tenant model raises `NoScope` when no scope is open, so that a forgotten
scope is an error in a test rather than an empty page in production.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from tenants.statements import look_at_connection, make_settings

_current: ContextVar[int | None] = ContextVar("tenant_id", default=None)


class NoScope(RuntimeError):
    """A tenant's rows were asked for while no tenant scope was open."""


class ScopeConflict(RuntimeError):
    """A scope of one tenant was opened inside the scope of another."""


def scoped_tenant() -> int | None:
    """The tenant id of the open scope, or None."""
    return _current.get()


def current_tenant_id() -> int:
    """The tenant id of the open scope; raises `NoScope`. Default of every `tenant` column."""
    tenant_id = _current.get()
    if tenant_id is None:
        raise NoScope("open a tenant_scope(...) first")
    return tenant_id


def _name_tenant(value: str, local: Mapping[str, str] | None = None) -> None:
    make_settings({"app.tenant_id": value} | dict(local or {}))


@contextmanager
def tenant_scope(tenant_id: int, *, local: Mapping[str, str] | None = None) -> Iterator[int]:
    """Open a transaction that sees the rows of `tenant_id` only.

    `local`: settings of this transaction alone, as a time limit, made by the same statement. Opened again for the
    same tenant it is a savepoint. Raises `ScopeConflict` for another tenant.
    """
    outer = _current.get()
    if outer is not None and outer != tenant_id:
        raise ScopeConflict(f"scope of tenant {tenant_id} inside the scope of tenant {outer}")
    with transaction.atomic():
        if outer is None or local:
            _name_tenant(str(int(tenant_id)), local)
        token = _current.set(tenant_id)
        try:
            yield tenant_id
        finally:
            _current.reset(token)
    if outer is None:
        _forget_tenant()


@contextmanager
def found_scope(find: Callable[[], int | None]) -> Iterator[int | None]:
    """A scope whose first statement, `find`, both finds the tenant and names it to PostgreSQL; None: there is none.

    Opened again for the same tenant it is a savepoint. Raises `ScopeConflict` for another tenant.
    """
    outer = _current.get()
    look_at_connection()
    with transaction.atomic():
        tenant_id = find()
        if outer is not None and tenant_id is not None and tenant_id != outer:
            raise ScopeConflict(f"scope of tenant {tenant_id} inside the scope of tenant {outer}")
        token = _current.set(tenant_id)
        try:
            yield tenant_id
        finally:
            _current.reset(token)
    if outer is None:
        _forget_tenant()


def _forget_tenant() -> None:
    """SET LOCAL outlives a released savepoint: inside an outer transaction the name is taken back.

    An error needs nothing: rolling back to the savepoint undoes the setting as well.
    """
    if connection.in_atomic_block:
        _name_tenant("")

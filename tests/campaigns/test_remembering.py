"""Slow figures are kept for a while, cheap ones never, and never for another tenant."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.core.cache import caches

from campaigns.remembering import remembered
from tenants.models import Tenant
from tenants.scope import tenant_scope


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    caches["process"].clear()
    yield
    caches["process"].clear()


def slow(value: int) -> int:
    time.sleep(0.06)
    return value


def test_slow_figures_are_kept(scope: int) -> None:
    assert remembered("x", lambda: slow(1)) == 1
    assert remembered("x", lambda: slow(2)) == 1


def test_cheap_figures_are_fresh(scope: int) -> None:
    assert remembered("x", lambda: 1) == 1
    assert remembered("x", lambda: 2) == 2


def test_each_tenant_has_its_own(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        remembered("x", lambda: slow(1))
    with tenant_scope(other_tenant.pk):
        assert remembered("x", lambda: slow(2)) == 2

"""Figures that take long on big tenants, kept for a multiple of the time they took: what is cheap is always fresh."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil
from typing import Any, TypeVar

from django.core.cache import caches

from tenants.scope import current_tenant_id

Value = TypeVar("Value")
CHEAP = 0.05  # seconds
LONGEST = 120  # seconds


def remembered(key: str, make: Callable[[], Value], *, times: int = 10) -> Value:
    """What `make` gives, or gave less than `times` its own duration ago. `key` is unique within the tenant."""
    full_key = f"campaigns:{current_tenant_id()}:{key}"
    cache = caches["process"]
    kept: tuple[Any] | None = cache.get(full_key)
    if kept is not None:
        value: Value = kept[0]
        return value
    started = time.monotonic()
    value = make()
    took = time.monotonic() - started
    if took > CHEAP:
        cache.set(full_key, (value,), min(LONGEST, ceil(took * times)))
    return value

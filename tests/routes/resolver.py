"""Every address of the product, as the resolver knows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.urls import get_resolver

_CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")
_GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()\[\]]|\[[^\]]*\])*\)")


def routes(urlconf: str) -> list[str]:
    """Routes in one spelling: `campaigns/<pk>/edit/`, whatever kind of pattern wrote them."""
    return sorted({_plain(found) for found in _walk(get_resolver(urlconf), "")})


def _walk(resolver: Any, prefix: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        found = prefix + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from _walk(entry, found)
        else:
            yield found


def _plain(route: str) -> str:
    return (
        _GROUP.sub(r"<\1>", _CONVERTER.sub(r"<\1>", route))
        .replace("^", "")
        .removesuffix("$")
        .removesuffix("\\Z")
    )


def fill(route: str, values: dict[str, Any]) -> str:
    """The path of a route with its ids; KeyError when one is missing."""
    return "/" + re.sub(r"<(\w+)>", lambda found: str(values[found[1]]), route)

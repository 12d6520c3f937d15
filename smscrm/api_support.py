"""What every API view shares: keys, scopes, JSON that can be stored.

The door is opened by the middleware, before the framework; here its actor and scopes are only handed on.
"""

from __future__ import annotations

import json
from typing import IO, Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tenants.models import User

MAX_BYTES = 262_144
MAX_DEPTH = 10
MAX_NAMES = 200
BIGGEST = 2**63 - 1


class TooLarge(APIException):
    """The body is larger than the API reads."""

    status_code = 413
    default_code = "too_large"
    default_detail = f"The body is larger than {MAX_BYTES:,} bytes."


class KeyAuthentication(BaseAuthentication):
    """The key's actor, put there by the middleware."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        key = getattr(request._request, "api_key", None)
        return (User(pk=None, email=""), key) if key is not None else None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class HasScope(BasePermission):
    """The key has the scope that the view asks for: `scopes` maps methods; reading needs `read`, else `write`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        key = getattr(request._request, "api_key", None)
        if key is None:
            return False
        wanted = getattr(view, "scopes", {}).get(request.method)
        if wanted is None:
            wanted = "read" if request.method in {"GET", "HEAD", "OPTIONS"} else "write"
        self.message = f"This key lacks the scope {wanted}."
        return wanted in key.scopes


class SafeJSONParser(JSONParser):
    """JSON that PostgreSQL can store: no NUL, no lone surrogate, bounded size, depth, names and integers (SEC22)."""

    def parse(self, stream: IO[bytes], media_type: Any = None, parser_context: Any = None) -> Any:
        raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise TooLarge
        try:
            value = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.", code="too_deep") from None
        except (ValueError, UnicodeDecodeError) as error:
            raise ParseError(f"This is not JSON: {error}", code="not_json") from None
        _check(value, 0)
        return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ParseError("A name stands twice in one object.", code="doubled_name")
    return found


def _check(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ParseError(f"The JSON is nested deeper than {MAX_DEPTH} levels.", code="too_deep")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int | float) and not abs(value) <= BIGGEST:  # 1e999 is read as infinity
        raise ParseError("A number is too large.", code="number_too_large")
    elif isinstance(value, dict):
        if len(value) > MAX_NAMES:
            raise ParseError(f"An object has more than {MAX_NAMES} names.", code="too_many_names")
        for name, item in value.items():
            _check_text(name)
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)


def _check_text(text: str) -> None:
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ParseError("A text has a character that cannot be stored.", code="bad_character")

"""Errors of the API as RFC 9457 problem details. Apart from `api_support`, which the framework's settings import."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from tenants.rules import Refused

QUERY_CANCELED = "57014"
WHOLE = api_settings.NON_FIELD_ERRORS_KEY

log = logging.getLogger(__name__)

_STATUS = {
    "idempotency_key_needed": 400,
    "not_allowed": 403,
    "not_found": 404,
    "file_too_large": 413,
} | dict.fromkeys(
    (
        "already_launched",
        "broadcast_state",
        "conflict",
        "contact_exists",
        "count_changed",
        "launched",
        "name_taken",
        "not_launched",
    ),
    409,
)
#: Fields that the API calls otherwise than the pages do.
_FIELDS = {"phone": "number", "body": "text"}
_CODES = {
    "parse_error": "not_json",
    "not_authenticated": "key_missing",
    "authentication_failed": "key_invalid",
    "permission_denied": "scope_missing",
}


def problem(exc: Exception, context: dict[str, Any]) -> Response:
    """{"type", "title", "status", "code", "detail", "errors": [{"field", "code", "detail"}]}.

    A fault of ours is logged and tells nothing.
    """
    if isinstance(exc, Refused):
        return _answer(_STATUS.get(exc.code, 422), exc.code, exc.message, _field(exc), **exc.detail)
    if isinstance(exc, Http404):
        return _answer(404, "not_found", "There is nothing at this address.")
    if isinstance(exc, PermissionDenied):
        return _answer(403, "not_allowed", "This key may not do that.")
    if isinstance(exc, exceptions.ValidationError):
        return _answer(400, "invalid", "Some values cannot be taken.", _errors(exc.get_full_details()))
    if isinstance(exc, exceptions.APIException):
        code = str(exc.get_codes())
        answer = _answer(exc.status_code, _CODES.get(code, code), str(exc.detail))
        if isinstance(exc, exceptions.MethodNotAllowed):
            answer.headers["Allow"] = ", ".join(context["view"].allowed_methods)
        return answer
    if isinstance(exc, OperationalError) and getattr(exc.__cause__, "sqlstate", "") == QUERY_CANCELED:
        return _answer(503, "too_slow", "This took too long. Ask for less at once.")
    log.error("fault in %s", context["request"].path, exc_info=exc)
    return _answer(500, "fault", "Something went wrong here. Nothing was changed.")


def _answer(
    code: int, name: str, detail: str, errors: list[dict[str, str]] | None = None, **more: Any
) -> Response:
    if transaction.get_connection().in_atomic_block:
        set_rollback()
    body = {
        "type": f"/docs/errors#{name}",
        "title": name.replace("_", " ").capitalize(),
        "status": code,
        "code": name,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    response = Response(body | more, status=code, content_type="application/problem+json")
    if code == status.HTTP_401_UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _field(refused: Refused) -> list[dict[str, str]] | None:
    if refused.field is None:
        return None
    field = _FIELDS.get(refused.field, refused.field)
    return [{"field": field, "code": refused.code, "detail": refused.message}]


def _errors(details: Any, path: str = "") -> list[dict[str, str]]:
    """Flatten the framework's nested errors into rows that name their field by a dotted path."""
    if isinstance(details, list):
        rows: list[dict[str, str]] = []
        for index, item in enumerate(details):
            leaf = isinstance(item, dict) and set(item) == {"message", "code"}
            rows += _errors(item, path if leaf else f"{path}.{index}".strip("."))
        return rows
    if set(details) == {"message", "code"}:
        return [{"field": path or "body", "code": str(details["code"]), "detail": str(details["message"])}]
    # What is wrong with a whole object or list is said of it by its own name, not by the framework's.
    return [
        row
        for name, item in details.items()
        for row in _errors(item, path if name == WHOLE else f"{path}.{name}".strip("."))
    ]

"""What the API of every app is made of: strict values, pages by cursor, operations of the OpenAPI document."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar, cast

import django_filters
from django import forms
from django.db import connection
from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, PermissionDenied, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.models import Tenant
from tenants.moments import too_early, too_far
from tenants.rules import Actor, Refused

BIGGEST = 2**63 - 1
CLOCK_SKEW = timedelta(minutes=5)
PAGE, MOST = 50, 500
READING_MS = 5_000  # no question of an integrator keeps the database busy for longer (SEC23)
PAGE_NAMES = frozenset({"cursor", "page_size"})
_BODY = object()
T = TypeVar("T")


def invalid(field: str, message: str, code: str) -> ValidationError:
    """One wrong value, as the problem document lists it."""
    return ValidationError({field: [ErrorDetail(message, code=code)]})


# ── values ────────────────────────────────────────────────────────────────────────────────────────────
class Strict(serializers.Serializer):
    """Refuses what it does not know: `unknown_field`, and `read_only` for what only the answer holds (SEC15)."""

    answers_only: ClassVar[frozenset[str]] = frozenset()

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            wrong = sorted(set(data) - writable)[:20]
            errors: dict[str, Any] = {name: [self._refusal(name)] for name in wrong}
            if errors:
                raise ValidationError(errors)
        return super().to_internal_value(data)

    def _refusal(self, name: str) -> ErrorDetail:
        if name in self.answers_only or name in self.fields:
            return ErrorDetail("This cannot be set.", code="read_only")
        return ErrorDetail("There is no such field.", code="unknown_field")


class Text(serializers.CharField):
    """A JSON string; a number or a truth value is not taken for one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A JSON integer that a bigint holds."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": BIGGEST, **kwargs})

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool | str):
            self.fail("invalid")
        return super().to_internal_value(data)


class YesNo(serializers.BooleanField):
    """true or false, and nothing that looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Moment(serializers.DateTimeField):
    """A moment with its zone, since the first text message and within ten years. `past`: one in the future is refused.

    `clamped`: a moment to come is taken, since the act counts it as now.
    """

    def __init__(self, *, past: bool = False, clamped: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.past, self.clamped = past, clamped

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="2026-11-23T16:00:00Z")
        moment = super().to_internal_value(value)
        parsed = parse_datetime(value)
        if parsed is None or parsed.tzinfo is None:
            raise ValidationError(
                "Write the time with its zone, like 2026-11-23T16:00:00Z.", code="zone_missing"
            )
        if too_early(moment):
            raise ValidationError("This is before the first text message.", code="too_long_ago")
        if self.past and moment > timezone.now() + CLOCK_SKEW:
            raise ValidationError("This moment has not come yet.", code="in_the_future")
        if not self.clamped and too_far(moment):
            raise ValidationError("This is more than ten years ahead.", code="too_far_ahead")
        return moment


def ids(most: int = 1000, **kwargs: Any) -> serializers.ListField:
    """A list of ids."""
    return serializers.ListField(child=Whole(), max_length=most, **kwargs)


def idempotency_key(request: Request) -> str:
    """The request's Idempotency-Key, which this POST cannot do without."""
    key = str(request.headers.get("Idempotency-Key", ""))
    if not key:
        raise Refused("idempotency_key_needed", "Send an Idempotency-Key: this must not happen twice.")
    return key


# ── filters ───────────────────────────────────────────────────────────────────────────────────────────
class WholeFilter(django_filters.NumberFilter):
    """An id or a count in the query."""

    field_class = forms.IntegerField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=BIGGEST, **kwargs)

    def get_max_validator(self) -> None:
        return None


def read_only_filter(queryset: T, name: str, value: Any) -> T:
    """For parameters that the view hands to a reading function: they do not narrow the queryset themselves."""
    return queryset


def _parameters(filters: type[django_filters.FilterSet]) -> list[OpenApiParameter]:
    found = []
    for name, one in filters.base_filters.items():
        kind: Any = OpenApiTypes.STR
        if isinstance(one, WholeFilter):
            kind = {"type": "integer", "format": "int64", "minimum": 0}
        elif isinstance(one, django_filters.IsoDateTimeFilter):
            kind = OpenApiTypes.DATETIME
        elif isinstance(one, django_filters.BooleanFilter):
            kind = OpenApiTypes.BOOL
        choices = [str(value) for value, _ in one.extra.get("choices", ())]
        help_text = str(one.extra.get("help_text", ""))
        found.append(
            OpenApiParameter(
                name, kind, required=bool(one.extra["required"]), enum=choices or None, description=help_text
            )
        )
    return found


# ── pages ─────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Page:
    """What was asked for: rows after the key `after` (None: the first page), at most `size`."""

    after: int | None
    size: int

    @property
    def take(self) -> int:
        """One row more than is shown says whether there is another page."""
        return self.size + 1


def read_page(request: Request) -> Page:
    """`cursor` and `page_size` of the query; refuses what is neither."""
    size, cursor = request.query_params.get("page_size", str(PAGE)), request.query_params.get("cursor")
    if not (size.isascii() and size.isdecimal() and len(size) <= 3 and 1 <= int(size) <= MOST):
        raise invalid("page_size", f"Choose a page size from 1 to {MOST}.", "page_size_invalid")
    return Page(None if cursor is None else _decoded(cursor), int(size))


def page_answer(
    found: Sequence[T],
    page: Page,
    key: Callable[[T], int],
    shape: Callable[[Sequence[T]], list[dict[str, Any]]],
) -> Response:
    """{"results": […], "next_cursor": text or null} of `page.take` rows that were looked for."""
    rows = found[: page.size]
    more = _encoded(key(rows[-1])) if len(found) > page.size else None
    return Response({"results": shape(rows), "next_cursor": more})


def _encoded(key: int) -> str:
    return base64.urlsafe_b64encode(f"k{key}".encode()).decode().rstrip("=")


def _decoded(cursor: str) -> int:
    wrong = invalid("cursor", "Take next_cursor of the page before, as it is.", "cursor_invalid")
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"==").decode("ascii")
    except (binascii.Error, ValueError):
        raise wrong from None
    if text[:1] != "k" or not text[1:].isdecimal() or len(text) > 20 or int(text[1:]) > BIGGEST:
        raise wrong
    return int(text[1:])


# ── views ─────────────────────────────────────────────────────────────────────────────────────────────
class View(GenericAPIView):
    """Base of every API view: names in the query are allow-listed, ids are ids that can exist."""

    filterset_class: ClassVar[Any] = None
    paged: ClassVar[bool] = False
    scopes: ClassVar[Mapping[str, str]] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in {"GET", "HEAD"}:
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = '{READING_MS}ms'")
        if int(kwargs.get("pk", 0)) > BIGGEST:
            raise Http404
        known: set[str] = set()
        if request.method in {"GET", "HEAD"}:
            known |= set(self.filterset_class.base_filters) if self.filterset_class else set()
            known |= PAGE_NAMES if self.paged else set()
        for name in request.query_params:
            if name not in known:
                raise invalid(name[:80], "There is no such parameter.", "unknown_parameter")

    @property
    def actor(self) -> Actor:
        """The key that asks, as an actor."""
        return cast(Actor, self.request._request.actor)  # type: ignore[attr-defined]

    @property
    def tenant(self) -> Tenant:
        """The key's tenant."""
        return cast(Tenant, self.request._request.tenant)  # type: ignore[attr-defined]

    @property
    def key_scopes(self) -> list[str]:
        """What the key may."""
        return list(self.request._request.api_key.scopes)  # type: ignore[attr-defined]

    def needs(self, scope: str) -> None:
        """Refuse a key without this scope, where what is sent asks for more than its address does."""
        if scope not in self.key_scopes:
            raise PermissionDenied(f"This key lacks the scope {scope}.")

    def filtered(self, queryset: Any) -> Any:
        """The filter set over a queryset, its values checked: `.qs`, `.form.cleaned_data`."""
        found = self.filterset_class(self.request.query_params, queryset=queryset, request=self.request)
        if not found.is_valid():
            errors = {
                name: [
                    ErrorDetail(
                        str(one.message % one.params if one.params else one.message),
                        code=one.code or "invalid",
                    )
                    for one in data
                ]
                for name, data in found.errors.as_data().items()
            }
            raise ValidationError(errors)
        return found

    def readable(self) -> None:
        """Refuse a body that cannot be read, before anything is looked for; also where none is needed."""
        _ = self.request.data

    def body(self, kind: type[serializers.Serializer], *, sent: Any = _BODY, **kwargs: Any) -> dict[str, Any]:
        """The checked body, or what of it was `sent` as JSON."""
        given = kind(data=self.request.data if sent is _BODY else sent, **kwargs)
        given.is_valid(raise_exception=True)
        found: dict[str, Any] = given.validated_data
        return found


# ── the OpenAPI document ──────────────────────────────────────────────────────────────────────────────
class FieldError(serializers.Serializer):
    """One wrong value: where (a dotted path), a stable code, a sentence."""

    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer):
    """RFC 9457 problem details. `code` is stable; some codes add members of their own."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = FieldError(many=True, required=False)  # type: ignore[assignment]


_EXAMPLES = {
    400: ("invalid", "Some values cannot be taken."),
    401: ("key_invalid", "This API key is unknown, revoked or expired."),
    403: ("scope_missing", "This key lacks the scope write."),
    404: ("not_found", "There is nothing at this address."),
    406: ("not_acceptable", "Could not satisfy the request Accept header."),
    409: ("conflict", "Someone saved this a moment ago. Read it before you save."),
    413: ("too_large", "The body is larger than 262,144 bytes."),
    415: ("unsupported_media_type", "Send application/json."),
    422: ("opted_out", "You can’t text this person from here. Opted out of this sender number."),
    503: ("too_slow", "This took too long. Ask for less at once."),
    500: ("fault", "Something went wrong here. Nothing was changed."),
}
_KEY = {"type": "string", "minLength": 1, "maxLength": 100}


def _key_parameter(required: bool) -> OpenApiParameter:
    told = "The same key and body again give the first answer; nothing happens twice."
    return OpenApiParameter(
        "Idempotency-Key", _KEY, OpenApiParameter.HEADER, required=required, description=told
    )


def _example(status: int) -> OpenApiExample:
    code, detail = _EXAMPLES[status]
    title = code.replace("_", " ").capitalize()
    value = {"type": f"/docs/errors#{code}", "title": title, "status": status, "code": code, "detail": detail}
    return OpenApiExample(
        code, value, response_only=True, status_codes=[str(status)], media_type="application/problem+json"
    )


def page_of(row: type[serializers.Serializer]) -> Any:
    """The answer of a list: rows and the cursor of the next page."""
    cursor = serializers.CharField(allow_null=True, help_text="null: this was the last page.")
    return inline_serializer(f"{row.__name__}Page", {"results": row(many=True), "next_cursor": cursor})


def operation(
    name: str,
    summary: str,
    answer: Any,
    *,
    request: Any = None,
    status: int = 200,
    refuses: Iterable[int] = (),
    filters: type[django_filters.FilterSet] | None = None,
    pages: bool = False,
    needs_key: bool = False,
    details: str = "",
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Describe one method of a view: its summary, body, answer, and the problems it may answer with."""

    def described(method: Callable[..., Response]) -> Callable[..., Response]:
        writes = method.__name__ in {"post", "patch"}
        problems = {400, 401, 403, 406, 500, *refuses} | ({413, 415} if writes else set())
        # Any POST may meet its own Idempotency-Key: still running, or used for another body.
        problems |= {409, 422} if method.__name__ == "post" else set()
        problems |= {503} if method.__name__ == "get" else set()
        parameters: list[Any] = _parameters(filters) if filters else []
        if pages:
            size = {"type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE}
            parameters += [OpenApiParameter("cursor", str), OpenApiParameter("page_size", size)]
        if method.__name__ == "post":
            parameters.append(_key_parameter(needs_key))
        responses: dict[Any, Any] = {status: answer}
        responses |= {(code, "application/problem+json"): Problem for code in sorted(problems)}
        wrapped = extend_schema(
            operation_id=name, summary=summary, description=details or summary + ".", request=request,
            responses=responses, parameters=parameters, examples=[_example(code) for code in sorted(problems)],
        )  # fmt: skip
        return wrapped(method)  # type: ignore[no-any-return]

    return described

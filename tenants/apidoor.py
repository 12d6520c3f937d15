"""The API's door: a key becomes a tenant and an actor; a repeated POST gets its first answer (SEC18 to SEC20)."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from tenants.doors import API_PREFIX, open_door
from tenants.models import ApiKey, IdempotencyKey, Tenant
from tenants.rules import Actor, ActorKind, Role
from tenants.scope import tenant_scope

# How often "last used" is written; each request would be a write for nothing.
USED_EVERY = timedelta(minutes=1)
MAX_BYTES = 262_144
#: Where a file of evidence may come with the request, as multipart/form-data.
UPLOADS = frozenset({"/api/v1/consent/opt-ins", "/api/v1/consent/evidence-files"})
# Lock class of idempotency keys (4201: receipts being kept, 4202: broadcasts); phones use the single-key space.
IDEMPOTENCY = 4203

log = logging.getLogger(__name__)


def refusal(status: int, code: str, detail: str) -> JsonResponse:
    """A problem document (RFC 9457) made before the API framework is reached."""
    body = {
        "type": f"/docs/errors#{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "code": code,
        "detail": detail,
    }
    response = JsonResponse(body, status=status, content_type="application/problem+json")
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def enter(request: HttpRequest, serve: Callable[[int], HttpResponse]) -> HttpResponse:
    """Answer an API request: never kept by a cache, and never with a trace of what went wrong here."""
    try:
        response = _enter(request, serve)
    except Exception:
        log.exception("fault in %s", request.path)
        response = refusal(500, "fault", "Something went wrong here. Nothing was changed.")
    add_never_cache_headers(response)
    return response


def _enter(request: HttpRequest, serve: Callable[[int], HttpResponse]) -> HttpResponse:
    """Open the door that the Authorization header names and serve in its scope; else 401."""
    length, most = request.META.get("CONTENT_LENGTH") or "0", MAX_BYTES
    if with_file(request):
        most += settings.MAX_EVIDENCE_BYTES
    if not length.isdecimal() or int(length) > most:
        return refusal(413, "too_large", f"The body is larger than {most:,} bytes.")
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return refusal(401, "key_missing", "Send your API key as: Authorization: Bearer crm_live_…")
    opened = open_door("api", secret.strip()) if secret.startswith(API_PREFIX) else None
    if opened is None:
        return refusal(401, "key_invalid", "This API key is unknown, revoked or expired.")
    with tenant_scope(opened.tenant_id):
        key = ApiKey.objects.filter(pk=opened.ref, revoked_at=None).first()
        now = timezone.now()
        if key is None or (key.expires_at and key.expires_at <= now):
            return refusal(401, "key_invalid", "This API key is unknown, revoked or expired.")
        if key.last_used_at is None or key.last_used_at < now - USED_EVERY:
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    if with_file(request):
        try:
            request.POST  # noqa: B018  parsed once, here, whoever reads it later
        except (MultiPartParserError, SuspiciousOperation, UnicodeDecodeError):
            return refusal(400, "not_multipart", "This is not multipart/form-data that can be read.")
    request.api_key = key  # type: ignore[attr-defined]
    request.tenant = Tenant.objects.get(pk=opened.tenant_id)  # type: ignore[attr-defined]
    # A key acts with the rights of an owner within its scopes; unblocking and roles are not offered by the API.
    request.actor = Actor(ActorKind.API, key.pk, key.name, Role.OWNER)  # type: ignore[attr-defined]
    return serve(opened.tenant_id)


def with_file(request: HttpRequest) -> bool:
    """Whether a file may come with this request."""
    return request.path_info in UPLOADS and (request.content_type or "") == "multipart/form-data"


def _sent(request: HttpRequest) -> bytes:
    """What tells two bodies apart. A form is told by its parts: what stands between them differs at every try."""
    if not with_file(request):
        return request.body
    parts = [(name, "", hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
             for name, texts in request.POST.lists() for text in texts]  # fmt: skip
    for name, uploads in request.FILES.lists():
        for one in uploads:
            hashed = hashlib.sha256()
            for chunk in one.chunks():
                hashed.update(chunk)
            parts.append((name, one.name or "", hashed.hexdigest()))
    return json.dumps(sorted(parts)).encode()


def once(request: HttpRequest, work: Callable[[], HttpResponse]) -> HttpResponse:
    """Do the work of a POST once for its Idempotency-Key, in the open scope.

    The same key and body again: the first answer. Another body: 422. While the first runs: 409. Answers are kept
    when the work succeeded, in its own transaction; a refused request may be mended and sent again.
    """
    key = request.headers.get("Idempotency-Key", "")
    if request.method != "POST" or not key:
        return work()
    if len(key) > 100:
        return refusal(400, "idempotency_key_too_long", "Keep the Idempotency-Key under 100 characters.")
    # Each API key counts its own: two systems may both call their first order "1".
    key = f"{request.api_key.pk}:{key}"  # type: ignore[attr-defined]
    query = request.META.get("QUERY_STRING", "").encode("utf-8", "surrogateescape")
    digest = hashlib.sha256(_sent(request) + (b"?" + query if query else b"")).digest()
    number = int.from_bytes(hashlib.sha256(f"{request.tenant.pk}:{key}".encode()).digest()[:4], signed=True)  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [IDEMPOTENCY, number])
        if not cursor.fetchone()[0]:
            return refusal(
                409, "still_running", "The first request with this Idempotency-Key is still running."
            )
    first = IdempotencyKey.objects.filter(key=key, route=request.path[:120]).first()
    if first is not None:
        return _again(first, digest)
    response = work()
    if 200 <= response.status_code < 300:
        IdempotencyKey.objects.create(
            key=key,
            route=request.path[:120],
            body_digest=digest,
            status=response.status_code,
            response=_content(response),
        )
    return response


def _content(response: HttpResponse) -> Any:
    """The answer as it is kept. A secret is told once: nothing keeps it in clear, and no repeat tells it (SEC49)."""
    is_json = response.headers.get("Content-Type", "").partition(";")[0].endswith("json")
    content = json.loads(response.content) if response.content and is_json else None
    if isinstance(content, dict):
        content.pop("secret", None)
    return content


def _again(first: IdempotencyKey, digest: bytes) -> HttpResponse:
    if bytes(first.body_digest) != digest:
        return refusal(422, "idempotency_key_reused", "This Idempotency-Key was used for another request.")
    response = HttpResponse(status=first.status)
    if first.response is not None:
        response = JsonResponse(first.response, status=first.status, safe=False)
    response["Idempotency-Replayed"] = "true"
    return response

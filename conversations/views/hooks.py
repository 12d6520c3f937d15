"""The provider's doors: inbound texts and delivery receipts (DESIGN 6)."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from conversations.actions.inbound import act_on, keep, met_with
from messaging.actions.receipts import keep_receipt
from messaging.webhooks import MAX_BYTES, is_genuine, read_fields
from tenants.doors import door_scope
from tenants.models import ProviderAccount

log = logging.getLogger(__name__)

SILENT = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def _forbidden() -> HttpResponse:
    return HttpResponse("forbidden", status=403, content_type="text/plain")


def _come_again(error: Exception) -> HttpResponse:
    """Nothing was kept: whatever went wrong, the provider is asked to call again."""
    log.error("webhook not kept: %s", type(error).__name__, exc_info=not isinstance(error, DatabaseError))
    return HttpResponse(status=503, headers={"Retry-After": "5"})


def _address(request: HttpRequest) -> str:
    """The address as configured here: what the client says of its host proves nothing."""
    query = request.META.get("QUERY_STRING", "")
    return f"{settings.PUBLIC_URL}{request.path}{'?' + query if query else ''}"


def _raw(request: HttpRequest) -> bytes | None:
    """The body, or None when it is too large to read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MAX_BYTES:
        return None
    raw = request.body
    return raw if len(raw) <= MAX_BYTES else None


def _genuine(request: HttpRequest, account: ProviderAccount | None, raw: bytes) -> bool:
    return account is not None and is_genuine(
        account,
        url=_address(request),
        raw=raw,
        content_type=request.headers.get("Content-Type", ""),
        headers=request.headers,
    )


@csrf_exempt
@require_POST
def inbound(request: HttpRequest, key: str) -> HttpResponse:
    """A person wrote. 200 says that an opt-out, or at least its hold, is committed; else 503: try again."""
    raw = _raw(request)
    if raw is None:
        return HttpResponse("too large", status=413, content_type="text/plain")
    try:
        with door_scope("hook", key) as opened:
            if opened is None:
                return _forbidden()
            fields = read_fields(raw)
            met = met_with(fields, account_id=opened.ref)
            if not _genuine(request, met.account, raw):
                log.warning("forged or unsigned webhook", extra={"tenant_id": opened.tenant_id})
                return _forbidden()
            kept = keep(account_id=opened.ref, raw=raw, fields=fields, met=met)
        act_on(opened.tenant_id, kept)
    except Exception as error:
        return _come_again(error)
    return HttpResponse(SILENT, content_type="text/xml")


@csrf_exempt
@require_POST
def status(request: HttpRequest, key: str) -> HttpResponse:
    """A delivery receipt: kept, and applied later in groups."""
    raw = _raw(request)
    if raw is None:
        return HttpResponse("too large", status=413, content_type="text/plain")
    try:
        with door_scope("hook", key) as opened:
            if opened is None or not _genuine(
                request, ProviderAccount.objects.filter(pk=opened.ref).first(), raw
            ):
                return _forbidden()
            ref = request.GET.get("m", "")
            keep_receipt(
                fields=read_fields(raw),
                raw=raw,
                account_id=opened.ref,
                message_ref=int(ref) if ref.isdecimal() and len(ref) < 19 else None,
            )
    except Exception as error:
        return _come_again(error)
    return HttpResponse(status=204)

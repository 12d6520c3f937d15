"""How often somebody tries to sign up: counted in the database, so that every web process sees the same."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from conversations.models.signup import SignupTally
from conversations.rules.signup import LIMITS
from tenants.scope import current_tenant_id

_COUNT = """
INSERT INTO conversations_signuptally (tenant_id, bucket, since, count) VALUES (%s, %s, %s, 1)
ON CONFLICT (tenant_id, bucket, since) DO UPDATE SET count = conversations_signuptally.count + 1 RETURNING count
"""
KEPT = timedelta(days=2)


def count_try(*, kind: str, what: str, now: datetime) -> int:
    """Count one try of `kind` (a key of LIMITS); 0, or the seconds to wait where there were too many.

    Commit it whatever comes of the try itself: call it in a scope of its own.
    """
    limit = LIMITS[kind]
    digest = hmac.digest(settings.PEPPER, f"{kind}:{what}".encode(), "sha256").hex()[:40]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [current_tenant_id(), f"{kind}:{digest}", limit.since(now)])
        count = cursor.fetchone()[0]
    if kind == "form" and count == 1:
        SignupTally.objects.filter(since__lt=now - KEPT).delete()
    return limit.again_in(now) if count > limit.most else 0

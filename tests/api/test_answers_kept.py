"""What is kept of the answers to repeated requests, and for how long (SEC20, SEC49, SEC52).

Mutations tried, each made the test named red:
- `content.pop("secret")` left out                     → test_a_secret_is_told_once
- `created_at__lt` left out, or the task done for one tenant → test_answers_are_kept_for_thirty_days
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from smscrm.tasks import forget_answers
from tenants.actions.records import ANSWERS_KEPT
from tenants.models import IdempotencyKey, Tenant, WebhookEndpoint
from tenants.scope import tenant_scope
from tests.api.conftest import Api

KEY = {"HTTP_IDEMPOTENCY_KEY": "once"}


def test_a_secret_is_told_once(api: Api, tenant: Tenant) -> None:
    given = {"url": "https://shop.example.org/hook"}
    made = api.post("webhooks", given, **KEY).json()
    rotated = api.post(f"webhooks/{made['id']}/secret", **KEY).json()
    assert made["secret"].startswith("whsec_") and rotated["secret"].startswith("whsec_")
    with tenant_scope(tenant.pk):
        assert IdempotencyKey.objects.count() == 2
        assert not any("whsec_" in str(kept.response) for kept in IdempotencyKey.objects.all())
    for path, body, first in (("webhooks", given, made), (f"webhooks/{made['id']}/secret", {}, rotated)):
        again = api.post(path, body, **KEY)
        first.pop("secret")
        assert (again.status_code, again["Idempotency-Replayed"], again.json()) == (201, "true", first)
    with tenant_scope(tenant.pk):
        assert WebhookEndpoint.objects.count() == 1


def test_answers_are_kept_for_thirty_days(
    make_api: Callable[..., Api], tenant: Tenant, other_tenant: Tenant
) -> None:
    for where in (tenant, other_tenant):
        for name in ("old", "new"):
            told = {"HTTP_IDEMPOTENCY_KEY": name}
            assert make_api("write", in_tenant=where).post("tags", {"name": name}, **told).status_code == 201
        with tenant_scope(where.pk):
            young = timezone.now() - ANSWERS_KEPT + timedelta(minutes=5)
            IdempotencyKey.objects.update(created_at=young)
            IdempotencyKey.objects.filter(key__endswith=":old").update(
                created_at=young - timedelta(minutes=6)
            )
    assert timedelta(days=30) == ANSWERS_KEPT and forget_answers() == 2
    for where in (tenant, other_tenant):
        with tenant_scope(where.pk):
            assert [kept.key.partition(":")[2] for kept in IdempotencyKey.objects.all()] == ["new"]

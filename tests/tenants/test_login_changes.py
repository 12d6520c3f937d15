"""Changes of passwords and second factors stand in the audit log of every tenant the login works for (SEC37).

Mutations tried, each red: AccountAdapter without send_notification_mail; `note_change` for the first tenant only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.test import Client

from tenants import actions
from tenants.models import AuditEntry, Tenant, User
from tenants.rules import SYSTEM, Role
from tenants.scope import tenant_scope
from tests.conftest import PASSWORD

NEXT = "another long passphrase"


@pytest.fixture
def both(tenant: Tenant, other_tenant: Tenant, make_user: Callable[..., User]) -> User:
    """A login that works for two tenants."""
    user = make_user(Role.AGENT)
    with tenant_scope(other_tenant.pk):
        actions.set_member(tenant=other_tenant, user=user, role=Role.OWNER, actor=SYSTEM)
    return user


def heard(user: User, *tenants: Tenant) -> list[list[str]]:
    """What each tenant's log says of the login, the roles apart."""
    found = []
    for tenant in tenants:
        with tenant_scope(tenant.pk):
            rows = AuditEntry.objects.filter(object_kind="user", object_id=user.pk, actor_id=user.pk)
            found.append(list(rows.order_by("pk").values_list("verb", flat=True)))
    return found


def log_in(user: User) -> Client:
    web = Client()
    assert web.post("/accounts/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
    return web


def test_a_password_is_changed(
    both: User, tenant: Tenant, other_tenant: Tenant, django_capture_on_commit_callbacks: Any
) -> None:
    wrong = {"oldpassword": "wrong", "password1": NEXT, "password2": NEXT}
    with django_capture_on_commit_callbacks(execute=True):
        web = log_in(both)
        assert web.post("/accounts/password/change/", wrong).status_code == 200
        assert heard(both, tenant) == [[]]
        assert web.post("/accounts/password/change/", wrong | {"oldpassword": PASSWORD}).status_code == 302
    assert heard(both, tenant, other_tenant) == [["password_changed"], ["password_changed"]]


def test_a_password_is_reset(
    both: User, tenant: Tenant, other_tenant: Tenant, django_capture_on_commit_callbacks: Any
) -> None:
    web = Client()
    with django_capture_on_commit_callbacks(execute=True):
        web.post("/accounts/password/reset/", {"email": both.email})
        link = re.search(r"http://[^/]+(/accounts/\S+)", str(mail.outbox[-1].body))[1]  # type: ignore[index]
        form = web.get(link, follow=True).request["PATH_INFO"]
        web.post(form, {"password1": NEXT, "password2": NEXT})
    both.refresh_from_db()
    assert both.check_password(NEXT)
    assert heard(both, tenant, other_tenant) == [["password_reset"], ["password_reset"]]


def test_a_second_factor_comes_and_goes(
    both: User, tenant: Tenant, other_tenant: Tenant, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        web = log_in(both)
        at = "/accounts/2fa/totp/activate/"
        web.post(f"/accounts/reauthenticate/?next={at}", {"password": PASSWORD})
        secret = web.get(at).context["form"].secret
        code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
        assert web.post(at, {"code": code}).status_code == 302
    with django_capture_on_commit_callbacks(execute=True):
        assert web.post("/accounts/2fa/totp/deactivate/").status_code == 302
    acts = ["totp_activated", "totp_deactivated"]
    seen = heard(both, tenant, other_tenant)
    assert [[one for one in log if one in acts] for log in seen] == [acts, acts] and seen[0] == seen[1]

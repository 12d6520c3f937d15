"""The staff admin: every list and page in one tenant's scope, for staff only, with nothing of the other tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import set_script_prefix

from tenants.admin.site import site
from tenants.models import AuditEntry, Tenant
from tenants.rules import Role
from tenants.scope import tenant_scope
from tests.smscrm.staffed import CANARY, TOKEN, fill, log_in

OURS = ("tenants", "consent", "contacts", "messaging", "campaigns", "conversations")
APPS = sorted({model._meta.app_label for model in site._registry})


@pytest.fixture(autouse=True)
def _prefix() -> Iterator[None]:
    """The test client does not set the script prefix for each request, as a server does."""
    yield
    set_script_prefix("/")


@pytest.fixture
def staff(make_user: Callable[..., Any]) -> Client:
    return log_in(make_user(None, "staff@example.org", is_staff=True))


@pytest.fixture
def filled(tenant: Tenant, other_tenant: Tenant) -> Tenant:
    """`tenant` with a row of every kind, and the other one with rows that carry a canary."""
    fill(tenant, "Demo")
    fill(other_tenant, CANARY)
    return tenant


def address(tenant: Tenant, model: Any, rest: str = "") -> str:
    return f"/admin/t/{tenant.pk}/{model._meta.app_label}/{model._meta.model_name}/{rest}"


def models_of(app: str) -> list[Any]:
    return [model for model in site._registry if model._meta.app_label == app]


def first_of(tenant: Tenant, model: Any) -> Any:
    with tenant_scope(tenant.pk):
        rows = model.objects.order_by("pk")
        if any(f.name == "tenant" for f in model._meta.fields):
            rows = rows.filter(tenant_id=tenant.pk)
        if model._meta.label == "tenants.User":
            rows = rows.filter(memberships__tenant=tenant)
        if model is Tenant:
            rows = rows.filter(pk=tenant.pk)
        return rows.first()


@pytest.mark.parametrize("app", APPS)
def test_lists_and_pages_show_only_this_tenant(
    filled: Tenant, other_tenant: Tenant, staff: Client, app: str
) -> None:
    for model in models_of(app):
        listed = staff.get(address(filled, model))
        assert listed.status_code == 200, model
        row, foreign = first_of(filled, model), first_of(other_tenant, model)
        assert row is not None and foreign is not None, f"the fixture has no {model}"
        shown = staff.get(address(filled, model, f"{row.pk}/change/"))
        assert shown.status_code == 200, model
        for page in (listed, shown):
            assert CANARY not in page.content.decode(), model
            assert TOKEN not in page.content.decode(), model
        for rest in ("change/", "history/"):
            assert staff.get(address(filled, model, f"{foreign.pk}/{rest}")).status_code == 404, model
        refused = 404 if site._registry[model].may_delete else 403
        assert staff.get(address(filled, model, f"{foreign.pk}/delete/")).status_code == refused, model


@pytest.mark.parametrize("app", APPS)
def test_add_page_answers_or_is_forbidden(filled: Tenant, staff: Client, app: str) -> None:
    for model in models_of(app):
        answer = staff.get(address(filled, model, "add/"))
        once = model._meta.label == "contacts.OptOutPolicy"  # there is one already
        assert answer.status_code == (200 if site._registry[model].may_add and not once else 403), model
        assert CANARY not in answer.content.decode(), model


def test_every_model_of_ours_is_registered() -> None:
    ours = {model for app in OURS for model in apps.get_app_config(app).get_models()}
    # The whole installation's.
    no_tenants = {"tenants.Installation", "tenants.InstallationEntry", "tenants.SharedValue"}
    ours = {model for model in ours if model._meta.label not in no_tenants}
    assert ours <= set(site._registry)


@pytest.mark.parametrize("role", [Role.OWNER, None])
def test_others_find_nothing(tenant: Tenant, make_user: Callable[..., Any], role: Role | None) -> None:
    client = log_in(make_user(role, "someone@example.org"))
    for path in ("/admin/", f"/admin/t/{tenant.pk}/", f"/admin/t/{tenant.pk}/contacts/contact/"):
        assert client.get(path).status_code == 404


def test_a_stranger_is_sent_to_the_log_in(tenant: Tenant) -> None:
    for path in ("/admin/", f"/admin/t/{tenant.pk}/", f"/admin/t/{tenant.pk}/contacts/contact/?q=1"):
        answer = Client().get(path, follow=True)
        assert answer.status_code == 200
        assert answer.redirect_chain[0][0].startswith("/accounts/login/?next=/admin/")


def test_a_tenant_that_does_not_exist(tenant: Tenant, staff: Client) -> None:
    assert staff.get("/admin/t/987654321/").status_code == 404
    assert staff.get(f"/admin/t/{10**17}/contacts/contact/").status_code == 404


def test_choosing_a_tenant(tenant: Tenant, other_tenant: Tenant, staff: Client) -> None:
    page = staff.get("/admin/").content.decode()
    assert f"/admin/t/{tenant.pk}/" in page and f"/admin/t/{other_tenant.pk}/" in page
    found = staff.get("/admin/?q=Flor").content.decode()
    assert other_tenant.name in found and tenant.name not in found
    assert staff.get("/admin/?q=bakery").headers["Location"] == f"/admin/t/{tenant.pk}/"
    assert staff.get("/admin/?q=%00&page=zz").status_code == 200


def test_entering_is_audited_once_a_session_and_tenant(tenant: Tenant, staff: Client) -> None:
    for _ in range(3):
        assert staff.get(f"/admin/t/{tenant.pk}/").status_code == 200
    with tenant_scope(tenant.pk):
        entries = AuditEntry.objects.filter(verb="staff_entered")
        assert [(e.actor_kind, e.actor_label) for e in entries] == [("staff", "Demo Staff")]


def test_only_the_admin_has_the_looser_policy(tenant: Tenant, staff: Client, member: Any) -> None:
    inside = staff.get(f"/admin/t/{tenant.pk}/").headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in inside and "unsafe-inline' 'unsafe" not in inside
    assert "script-src 'self' 'unsafe-eval' 'unsafe-inline'" not in inside
    product = log_in(member)
    set_script_prefix("/")
    for client, path in (
        (staff, "/admin/"),
        (product, "/"),
        (Client(), "/accounts/login/"),
        (staff, "/nowhere/"),
    ):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "default-src 'self'" in policy


@pytest.mark.parametrize("path", ["contacts/contact/", "consent/consentevent/", "messaging/message/"])
def test_lists_take_a_constant_number_of_queries(filled: Tenant, staff: Client, path: str) -> None:
    address = f"/admin/t/{filled.pk}/{path}"
    staff.get(address)
    with CaptureQueriesContext(connection) as few:
        staff.get(address)
    for n in range(8):
        fill(filled, "Demo", number=60 + n, again=True)
    with CaptureQueriesContext(connection) as many:
        staff.get(address)
    assert len(many) == len(few)

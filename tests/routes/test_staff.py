"""The staff admin: every address of it is closed to everybody but staff, and staff may change only what the table says.

Its pages themselves are tests/smscrm/test_admin_pages.py. Mutation tried, it made the test named red:
- tenants/frame.py draws the product's frame for staff too                   → test_no_address_fails
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from tenants.admin.site import site
from tenants.scope import tenant_scope
from tests.routes.conftest import RANDOM, World
from tests.routes.headers import missing
from tests.routes.resolver import fill, routes

VERBS = ("add", "change", "delete")
#: What staff may do with the rows of a model besides looking at them; models that are not named: nothing.
STAFF_MAY = {
    "tenants.Tenant": {"change"},
    "tenants.Membership": {"change", "delete"},
    "tenants.Invitation": {"add", "delete"},
    "tenants.User": {"change"},
    "tenants.ProviderAccount": {"add", "change"},
    "tenants.SenderNumber": {"add", "change"},
    "tenants.SenderAddress": {"add", "delete"},
    "consent.Disclosure": {"add"},
    "consent.KeywordSet": {"add", "change", "delete"},
    "contacts.Contact": {"add", "change", "delete"},
    "contacts.FieldDefinition": {"add", "change"},
    "contacts.Group": {"add", "change", "delete"},
    "contacts.Tag": {"add", "change", "delete"},
    "contacts.Segment": {"change", "delete"},
    "contacts.OptOutPolicy": {"add", "change"},
    "messaging.Template": {"add"},
}
NAMED = {
    "object_id": RANDOM, "pk": RANDOM, "app_label": "consent", "url": "nothing/here", "form": "csv", "key": "no",
    "uidb36": "1", "content_type_id": RANDOM,
}  # fmt: skip
#: A log-in below a tenant's address is no place to log in: it leads to the product's.
ROUTES = [route for route in routes("smscrm.admin_urls") if not route.startswith("accounts/")]


def address(world: World, route: str, tenant_id: int | None = None) -> str:
    return f"/admin/t/{tenant_id or world.tenant.pk}{fill(route, NAMED)}"


def test_every_address_is_staffs_only(world: World) -> None:
    found: dict[str, Any] = {}
    for route in ROUTES:
        for method in ("GET", "POST"):
            asked = {
                who: world.ask(who, method, address(world, route)) for who in ("anonymous", "owner", "other")
            }
            seen = [answer.status_code for answer in asked.values()]
            if seen != [302, 404, 404] or "/accounts/login/" not in asked["anonymous"]["Location"]:
                found[f"{method} {route}"] = seen
            for who, answer in asked.items():
                lacking = missing(answer, personal=who != "anonymous")
                if lacking:
                    found[f"{method} {route} as {who}"] = lacking
    assert found == {}


def test_the_log_in_can_be_reached_from_there(world: World) -> None:
    """Nobody logged in is led, from any page, to a log-in that opens."""
    first = world.ask("anonymous", "GET", f"/admin/t/{world.tenant.pk}/")
    assert world.ask("anonymous", "GET", first["Location"]).status_code == 200, first["Location"]


def test_no_address_fails(world: World) -> None:
    """Staff who ask for a row that never was, at every address, by GET and by POST, while a campaign runs."""
    found = {}
    for route in ROUTES:
        for method in ("GET", "POST"):
            status = world.ask("staff", method, address(world, route)).status_code
            if status not in {200, 302, 400, 403, 404, 405}:
                found[f"{method} {route}"] = status
    assert found == {}


@pytest.mark.parametrize("tenant_id", [RANDOM, 10**17])
def test_a_tenant_that_never_was(world: World, tenant_id: int) -> None:
    assert world.ask("staff", "GET", f"/admin/t/{tenant_id}/").status_code == 404


def test_what_staff_may_do(world: World) -> None:
    request = RequestFactory().get("/")
    request.user = _StaffUser()  # type: ignore[assignment]
    with tenant_scope(world.tenant.pk):
        may = {
            model._meta.label: {verb for verb in VERBS if getattr(page, f"has_{verb}_permission")(request)}
            for model, page in site._registry.items()
        }
    assert {label: verbs for label, verbs in may.items() if verbs} == STAFF_MAY
    assert len(may) > 30


class _StaffUser:
    """Somebody to whom Django's own permissions say yes."""

    is_active = is_staff = is_superuser = is_authenticated = True
    pk = None

    def has_perm(self, *given: Any) -> bool:
        return True

    has_module_perms = has_perm

"""An invitation taken by real forms: by somebody new, and by a login that logs in on the way (SEC8).

Mutation tried: the page says `Referrer-Policy: no-referrer`; its forms then have no origin and are refused: red.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tenants.models import Membership, Tenant, User
from tests.browser.test_pages import links
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
DO = "main button.sc-btn--primary"


def test_somebody_new_joins(bakery: Tenant, tab: Callable[..., Any]) -> None:
    page, watch = tab(width=390)
    page.goto(f"/accounts/invitation/{links(bakery)['for_new']}/")
    page.fill("[name=name]", "Demo New")
    page.fill("[name=password]", "a long enough passphrase")
    page.click(DO)
    page.wait_for_url("**/")
    assert watch.said == []
    assert Membership.objects.get(user__email="new@example.org").tenant_id == bakery.pk


def test_a_login_joins(bakery: Tenant, tab: Callable[..., Any]) -> None:
    page, watch = tab()
    path = f"/accounts/invitation/{links(bakery)['for_known']}/"
    known = User.objects.get(email="known@example.org")
    known.set_password(PASSWORD)
    known.save()
    page.goto(path)
    page.click("main a.sc-btn--primary")
    page.fill("[name=login]", known.email)
    page.fill("[name=password]", PASSWORD)
    page.click(DO)
    page.wait_for_url(f"**{path}")
    page.click(DO)
    page.get_by_role("heading", name="You work for Demo Bakery now").wait_for()
    page.click(DO)
    page.wait_for_url("**/")
    assert watch.said == [] and Membership.objects.filter(tenant=bakery, user=known).exists()

"""A sign-up as marketer and person live it: the form made and opened, filled in, asked, answered YES, welcomed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from contacts.models import Contact
from conversations.models.signup import SignupForm
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.browser.conftest import OFFERS
from tests.browser.product import Product
from tests.browser.test_pages import session

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PERSON = "+12025550144"


def test_from_a_form_to_the_welcome(bakery: Tenant, product: Product, tab: Callable[..., Any]) -> None:
    page, watch = tab(cookies=[session()])
    page.goto("/forms/")
    page.get_by_role("button", name="New form").first.click()
    page.locator("#new-form-name").fill("Counter")
    page.get_by_role("button", name="Make the form").click()
    page.get_by_label("Heading").fill("Rolls by text")
    expect(page.locator("#signup-preview")).to_contain_text("Rolls by text")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_role("button", name="Publish form").click()
    expect(page.get_by_text("Its page takes sign-ups now")).to_be_visible()
    with tenant_scope(bakery.pk):
        key = SignupForm.objects.get().key

    visitor, stranger = tab(width=390, height=844)
    visitor.goto(f"/p/f/{key}/")
    expect(visitor.get_by_role("checkbox")).not_to_be_checked()
    time.sleep(2.1)  # nobody fills it in faster
    visitor.get_by_label("Mobile number").fill("(202) 555-0144")
    visitor.get_by_role("checkbox").check()
    visitor.get_by_role("button", name="Sign up").click()
    expect(visitor.get_by_role("heading", name="One step is left")).to_be_visible()
    assert visitor.context.cookies() == []

    phone, _ = tab()
    phone.goto(f"{product.simulator}/?phone=%2B{PERSON[1:]}&sender=%2B{OFFERS[1:]}")
    expect(phone.locator("[data-test=bubble-in]").first).to_contain_text("reply YES", timeout=20_000)
    with tenant_scope(bakery.pk):
        contact = Contact.objects.get(phone__e164=PERSON).pk
    page.goto(f"/contacts/{contact}/")
    expect(page.get_by_text(re.compile("Pending")).first).to_be_visible()
    phone.fill("[data-test=message-body]", "Yes")
    phone.click("[data-test=send]")
    expect(phone.locator("[data-test=bubble-in]").last).to_contain_text("you are in", timeout=20_000)
    expect(phone.locator("[data-test=bubble-in]").last).to_contain_text(
        "Reply STOP to opt out, START to come back, HELP"
    )
    expect(page.get_by_text("Opted in").first).to_be_visible(timeout=20_000)
    assert watch.said == [] and stranger.said == []

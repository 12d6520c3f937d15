"""The opt-out link as a person uses it: in the text on the handset, the page, one tap, and the way back (A5, A6).

In a phone's viewport, and a second time with scripts switched off.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from bench.rig import wait_for
from campaigns import actions as campaigns
from consent.actions import opt_in, phone_for
from consent.models import ConsentEvent, Permission, PhoneNumber
from consent.models.ledger import Method
from consent.rules.evidence import Evidence
from contacts.models import Contact
from tenants.models import SenderNumber, Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope
from tests.browser.conftest import OFFERS
from tests.browser.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
ADA = "+12025550142"


def launch(tenant: Tenant) -> int:
    """One opted-in person, and a campaign whose wording is the link; their phone's id."""
    Tenant.objects.filter(pk=tenant.pk).update(
        postal_address="1 Example Street, Washington DC", message_frequency="About 4 texts a month",
        other_ways=[{"key": "news", "label": "The newsletter by e-mail", "channel": "email"}],
    )  # fmt: skip
    with tenant_scope(tenant.pk):
        sender = SenderNumber.objects.get(name="Offers")
        phone = phone_for(e164=ADA)
        Contact.objects.create(phone_id=phone, first_name="Demo 0142")
        opt_in(
            phone_id=phone, sender_ids=[sender.pk], method=Method.PAPER, event_key="in", actor=SYSTEM,
            evidence=Evidence(note="signed"),
        )  # fmt: skip
        draft = campaigns.create_campaign(
            actor=SYSTEM, name="Rolls", text="Demo Bakery: rolls are back.", sender_id=sender.pk,
            footer_text="Stop: {{ opt_out_link }}",
            audience={"include": [["all", 0]], "exclude": [], "skip_any_stop": False},
        )  # fmt: skip
        campaigns.launch(campaign_id=draft.pk, actor=SYSTEM, key="once")
        return phone


def link_on_the_handset(page: Any, product: Product) -> str:
    """The address in the text that arrived."""
    page.goto(f"{product.simulator}/?phone=%2B{ADA[1:]}&sender=%2B{OFFERS[1:]}")
    bubble = page.locator("[data-test=bubble-in]").first
    expect(bubble).to_contain_text("rolls are back. Stop: http", timeout=60_000)
    found = re.search(r"https?://\S+/u/[0-9A-Za-z]+", bubble.inner_text())
    assert found is not None
    return found[0]


def test_from_the_text_to_the_page_and_back(
    bakery: Tenant, product: Product, tab: Callable[..., Any]
) -> None:
    phone_id = launch(bakery)
    handset, _ = tab(width=390, height=844)
    link = link_on_the_handset(handset, product)
    page, watch = tab(width=390, height=844)
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Stop texts from Demo Bakery?")
    accessible(page)
    page.get_by_role("button", name="Stop offers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Done. No more offers.")
    accessible(page)
    assert stopped(bakery, phone_id)
    page.get_by_label("Too many texts").check()
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_text("Your answer has arrived.")).to_be_visible()
    assert not page.get_by_label("The newsletter by e-mail").is_checked()
    # The opt-out is told to the carrier, which from then on refuses texts until it hears START.
    assert wait_for(lambda: blocked_there(bakery, phone_id), 20), product.log()
    page.get_by_role("link", name="Undo").click()
    accessible(page)
    page.get_by_label(re.compile("^Offers, from")).check()
    page.get_by_role("button", name="Send me texts again").click()
    expect(page.get_by_text("You are back.")).to_be_visible()
    assert not stopped(bakery, phone_id)
    expect(page.get_by_text(re.compile("START to"))).to_be_visible()
    handset.click("[data-test=chip-START]")
    assert wait_for(lambda: not blocked_there(bakery, phone_id), 20), product.log()
    assert watch.said == []


def test_without_scripts_and_in_the_dark(
    bakery: Tenant, product: Product, browser: Any, tab: Callable[..., Any]
) -> None:
    phone_id = launch(bakery)
    link = link_on_the_handset(tab()[0], product)
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}, color_scheme="dark"
    )
    try:
        page = context.new_page()
        page.goto(link)
        assert not stopped(bakery, phone_id), "looking is no opt-out"
        page.get_by_role("button", name="Stop all texts").click()
        assert "Done. No more texts." in page.inner_text("h1")
        assert stopped(bakery, phone_id)
    finally:
        context.close()


def blocked_there(tenant: Tenant, phone_id: int) -> bool:
    with tenant_scope(tenant.pk):
        return Permission.objects.filter(phone_id=phone_id, provider_block_since__isnull=False).exists()


def stopped(tenant: Tenant, phone_id: int) -> bool:
    with tenant_scope(tenant.pk):
        assert ConsentEvent.objects.filter(phone_id=phone_id).exists()
        return PhoneNumber.objects.get(pk=phone_id).stopped_at is not None


def accessible(page: Any) -> None:
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []

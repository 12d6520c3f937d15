"""A bot from its template to the handset, over the running product with its real worker (D2).

BOT_SHOTS=<folder> also keeps pictures of the pages, wide and narrow, light and dark.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from contacts.models import Group, GroupMember
from conversations.actions import bots as acts
from conversations.models.bots import BotRun
from conversations.rules.bottemplates import template
from messaging.models import Message
from tenants.models import Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope
from tests.browser.conftest import OFFERS
from tests.browser.product import Product
from tests.browser.test_pages import session

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

PERSON = "+12025550147"
WAIT = 60_000


def shoot(page: Any, name: str) -> None:
    """Pictures for a person's eye, and axe over each theme."""
    folder = os.environ.get("BOT_SHOTS", "")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found = Axe().run(page).response["violations"]
        assert found == [], (name, theme, [(one["id"], one["nodes"][0]["html"][:200]) for one in found])
        if folder:
            for width, height in ((1440, 900), (390, 844)):
                page.set_viewport_size({"width": width, "height": height})
                page.screenshot(path=Path(folder) / f"{name}-{width}-{theme}.png", full_page=width < 500)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")


def test_a_bot_from_its_template_to_the_handset(
    bakery: Tenant, product: Product, tab: Callable[..., Any]
) -> None:
    with tenant_scope(bakery.pk):
        Group.objects.create(name="VIP")
        Group.objects.create(name="Holiday")
    page, watch = tab()
    page.context.add_cookies([session()])
    page.goto("/bots/")
    expect(page.get_by_role("heading", name="No bot yet")).to_be_visible()
    shoot(page, "empty")
    page.get_by_role("button", name=re.compile("^VIP")).click()
    build(page)
    shoot(page, "builder")
    try_out(page)
    shoot(page, "tried")
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("#bot-saved")).to_have_text("Saved, version 2", timeout=WAIT)
    page.get_by_role("button", name="Switch on").first.click()
    expect(page.get_by_role("button", name="Switch off").first).to_be_visible(timeout=WAIT)

    phone, _ = tab()
    phone.goto(f"{product.simulator}/?phone=%2B{PERSON[1:]}&sender=%2B{OFFERS[1:]}")
    phone.fill("[data-test=message-body]", "vip!")
    phone.click("[data-test=send]")
    expect(phone.locator("[data-test=bubble-in]").last).to_contain_text(
        "you are on the VIP list", timeout=WAIT
    )
    with tenant_scope(bakery.pk):
        found = GroupMember.objects.filter(contact__phone__e164=PERSON)
        assert set(found.values_list("group__name", flat=True)) == {"VIP", "Holiday"}
        run = BotRun.objects.get()
        assert Message.objects.get(pk=run.message_id).body == "vip!"
    page.reload()
    expect(page.get_by_text("2 of 2")).to_be_visible()
    page.goto(f"/bots/{run.bot_id}/runs/")
    expect(page.get_by_text("Joins Holiday, VIP")).to_be_visible()
    shoot(page, "runs")
    page.goto("/bots/")
    shoot(page, "list")
    page.goto(f"/contacts/{run.contact_id}/?show=bots")
    expect(page.get_by_text("joins Holiday, VIP, one reply")).to_be_visible()
    assert watch.said == []


def test_unsaved_edits_are_asked_about_and_go_along_with_the_switch(
    bakery: Tenant, tab: Callable[..., Any]
) -> None:
    """A2. Red without `beforeunload` in static/js/bots.js, and without `taken` (the switch would ask as well)."""
    with tenant_scope(bakery.pk):
        bot = acts.create_bot(actor=SYSTEM, content=template("hours").content("Demo Bakery"))  # type: ignore[union-attr]
    page, watch = tab(width=1440)
    page.context.add_cookies([session()])
    page.goto(f"/bots/{bot.pk}/")
    shoot(page, "switch")
    page.locator("#bot-name").fill("When we are open")
    expect(page.locator("#bot-saved")).to_have_text("Not saved yet")
    page.get_by_role("link", name="Contacts", exact=True).first.click(no_wait_after=True)
    expect(page.locator("#bot-name")).to_have_value("When we are open")
    assert watch.said == ["dialog: "], "the browser asked, and staying kept it"
    page.get_by_role("button", name="Switch on").first.click()
    expect(page.get_by_role("button", name="Switch off").first).to_be_visible(timeout=WAIT)
    expect(page.get_by_role("heading", name="When we are open")).to_be_visible()
    page.get_by_role("link", name="Contacts", exact=True).first.click()
    expect(page).to_have_url(re.compile("/contacts/"))
    assert watch.said == ["dialog: "], "saved: nothing is asked"


def build(page: Any) -> None:
    """Words by the keyboard, groups by a press, a step moved by Alt and an arrow, one removed."""
    page.locator("#bot-add-word").fill("stop")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").get_by_text("STOP opts people out")).to_be_visible(timeout=WAIT)
    page.locator("#bot-add-word").fill("club")
    page.keyboard.press("Enter")
    expect(page.get_by_text("CLUB", exact=True)).to_be_visible(timeout=WAIT)
    steps = page.locator("[data-step]")
    groups = steps.first.locator(".sc-bot-pick")
    groups.locator("summary").click()
    groups.get_by_label("VIP").check()
    groups.get_by_label("Holiday").check()
    groups.locator("summary").click()
    expect(steps.first.locator(".sc-bot-picked .sc-tag")).to_have_count(2, timeout=WAIT)
    steps.nth(1).locator("summary", has=page.locator("svg")).last.focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(steps.first).to_contain_text("Add tags", timeout=WAIT)
    steps.first.locator("summary").last.click()
    steps.first.get_by_role("button", name="Remove").click()
    expect(steps).to_have_count(2, timeout=WAIT)
    expect(page.get_by_text("Nothing stands in its way.")).to_be_visible()
    expect(page.locator("#bot-saved")).to_have_text("Not saved yet")


def try_out(page: Any) -> None:
    page.locator("#try-text").fill("Club")
    page.get_by_role("button", name="Try this text").click()
    tried = page.locator("#bot-tried")
    expect(tried).to_contain_text("Joins Holiday, VIP", timeout=WAIT)
    expect(tried).to_contain_text("Reply STOP to opt out.")
    expect(tried).to_contain_text("as Someone new")

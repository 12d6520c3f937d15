"""The main job as a marketer and a person live it, in a browser, over the running product (issue step h).

Log in, import a file with proof, launch a campaign, texts arrive on the handset page, STOP typed there, the profile
turns by itself, START brings back.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from contacts.models import Contact
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.browser.conftest import EMAIL, OFFERS
from tests.browser.product import Product
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PEOPLE = "phone,first_name,city\n" + "".join(f"+1 202-555-01{n},Demo {n},Albany\n" for n in range(40, 44))
ADA = "+12025550142"


def test_from_a_file_to_a_stop_and_back(
    bakery: Tenant, product: Product, tab: Callable[..., Any], tmp_path: Path
) -> None:
    page, watch = tab()
    log_in(page)
    make_group(page)
    import_people(page, tmp_path)
    with tenant_scope(bakery.pk):
        assert Contact.objects.count() == 4
        ada = Contact.objects.get(phone__e164=ADA).pk
    launch(page)
    expect(page.get_by_text("Sent", exact=True)).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Delivered 4")).to_be_visible(timeout=20_000)

    profile, profile_watch = page.context.new_page(), watch
    profile.goto(f"/contacts/{ada}/")
    expect(profile.locator("[data-test=status]")).to_contain_text("Active")
    expect(profile.locator("[data-test=unsubscribed]")).to_contain_text("No")

    phone, _ = tab()
    phone.goto(f"{product.simulator}/?phone=%2B{ADA[1:]}&sender=%2B{OFFERS[1:]}")
    expect(phone.locator("[data-test=bubble-in]").first).to_contain_text("Demo Bakery: Hi Demo 42")
    phone.fill("[data-test=message-body]", "Stop")
    phone.click("[data-test=send]")
    expect(profile.locator("[data-test=status]")).to_contain_text("Stopped", timeout=20_000)
    expect(profile.locator("[data-test=unsubscribed]")).to_contain_text("Yes", timeout=20_000)
    expect(phone.locator("[data-test=bubble-in]").last).to_contain_text("opted out")

    time.sleep(1.1)  # at the same second a STOP wins
    phone.fill("[data-test=message-body]", "START")
    phone.click("[data-test=send]")
    expect(profile.locator("[data-test=status]")).to_contain_text("Active", timeout=20_000)
    expect(profile.locator("[data-test=unsubscribed]")).to_contain_text("No", timeout=20_000)
    assert watch.said == [] and profile_watch.said == []


def log_in(page: Any) -> None:
    page.goto("/")
    page.get_by_label("E-mail").fill(EMAIL)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(re.compile(r":\d+/$"))


def make_group(page: Any) -> None:
    page.goto("/contacts/groups/")
    page.get_by_role("button", name="New group").click()
    page.locator("#new-name").fill("Regulars")
    page.get_by_role("button", name="Make group").click()
    expect(page.get_by_role("cell", name="Regulars").first).to_be_visible()


def import_people(page: Any, folder: Path) -> None:
    file = folder / "people.csv"
    file.write_text(PEOPLE)
    page.goto("/contacts/import/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Read the file").click()
    page.get_by_text("They agreed, and I have proof").click()
    page.get_by_label("How", exact=True).select_option("paper")
    page.get_by_label("When").fill("2026-01-02")
    page.get_by_label("The words they agreed to").fill(
        "I agree to texts from Demo Bakery. Reply STOP to opt out."
    )
    page.get_by_label(re.compile("^Offers")).check()
    page.get_by_role("button", name="To the columns").click()
    page.get_by_label("Put everyone into a group").select_option(label="Regulars")
    page.get_by_role("button", name=re.compile(r"Import 4 rows")).click()
    expect(page.get_by_text("The import is done.")).to_be_visible(timeout=20_000)


def launch(page: Any) -> None:
    page.goto("/campaigns/")
    page.get_by_role("button", name="New campaign").first.click()
    page.locator("#field-sender").select_option(label="Offers +1 202-555-0110, marketing")
    page.locator("#field-text").fill('Demo Bakery: Hi {{ first_name | default: "there" }}, rolls are back.')
    page.locator("#field-audience summary").click()
    page.get_by_role("button", name="In Regulars", exact=True).click()
    expect(page.locator("#campaign-audience")).to_contain_text("4")
    expect(page.locator("#campaign-preview")).to_contain_text("Hi Demo")
    page.locator("[data-launch]:visible").first.click()
    page.locator("#sc-launch [data-go]").click()
    page.wait_for_url(re.compile(r"/campaigns/\d+/$"))

"""The composer and the launch as a person uses them, in Chromium; axe-core finds nothing in either theme."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse

from campaigns import actions
from campaigns.models import Campaign
from consent.actions import opt_in, phone_for
from consent.models.ledger import Method
from consent.rules.evidence import Evidence
from contacts.models import Contact
from messaging.actions.broadcasts import plan
from messaging.models import Broadcast
from tenants.models import SenderNumber, Tenant, User
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def draft_id(live_db: object, tenant: Tenant) -> int:
    """A committed draft to three people, of whom one was never asked."""
    with tenant_scope(tenant.pk):
        sender = SenderNumber.objects.get(name="Offers")
        for n, name in enumerate(("Ada", "", "Eve")):
            phone = phone_for(e164=f"+1202555010{n}")
            Contact.objects.create(phone_id=phone, first_name=name)
            if name != "Eve":
                opt_in(
                    phone_id=phone, sender_ids=[sender.pk], method=Method.PAPER, event_key=f"in:{n}", actor=SYSTEM,
                    evidence=Evidence(note="signed"), whole_reach=False,
                )  # fmt: skip
        audience = {"include": [["all", 0]], "exclude": [], "skip_any_stop": False}
        text = 'Demo Bakery: Hi {{ first_name | default: "there" }}, rolls are back.'
        return actions.create_campaign(actor=SYSTEM, text=text, sender_id=sender.pk, audience=audience).pk


@pytest.fixture
def open_page(
    live_server: Any, browser: Any, browse: Callable[[User], Client], member: User
) -> Callable[..., Any]:
    """open_page(path, phone=False, dark=False) → a page of a manager's browser."""
    session = browse(member).cookies["session"].value

    def opened(path: str, *, phone: bool = False, dark: bool = False) -> Any:
        size = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 900}
        context = browser.new_context(viewport=size, color_scheme="dark" if dark else "light")
        context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    return opened


def test_write_look_and_launch(open_page: Callable[..., Any], tenant: Tenant, draft_id: int) -> None:
    page = open_page(reverse("campaigns:edit", args=[draft_id]))
    page.fill("#field-text", "Demo Bakery: Hi {{ frist_name }}")
    page.wait_for_selector("#campaign-checks >> text=did you mean “first name”?")
    page.wait_for_selector("#campaign-used .is-no >> text=did you mean “first name”?")
    page.fill("#field-text", 'Demo Bakery: Hi {{ first_name | default: "there" }}, rolls today.')
    page.click("[data-launch]:visible")  # at once: what is typed is saved before the question opens
    page.wait_for_selector("#sc-launch[open] >> text=Send to 2 people?")
    page.click("[data-go]")
    page.wait_for_url(re.compile(rf"/campaigns/{draft_id}/$"))
    with tenant_scope(tenant.pk):
        assert "rolls today" in Broadcast.objects.get().text


def test_what_was_just_typed_survives_leaving(
    open_page: Callable[..., Any], tenant: Tenant, draft_id: int
) -> None:
    page = open_page(reverse("campaigns:edit", args=[draft_id]))
    page.fill("#field-text", "Demo Bakery: typed a moment ago")
    page.goto(page.url.replace(f"{draft_id}/edit/", ""))
    page.wait_for_timeout(1500)
    with tenant_scope(tenant.pk):
        assert Campaign.objects.get().text == "Demo Bakery: typed a moment ago"


def test_names_open_beside_the_draft(open_page: Callable[..., Any], draft_id: int) -> None:
    page = open_page(reverse("campaigns:edit", args=[draft_id]))
    page.click("#campaign-audience >> text=Unknown, never opted in")
    page.wait_for_selector("#sc-drawer[open] >> text=Eve")


def test_a_merge_field_is_written_at_the_cursor(open_page: Callable[..., Any], draft_id: int) -> None:
    page = open_page(reverse("campaigns:edit", args=[draft_id]))
    page.fill("#field-text", "Hello ")
    page.click("text=Merge field")
    page.click("[data-insert]:visible >> nth=0")
    assert page.input_value("#field-text") == 'Hello {{ first_name | default: "there" }}'


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_how_often_the_wording_comes_by_keyboard(
    open_page: Callable[..., Any], tenant: Tenant, draft_id: int, width: int, dark: bool
) -> None:
    page = open_page(reverse("campaigns:edit", args=[draft_id]), dark=dark)
    page.set_viewport_size({"width": width, "height": 844})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    assert not page.is_visible("#field-footer-days")
    page.focus(".sc-optout > summary")
    page.keyboard.press("Enter")
    page.focus("[name=footer_when][value=always]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "field-footer-days"
    page.wait_for_selector("#campaign-checks >> text=Opt-out wording every 30 days")
    assert page.is_visible("text=With the opt-out wording") and page.is_visible("text=had none from Offers")
    page.fill("#field-footer-days", "0")
    page.wait_for_selector("#footer-days-error >> text=Write a number of days")
    assert page.get_attribute("#field-footer-days", "aria-invalid") == "true"
    assert page.input_value("#field-footer-days") == "0"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = [one["id"] for one in Axe().run(page, options=RULES).response["violations"]]
    page.fill("#field-footer-days", "14")
    page.wait_for_selector("#campaign-checks >> text=Opt-out wording every 14 days")
    assert page.get_attribute("#field-footer-days", "aria-invalid") == "false"
    found += [one["id"] for one in Axe().run(page, options=RULES).response["violations"]]
    with tenant_scope(tenant.pk):
        assert Campaign.objects.get().footer_every == 14
    assert (found, said) == ([], [])


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)])
def test_axe_finds_nothing(
    open_page: Callable[..., Any], tenant: Tenant, draft_id: int, phone: bool, dark: bool
) -> None:
    found: dict[str, list[str]] = {}

    def look(path: str) -> None:
        page = open_page(path, phone=phone, dark=dark)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        found[path] = [one["id"] for one in Axe().run(page, options=RULES).response["violations"]]
        page.context.close()

    look(reverse("campaigns:edit", args=[draft_id]))
    with tenant_scope(tenant.pk):
        launched = actions.launch(campaign_id=draft_id, actor=SYSTEM, key="a")
        assert isinstance(launched, Campaign)
    plan(tenant.pk, launched.order.pk)
    for path in ("/", reverse("campaigns:list"), reverse("campaigns:report", args=[draft_id])):
        look(path)
    assert found == {path: [] for path in found}

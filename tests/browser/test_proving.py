"""A consent on paper with its scan, and an erasure, in a real browser with the real worker (A9, B8, F3, SEC39)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from consent.actions import Evidence, opt_out, phone_for
from consent.models import EvidenceFile
from contacts.models import Contact
from tenants.files import path_of
from tenants.models import SenderNumber, Tenant
from tenants.rules import PERSON
from tenants.scope import tenant_scope
from tests.browser.test_pages import AXE, WIDEST, session
from tests.consent.filemaking import GOOD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
NUMBER = "+1 202-555-0142"


def person(tenant: Tenant) -> Contact:
    """Somebody who stopped Offers an hour ago: the form knows minutes, and a minute may end while it is filled in."""
    with tenant_scope(tenant.pk):
        phone = phone_for(e164="+12025550142")
        opt_out(
            phone_id=phone, sender_id=SenderNumber.objects.get(name="Offers").pk, reach="number", method="keyword",
            event_key="stop", actor=PERSON, evidence=Evidence(words="STOP"),
            occurred_at=timezone.now() - timedelta(hours=1),
        )  # fmt: skip
        made: Contact = Contact.objects.create(phone_id=phone, first_name="Demo", last_name="Contact 0142")
        return made


def read(page: Any, width: int) -> list[str]:
    """Serious findings of axe, and what is too broad."""
    page.evaluate("document.fonts.ready")
    broad = page.evaluate("document.documentElement.scrollWidth")
    found = [] if broad <= width else [f"{broad} px wide: {page.evaluate(WIDEST)}"]
    for one in Axe().run(page, options=AXE).response["violations"]:
        if one["impact"] in {"serious", "critical"}:
            found += [f"{one['id']}: {node['target']}" for node in one["nodes"][:3]]
    return found


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_a_consent_on_paper_and_an_erasure(
    bakery: Tenant, tab: Callable[..., Any], tmp_path: Path, theme: str, width: int
) -> None:
    contact = person(bakery)
    page, watch = tab(theme=theme, width=width, cookies=[session()])
    found = {}
    page.goto(f"/contacts/{contact.pk}/")
    page.get_by_label("More actions").click()
    page.get_by_role("link", name="Record a consent with proof…").click()
    page.wait_for_url("**/opt-in/")
    found["form"] = read(page, width)

    refused(page, tmp_path)
    found["refused"] = read(page, width)
    wrong = [said for said in watch.said if "400" not in said]

    recorded(page)
    watch.said.clear()
    page.goto("/consent/")
    page.goto(page.get_attribute("a[data-drawer=wide]", "href"))
    found["entry"] = read(page, width)
    with page.expect_download() as taken:
        page.get_by_role("link", name="form.pdf").click()
    assert (
        Path(taken.value.path()).read_bytes() == GOOD["pdf"] and taken.value.suggested_filename == "form.pdf"
    )
    with tenant_scope(bakery.pk):
        kept = path_of(EvidenceFile.objects.exclude(phone=None).get().path)
    assert kept.is_file()

    page.goto(f"/contacts/{contact.pk}/erase/")
    found["erase"] = read(page, width)
    erased(page)
    found["erased"] = read(page, width)
    assert not kept.exists(), "the worker took it off the disk"
    assert {name: what for name, what in found.items() if what} == {}
    assert wrong + watch.said == []


def refused(page: Any, folder: Path) -> None:
    """A file that is none, then one that is with a field left out: it need not be chosen again."""
    (folder / "wrong.pdf").write_bytes(b"<html>")
    (folder / "form.pdf").write_bytes(GOOD["pdf"])
    page.set_input_files("#id_file", folder / "wrong.pdf")
    page.get_by_label("Their words").fill("Yes, text me")
    page.get_by_role("button", name="Record the consent").click()
    page.get_by_text("By its content this is no file we keep as proof.").wait_for()
    page.set_input_files("#id_file", folder / "form.pdf")
    page.get_by_role("button", name="Record the consent").click()
    page.get_by_text("It is kept; you need not choose it again.").wait_for()
    assert page.get_by_label("Their words").input_value() == "Yes, text me"


def recorded(page: Any) -> None:
    """Filled in by keyboard alone, from the first box on."""
    first = page.locator("input[name=senders]").first
    first.focus()
    page.keyboard.press("Space")
    assert first.is_checked()
    page.get_by_label("How did they agree?").select_option("paper")
    now = page.get_by_label("When did they agree?").get_attribute("max")
    page.get_by_label("When did they agree?").fill(now)
    page.get_by_label("Where the original is").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Consent recorded, with its proof.").wait_for()


def erased(page: Any) -> None:
    """By the number typed; the page looks again by itself until all is gone."""
    page.get_by_role("button", name="Erase this person").focus()
    box = page.get_by_label("to confirm")
    box.fill(NUMBER)
    page.keyboard.press("Enter")
    page.get_by_text("This person is erased.").wait_for()
    page.get_by_text("The contact and the words of every text are gone.").wait_for(timeout=20_000)
    page.get_by_text("1 file left the disk.").wait_for(timeout=20_000)

"""The staff admin in a real browser: nothing refused by its policy, nothing wider than the screen, readable by all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.urls import set_script_prefix

from tenants.models import Tenant
from tests.smscrm.staffed import fill, log_in

SERIOUS = """async () => {
  const found = await axe.run();
  return {passes: found.passes.length, bad: found.violations
    .filter(one => ["serious", "critical"].includes(one.impact))
    .map(one => one.id + ": " + one.nodes.map(node => node.html.slice(0, 120)).join(" | "))};
}"""


@pytest.fixture(autouse=True)
def _prefix() -> Iterator[None]:
    yield
    set_script_prefix("/")


@pytest.fixture(scope="session")
def axe() -> str:
    found = find_spec("axe_playwright_python")
    assert found is not None and found.origin is not None
    return Path(found.origin).with_name("axe.min.js").read_text()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_pages_are_readable_and_keep_the_policy(
    live_db: Any, tenant: Tenant, make_user: Callable[..., Any], live_server: Any, browser: Any, axe: str, width: int,
    theme: str,
) -> None:  # fmt: skip
    person = fill(tenant, "Demo")
    cookie = log_in(make_user(None, "staff@example.org", is_staff=True)).cookies["session"].value
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
    context.add_cookies([{"name": "session", "value": cookie, "url": live_server.url}])
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    base = f"/admin/t/{tenant.pk}/"
    for path in (
        "/admin/", base, f"{base}contacts/contact/", f"{base}contacts/contact/{person.pk}/change/",
        f"{base}consent/consentevent/", f"{base}consent/phonenumber/{person.phone_id}/opt-out/",
    ):  # fmt: skip
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        page.evaluate("(source) => (0, eval)(source)", axe)
        result = page.evaluate(SERIOUS)
        assert result["passes"] > 10 and result["bad"] == [], path
        assert said == [], path
    context.close()

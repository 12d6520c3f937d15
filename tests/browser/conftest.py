"""A running product, a demo tenant in it, and a browser page that notes every error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from smscrm.demo import carrier
from smscrm.demo.tenant import make_tenant
from tenants import actions
from tenants.models import Tenant, User
from tenants.rules import SYSTEM, Role
from tenants.scope import tenant_scope
from tests.browser.product import Product
from tests.conftest import PASSWORD

OFFERS, ORDERS = "+12025550110", "+12025550118"
EMAIL = "manager@example.org"


@pytest.fixture(scope="module")
def product(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, broker: str
) -> Iterator[Product]:
    started = Product(tmp_path_factory.mktemp("product"))
    try:
        started.start()
        yield started
    finally:
        started.stop()


@pytest.fixture
def bakery(product: Product, live_db: Any, settings: Any) -> Tenant:
    """A tenant with two numbers on the running simulator, and a manager who can log in."""
    settings.PUBLIC_URL, settings.SIMULATOR_URL = product.address, product.simulator
    carrier.ask("POST", "/sim/reset", {})
    numbers = {"Offers": (OFFERS, "marketing", "us"), "Orders": (ORDERS, "service", "us")}
    tenant = make_tenant("demo-bakery", "Demo Bakery", numbers)
    user = User.objects.create_user(EMAIL, PASSWORD, name="Demo Member 01")
    with tenant_scope(tenant.pk):
        actions.set_member(tenant=tenant, user=user, role=Role.OWNER, actor=SYSTEM)
    carrier.connect_accounts()
    return tenant


class Watch:
    """What a page complained of: console errors, refused resources and policy violations, scripts' dialogs."""

    def __init__(self, page: Any) -> None:
        self.said: list[str] = []
        page.on("console", lambda message: self._console(message.type, message.text))
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        page.on("dialog", self._dialog)
        page.on("response", lambda answer: self._answer(answer.status, answer.url))

    def _console(self, kind: str, text: str) -> None:
        if kind == "error" or "Content Security Policy" in text:
            self.said.append(f"console: {text}")

    def _answer(self, status: int, url: str) -> None:
        if status >= 400:
            self.said.append(f"{status} {url}")

    def _dialog(self, dialog: Any) -> None:
        self.said.append(f"dialog: {dialog.message}")
        dialog.dismiss()


@pytest.fixture
def tab(
    browser: Any, product: Product, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Any]]:
    """tab(width=…, theme=…) → (page, what it complained of); a failure leaves pictures and the processes' words."""
    contexts: list[Any] = []

    def opened(
        *, width: int = 1280, height: int = 900, theme: str = "light", cookies: Any = ()
    ) -> tuple[Any, Watch]:
        context = browser.new_context(
            base_url=product.address, viewport={"width": width, "height": height}, color_scheme=theme,
            reduced_motion="reduce",
        )  # fmt: skip
        context.set_default_timeout(20_000)
        context.add_cookies(list(cookies))
        contexts.append(context)
        page = context.new_page()
        return page, Watch(page)

    yield opened
    if getattr(request.node, "failed", False):
        for at, page in enumerate(page for context in contexts for page in context.pages):
            page.screenshot(path=tmp_path / f"{at}.png", full_page=True)
        print(f"pictures in {tmp_path}\n{product.log()}")
    for context in contexts:
        context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    item.failed = getattr(item, "failed", False) or report.failed  # type: ignore[attr-defined]
    return report

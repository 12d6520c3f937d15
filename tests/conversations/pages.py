"""Reading pages in tests, and the acts that tests repeat."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

from django.test import Client
from django.utils import timezone

from consent import actions as consent
from consent.models import ConsentEvent
from consent.models.ledger import Method
from consent.rules.evidence import Evidence
from consent.rules.reach import Reach
from contacts.models import Contact
from tenants.models import SenderNumber, Tenant
from tenants.rules import PERSON
from tenants.scope import tenant_scope
from tests.conversations.conftest import KEY


def page_of(client: Client, contact: Contact, query: str = "") -> str:
    response = client.get(f"/contacts/{contact.pk}/{query}")
    assert response.status_code == 200
    return response.content.decode()


def words(page: str, hook: str) -> str:
    """The words of the element with this data-test, spaces folded."""
    reader = Words(hook)
    reader.feed(page)
    assert reader.text, f"no {hook} on the page"
    return " ".join("".join(reader.text).split())


class Words(HTMLParser):
    """Collects the text of the one element that carries the hook."""

    def __init__(self, hook: str) -> None:
        super().__init__()
        self.hook, self.depth, self.text = hook, 0, [""]
        self.text.clear()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"br", "img", "input", "hr", "use"}:
            return
        if self.depth or ("data-test", self.hook) in attrs:
            self.depth += 1
            self.text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self.depth and tag != "use":
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.text.append(data)


def local(tenant: Tenant) -> str:
    """Now, as the browser's field writes it in the tenant's zone."""
    return timezone.now().astimezone(ZoneInfo(tenant.zone)).strftime("%Y-%m-%dT%H:%M")


def stop(tenant: Tenant, contact: Contact, sender: SenderNumber | None = None) -> None:
    with tenant_scope(tenant.pk):
        consent.opt_out(
            phone_id=contact.phone_id, sender_id=sender.pk if sender else None, method=Method.KEYWORD, actor=PERSON,
            reach=Reach.NUMBER if sender else Reach.ALL, event_key=f"stop:{sender}", evidence=Evidence(words="STOP"),
        )  # fmt: skip


def post(client: Client, contact: Contact, act: str, **values: Any) -> Any:
    return client.post(f"/contacts/{contact.pk}/{act}/", {"key": KEY, **values})


def kinds(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant.pk):
        return list(ConsentEvent.objects.order_by("seq").values_list("kind", flat=True))

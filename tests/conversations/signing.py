"""A sign-up form and people who fill it in, through the public page."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any
from unittest.mock import patch

from django.test import Client
from django.utils.html import strip_tags

from conversations.actions import signup_forms
from conversations.models.signup import SignupForm
from conversations.signing import public
from tenants.models import SenderNumber, Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope

PHONE = "+12025550160"


def make_form(tenant: Tenant, *, live: bool = True, name: str = "Web", **changes: Any) -> SignupForm:
    """A form of the tenant for Offers, open unless `live` is False."""
    with tenant_scope(tenant.pk):
        form = signup_forms.create_form(name=name, actor=SYSTEM)
        if changes:
            signup_forms.update_form(form_id=form.pk, changes=changes, actor=SYSTEM)
        if live:
            signup_forms.set_state(form_id=form.pk, state="live", actor=SYSTEM)
        return SignupForm.objects.select_related("disclosure").get(pk=form.pk)


class Inputs(HTMLParser):
    """The inputs of a page: a list of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "input":
            self.found.append(dict(attrs))


def inputs_of(html: str) -> list[dict[str, str | None]]:
    parser = Inputs()
    parser.feed(html)
    return parser.found


class Visitor:
    """Somebody with a browser that has no cookie of ours, on the page of one form."""

    def __init__(self, form: SignupForm, ip: str = "192.0.2.7") -> None:
        self.form, self.path = form, f"/p/f/{form.key}/"
        # Any check of Django's own token is on: the page must do without it.
        self.client = Client(enforce_csrf_checks=True, REMOTE_ADDR=ip, HTTP_USER_AGENT="Demo Browser")

    def open(self, **headers: str) -> str:
        """Open the page; its token."""
        answer = self.client.get(self.path, **headers)
        assert answer.status_code == 200 and not answer.cookies
        return self.token_in(answer)

    @staticmethod
    def token_in(answer: Any) -> str:
        found = re.search(r'name="token" value="([^"]+)"', answer.content.decode())
        assert found is not None
        return found[1]

    def send(self, phone: str = PHONE, *, token: str | None = None, age: float = 30, **more: Any) -> Any:
        """Fill in and send; `age` seconds after the page was opened."""
        given = self.open() if token is None else token
        senders = more.pop("senders", [one["id"] for one in self.form.senders])
        data = {"phone": phone, "token": given, "senders": senders, **more}
        with patch.object(public.Ticket, "age", age):
            return self.client.post(self.path, data)


def sender(tenant: Tenant, name: str) -> SenderNumber:
    with tenant_scope(tenant.pk):
        found: SenderNumber = SenderNumber.objects.get(name=name)
        return found


def words_of(answer: Any) -> str:
    """What a page says, without its mark-up."""
    return " ".join(unescape(strip_tags(answer.content.decode())).split())

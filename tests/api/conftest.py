"""An integrator: a key for each scope, and a client that speaks JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from consent.actions import opt_in, opt_out, phone_for
from consent.models.ledger import Method
from consent.rules.evidence import Evidence
from contacts.models import Contact, Group
from tenants import actions
from tenants.models import SenderNumber, Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope

# What must stand in no answer of the API (SEC24).
LEAKS = re.compile(rb"Traceback|psycopg|DETAIL:|File \"|site-packages|SELECT ")
NUMBER = "+12025550142"
Person = Callable[..., int]


class Api:
    """A client with a key; every answer is checked for what it must not tell."""

    def __init__(self, secret: str = "") -> None:
        self.secret = secret
        self.client = Client(raise_request_exception=False)

    def __call__(
        self, method: str, path: str, data: Any = None, raw: bytes | None = None, **headers: str
    ) -> Any:
        """`raw` bytes, or `data` as JSON; headers by their HTTP_ names."""
        if self.secret:
            headers.setdefault("HTTP_AUTHORIZATION", f"Bearer {self.secret}")
        body = raw if raw is not None else (json.dumps(data).encode() if data is not None else b"")
        kind = headers.pop("content_type", "application/json")
        answer = self.client.generic(method, f"/api/v1/{path}", body, content_type=kind, **headers)
        assert not LEAKS.search(answer.content), answer.content[:400]
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json", (
                answer.status_code,
                answer.content[:200],
            )
            problem = answer.json()
            assert problem["status"] == answer.status_code and problem["code"] and problem["detail"]
        return answer

    def get(self, path: str, **headers: str) -> Any:
        return self("GET", path, **headers)

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        return self("POST", path, data if data is not None else {}, **headers)

    def patch(self, path: str, data: Any, **headers: str) -> Any:
        return self("PATCH", path, data, **headers)

    def delete(self, path: str) -> Any:
        return self("DELETE", path)


@pytest.fixture
def make_api(tenant: Tenant) -> Callable[..., Api]:
    """make_api("read", "write", tenant=…, expires_at=…) → Api with a key of these scopes."""

    def make(*scopes: str, in_tenant: Tenant | None = None, **more: Any) -> Api:
        with tenant_scope((in_tenant or tenant).pk):
            _, secret = actions.make_api_key(name="Demo shop", scopes=scopes, actor=SYSTEM, **more)
        return Api(secret)

    return make


@pytest.fixture
def api(make_api: Callable[..., Api]) -> Api:
    """A key with every scope."""
    return make_api("read", "write", "consent", "send")


@pytest.fixture
def senders(tenant: Tenant) -> dict[str, int]:
    """Ids by name: Offers (marketing), Orders (service)."""
    with tenant_scope(tenant.pk):
        return dict(SenderNumber.objects.values_list("name", "pk"))


@pytest.fixture
def person(tenant: Tenant, senders: dict[str, int]) -> Callable[..., int]:
    """person(42, "in" | "out" | "all" | "never") → id of a contact at +1 202-555-0142."""

    def make(n: int = 42, state: str = "in", name: str = "Ada", in_tenant: Tenant | None = None) -> int:
        with tenant_scope((in_tenant or tenant).pk):
            phone = phone_for(e164=f"+120255501{n:02d}")
            contact = Contact.objects.create(phone_id=phone, first_name=name, search_name=name.lower())
            offers = SenderNumber.objects.get(name="Offers").pk
            if state != "never":
                opt_in(
                    phone_id=phone, sender_ids=[offers], method=Method.PAPER, event_key=f"in:{n}", actor=SYSTEM,
                    evidence=Evidence(note="signed on paper"),
                )  # fmt: skip
            if state in ("out", "all"):
                opt_out(
                    phone_id=phone, sender_id=offers, reach="number" if state == "out" else "all",
                    method=Method.KEYWORD, event_key=f"out:{n}", actor=SYSTEM, evidence=Evidence(words="STOP"),
                )  # fmt: skip
            return int(contact.pk)

    return make


@pytest.fixture
def group(tenant: Tenant) -> int:
    """Id of the group VIP."""
    with tenant_scope(tenant.pk):
        return int(Group.objects.create(name="VIP").pk)

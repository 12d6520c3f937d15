"""Logs that tell nobody's number, repeats of API answers, addresses that stay with their request."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.http import HttpResponse, JsonResponse
from django.test import Client, RequestFactory
from django.urls import get_script_prefix

from tenants import apidoor
from tenants.logs import JSONFormatter, PrivateFilter, mask
from tenants.models import IdempotencyKey, Tenant
from tenants.scope import tenant_scope


@pytest.mark.parametrize(
    "said",
    ["+12025550142", "+1 202-555-0142", "(202) 555-0142", "202-555-0142", "12025550142", "2025550142"],
)
def test_numbers_are_masked(said: str) -> None:
    assert mask(f"sent to {said}, again") == "sent to [number], again"


@pytest.mark.parametrize("around", ["from:{}", "whatsapp:{}:", "'{}'", "To={}&", "({})", "{}\n", "?q=%2B{}"])
def test_whatever_stands_beside_a_number(around: str) -> None:
    assert "5550142" not in mask(
        around.replace("{}", "+12025550142" if "%2B" not in around else "12025550142")
    )


@pytest.mark.parametrize(
    "said",
    [
        "message 123456789 of tenant 7", "token expired", "SM" + "1234567890" * 3, "took 12345678 ns",
        "password changed",
        "at 2026-11-23T16:25:11Z", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "10.0.0.1", "127.0.0.1:18440", "20261123",
    ],
)  # fmt: skip
def test_what_is_no_number_and_no_secret_stays(said: str) -> None:
    assert mask(said) == said


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Authorization: Bearer crm_live_abcDEF-123", "Authorization: [secret]"),
        ("{'auth_token': 'abc'}", "{'auth_token': '[secret]'}"),
        ("key crm_live_abcDEF-123 used", "key [key] used"),
        ("Not Found: /hooks/twilio/abcdef/inbound", "Not Found: /hooks/twilio/[key]/inbound"),
        ("Gone: /p/abcdef", "Gone: /p/[key]"),
        ("from demo0142@example.org", "from [email]"),
        ("x\nDETAIL:  Key (e164)=(+12025550142) exists.\nend", "x\nDETAIL: [row]\nend"),
    ],
)
def test_secrets_are_masked(said: str, left: str) -> None:
    assert mask(said) == left


def test_an_errors_own_text_is_masked_and_stays_one_line() -> None:
    try:
        raise ValueError("duplicate\nDETAIL:  Key (email, e164)=(demo0142@example.org, +12025550142) exists.")
    except ValueError:
        import sys

        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "no\n%s", ("+12025550142",), sys.exc_info()
        )
    record.path = "/contacts/+12025550142"
    PrivateFilter().filter(record)
    line = JSONFormatter().format(record)
    assert "2025550142" not in line and "demo0142" not in line and "\n" not in line
    assert "ValueError" in json.loads(line)["exception"]


def ask(tenant: Tenant, body: bytes = b"{}", path: str = "/api/v1/things", **more: Any) -> Any:
    request = RequestFactory().post(
        path, body, content_type="application/json", headers={"Idempotency-Key": "1"}
    )
    request.tenant, request.api_key = tenant, type("Key", (), {"pk": 1})()  # type: ignore[attr-defined]
    return request


@pytest.mark.parametrize(
    "answer",
    [HttpResponse(status=204), HttpResponse(b"a,b", content_type="text/csv"), JsonResponse([1], safe=False)],
)
def test_every_answer_can_be_repeated(tenant: Tenant, answer: HttpResponse) -> None:
    with tenant_scope(tenant.pk):
        apidoor.once(ask(tenant), lambda: answer)
        again = apidoor.once(ask(tenant), lambda: pytest.fail("done twice"))
        assert (again.status_code, again["Idempotency-Replayed"]) == (answer.status_code, "true")
        assert again.content in (answer.content, b"")


def test_another_question_by_the_same_key_is_refused_and_another_tenant_sees_nothing(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    with tenant_scope(tenant.pk):
        apidoor.once(ask(tenant), lambda: JsonResponse({"a": 1}))
        for other in (ask(tenant, b"[]"), ask(tenant, path="/api/v1/things?dry=1")):
            assert apidoor.once(other, lambda: pytest.fail("done")).status_code == 422
        assert apidoor.once(ask(tenant, path="/api/v1/others"), lambda: JsonResponse({})).status_code == 200
    with tenant_scope(other_tenant.pk):
        assert not IdempotencyKey.objects.exists()
        answer = apidoor.once(ask(other_tenant), lambda: JsonResponse({"b": 2}))
        assert json.loads(answer.content) == {"b": 2}


@pytest.mark.parametrize(
    "path", ["/admin/t/1/", "/admin/t/1/nothing/", "/admin/t/999999999999999999/", "/admin/t/1//"]
)
def test_the_staff_address_ends_with_its_request(tenant: Tenant, path: str) -> None:
    before = get_script_prefix()
    Client().get(path)
    assert get_script_prefix() == before


@pytest.mark.parametrize(
    "path",
    [
        "/admin/t/{}/",
        "/admin/t/{}/../{}/",
        "//admin/t/{}/",
        "/admin//t/{}/",
        "/admin/t/%2e%2e/{}/",
        "/admin%2Ft%2F{}/",
    ],
)
def test_no_spelling_of_the_staff_address_lets_a_member_in(tenant: Tenant, member: Any, path: str) -> None:
    client = Client()
    client.force_login(member, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(path.replace("{}", str(tenant.pk))).status_code in (301, 302, 404)
    assert client.get(path.replace("{}", str(tenant.pk)), follow=True).status_code == 404

"""The OpenAPI document is complete and true, and its page works offline (G1)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import schemathesis
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from smscrm.api import document
from smscrm.wsgi import application
from tests.api.conftest import LEAKS, Api, Person
from tests.api.operations import FORMS, ROWS

DOCUMENT: dict[str, Any] = json.loads(document())
OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
# Asked for by the address alone.
NOTHING_TO_SAY = {
    "/api/v1/notice-rules/{id}/test",
    "/api/v1/webhooks/{id}/secret",
    "/api/v1/webhooks/{id}/test",
    "/api/v1/webhooks/deliveries/{id}/resend",
}
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.app = application


def test_it_validates_without_a_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())
    assert DOCUMENT["openapi"].startswith("3.1")


def test_it_holds_every_operation() -> None:
    documented = {
        (method, path.removeprefix("/api/v1/").replace("{id}", "{pk}")) for method, path, _ in OPERATIONS
    }
    assert documented == {(method, path) for method, path, _ in ROWS}


def test_each_operation_says_what_it_does_and_how_it_refuses() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)
    for method, path, operation in OPERATIONS:
        assert operation["summary"] and operation["description"], path
        assert operation["security"] == [{"key": []}], path
        for status in ("400", "401", "403"):
            problem = operation["responses"][status]["content"]["application/problem+json"]
            assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert next(iter(problem["examples"].values()))["value"]["status"] == int(status)
        headers = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "header"}
        assert headers == ({"Idempotency-Key"} if method == "POST" else set()), path
        if method in {"POST", "PATCH"} and path not in NOTHING_TO_SAY:
            kinds = FORMS.get(path.removeprefix("/api/v1/"), {"application/json"})
            assert operation["requestBody"]["content"].keys() == kinds, path


def test_the_document_and_its_page_need_no_key_and_no_network(client: Client) -> None:
    assert client.get("/api/openapi.json").json() == DOCUMENT
    page = client.get("/api/docs")
    policy = page["Content-Security-Policy"]
    assert page.status_code == 200 and policy == client.get("/accounts/login/")["Content-Security-Policy"]
    text = page.content.decode()
    for address in re.findall(r'(?:src|href)="([^"]+)"', text):
        assert address.startswith("/"), address
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/")), address
    assert "<script>" not in text and "<style" not in text
    script = client.get("/api/docs?script=")
    assert (
        script["Content-Type"].startswith("application/javascript") and b"/api/openapi.json" in script.content
    )


def test_an_address_beside_the_api_is_a_problem_too(client: Client) -> None:
    answer = client.get("/api/nothing")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.fixture
def filled(api: Api, person: Person, group: int) -> Iterator[Api]:
    """An API with something behind it."""
    for n, state in enumerate(("in", "out", "all", "never"), 41):
        person(n, state)
    api.post(f"groups/{group}/members", {"numbers": ["+12025550141", "+12025550142"]})
    api.post("campaigns", {"name": "Rolls", "text": "Demo Bakery: rolls"})
    # A bare WSGI call ends by closing the thread's connection, which holds this test's transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield api
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


BOUNDED = settings(
    max_examples=3, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


# Not `SCHEMA.parametrize`: its items all have one name, and of items with one name xdist runs one.
ASKED = [found.ok() for found in SCHEMA.get_all_operations()]


@pytest.mark.slow
@pytest.mark.parametrize("operation", ASKED, ids=lambda one: one.label)
def test_whatever_is_sent_the_answer_is_as_documented(operation: Any, filled: Api) -> None:
    """Generated requests, good and bad: no 5xx, only documented answers, in their documented shape."""

    @BOUNDED
    @given(operation.as_strategy())
    def send(case: schemathesis.Case) -> None:
        response = case.call(headers={"Authorization": f"Bearer {filled.secret}"})
        assert response.status_code < 500, response.content[:400]
        assert not LEAKS.search(response.content)
        case.validate_response(
            response,
            checks=[status_code_conformance, content_type_conformance, response_schema_conformance],
        )

    send()


def test_every_operation_is_sent_something() -> None:
    assert {one.label for one in ASKED} == {f"{method} {path}" for method, path, _ in OPERATIONS}


@pytest.mark.browser
def test_the_page_shows_the_operations_without_a_word_of_complaint(live_server: Any, browser: Any) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live_server.url}/api/docs")
    page.wait_for_selector("#operations-contacts-list_contacts", timeout=20_000)
    page.click("#operations-contacts-list_contacts button.opblock-summary-control")
    page.wait_for_selector("#operations-contacts-list_contacts .parameters")
    page.close()
    assert complaints == []

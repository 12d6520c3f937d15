"""Errors carry the same headers, tell nothing, and are pages of the product (SEC24, SEC40)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.routes.conftest import World
from tests.routes.headers import missing

LEAKS = (b"Traceback", b"psycopg", b"DETAIL:", b".py", b"SELECT ", b"Exception Type")


@pytest.mark.parametrize("actor", ["anonymous", "owner"])
@pytest.mark.parametrize(
    "path", ["/no-such-page/", "/hooks/twilio/no-such-key/inbound", "/campaigns/99999999999999999999/"]
)
def test_an_unknown_address(world: World, actor: str, path: str) -> None:
    answer = world.ask(actor, "GET", path)
    assert answer.status_code in {302, 404, 405}
    assert missing(answer, personal=actor == "owner") == []


def test_a_fault_is_a_page_without_its_cause(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("secret-canary")

    monkeypatch.setattr("campaigns.views.lists.page_of_campaigns", broken)
    monkeypatch.setattr(world.clients["owner"], "raise_request_exception", False)
    answer = world.ask("owner", "GET", "/campaigns/")
    assert answer.status_code == 500
    assert [leak for leak in (*LEAKS, b"secret-canary") if leak in answer.content] == []
    assert missing(answer, personal=True) == []


@pytest.mark.parametrize(
    ("path", "back"),
    [("/campaigns/new/", "/campaigns/"), ("/bots/new/", "/bots/"), ("/campaigns/7/pause/", "/campaigns/7/")],
)
def test_an_address_of_a_button_opened_by_hand_leads_back(world: World, path: str, back: str) -> None:
    """Red with the bare answer, which a browser shows as an empty page. An act still stays an act: nothing is made."""
    answer = world.ask("owner", "GET", path)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert f'href="{back}"' in answer.content.decode()
    assert missing(answer, personal=True) == []


def test_a_page_beyond_the_integers_is_not_found(world: World) -> None:
    assert world.ask("owner", "GET", f"/campaigns/{2**63}/").status_code == 404


@pytest.mark.parametrize(
    "value", ["\x00", "a" * 5000, "9" * 400, "%", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")]
)
@pytest.mark.parametrize(
    "path", ["/campaigns/?q={}", "/campaigns/?before={}", "/contacts/?q={}", "/contacts/?group={}"]
)
def test_odd_questions_are_answered(world: World, path: str, value: str) -> None:
    assert world.ask("owner", "GET", path.format(quote(value))).status_code in {200, 302, 400, 404}


def test_a_nul_in_a_form_is_refused(world: World) -> None:
    assert world.ask("owner", "POST", "/campaigns/new/", {"name": "a\x00b"}).status_code == 400


@pytest.mark.parametrize("charset", ["hex", "unicode_escape", "utf-16"])
@pytest.mark.parametrize(
    "path", ["/contacts/?q=%25", "/contacts/?q=%5Cud800", "/accounts/login/?next=%5Cud800"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_charset_of_the_authors_own(
    world: World, monkeypatch: pytest.MonkeyPatch, method: str, path: str, charset: str
) -> None:
    """Red with Django's own request: "hex" fails before any page, and the escapes reach the database."""
    from smscrm.wsgi import application

    monkeypatch.setattr("django.test.client.WSGIRequest", application.request_class)
    kind = f"text/plain; charset={charset}; x*=none''%41"
    assert world.ask("owner", method, path, CONTENT_TYPE=kind).status_code in {200, 302, 403, 405}


def test_a_lone_surrogate_is_refused(world: World) -> None:
    """Also behind Django's own request, which takes this charset. Red with NUL alone refused."""
    kind = "text/plain; charset=unicode_escape"
    assert world.ask("owner", "GET", "/contacts/?q=%5Cud800", CONTENT_TYPE=kind).status_code == 400


def test_a_nul_in_an_address_is_no_address(world: World) -> None:
    """Red without `_nowhere`: the API's door looks for the path of a repeated request."""
    assert world.ask("owner", "POST", "/campaigns/new/%00").status_code == 404
    answer = world.call("all", "POST", "/api/v1/contacts%00", {"number": "+12025550142"})
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")

"""Every address as every actor (SEC10, SEC12, I6): nobody, viewer, agent, manager, owner, the other tenant, staff.

Mutations tried, each made the test named red:
- a new route in campaigns/urls.py without a line in the table      → test_every_address_has_its_line
- `require(…MANAGER…)` of deleting a group asks for a viewer          → test_who_may_what
- `@csrf_exempt` on campaigns' launch                                → test_nothing_changes_without_the_token
- `@require_POST` removed from campaigns' pause                      → test_other_methods_are_closed
- `CSPMiddleware` or `add_never_cache_headers` removed               → test_who_may_what
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tenants.rules import Role
from tests.routes.conftest import RANDOM, World
from tests.routes.headers import missing
from tests.routes.resolver import fill, routes
from tests.routes.table import API, MEMBERS, PUBLIC, Row

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
STAFF = {"admin/"}  # asked as every actor in tests/smscrm/test_admin_pages.py
WITH_IDS = [row for row in MEMBERS if row.ids]
REFERS = {"senders", "sender", "try_sender", "ref", "tag", "group", "ids", "account", "version"}
NAMED = {"uidb36": "1", "key": "no-such-key", "token": "no-such-token", "slug": "no-such-tenant"}


def path_of(row: Row, ids: dict[str, Any]) -> str:
    return fill(row.route, {name: ids[what] for name, what in row.ids.items()}) + row.query


def data_of(row: Row, ids: dict[str, Any]) -> dict[str, Any]:
    """The form, its things named by their ids."""
    return {name: ids.get(value, value) if name in REFERS else value for name, value in row.data.items()}


def test_every_address_has_its_line() -> None:
    known = (
        {row.route for row in MEMBERS} | {line[0] for line in PUBLIC} | {call.route for call in API} | STAFF
    )
    assert sorted(set(routes("smscrm.urls")) - known) == [], "add a line to tests/routes/table.py"
    assert sorted(known - set(routes("smscrm.urls"))) == [], "these lines name no address"


def test_no_address_hides_another() -> None:
    shapes = [re.sub(r"<\w+>", "<>", route) for route in routes("smscrm.urls")]
    assert [shape for shape in set(shapes) if shapes.count(shape) > 1] == []


def wanted(row: Row) -> dict[str, int]:
    """Status by actor."""
    order = list(Role)
    by_role = {r.value: row.ok if order.index(r) >= order.index(row.least) else row.weak for r in order}
    other = row.other or (404 if row.ids else row.ok)
    return {"anonymous": 302, **by_role, "other": other, "staff": 403}


@pytest.mark.parametrize("row", MEMBERS, ids=str)
def test_who_may_what(world: World, row: Row) -> None:
    path = path_of(row, world.ids)
    answers = {actor: world.ask(actor, row.method, path, data_of(row, world.ids)) for actor in wanted(row)}
    assert {actor: answer.status_code for actor, answer in answers.items()} == wanted(row)
    assert answers["anonymous"]["Location"].startswith("/accounts/login/?next=")
    lacking = {actor: missing(answer, personal=actor != "anonymous") for actor, answer in answers.items()}
    assert {actor: found for actor, found in lacking.items() if found} == {}


@pytest.mark.parametrize("row", WITH_IDS, ids=str)
def test_the_other_tenant_cannot_tell_it_exists(world: World, row: Row) -> None:
    """Their owner gets the same bytes for what is not theirs and for what never was."""
    nobodys = dict.fromkeys(world.ids, RANDOM)
    theirs, none = (
        world.ask("other", row.method, path_of(row, ids), data_of(row, world.ids))
        for ids in (world.ids, nobodys)
    )
    assert (theirs.status_code, none.status_code) == (404, 404)
    assert same(theirs.content, path_of(row, world.ids)) == same(none.content, path_of(row, nobodys))


def same(content: bytes, path: str) -> str:
    """The page without what differs between any two requests: the form token and its own address."""
    text = content.decode().replace(path, "PATH")
    return re.sub(r"(csrfmiddlewaretoken\" value=\"|X-CSRFToken\": \")[\w]+", r"\1TOKEN", text)


@pytest.mark.parametrize("line", PUBLIC, ids=lambda line: f"{line[1]} /{line[0]}")
def test_public_addresses(world: World, line: tuple[str, str, int, int]) -> None:
    route, method, nobody, member = line
    path = fill(route, NAMED)
    stranger, owner = world.ask("anonymous", method, path), world.ask("owner", method, path)
    assert (stranger.status_code, owner.status_code) == (nobody, member)
    assert missing(stranger, personal=False) == []


@pytest.mark.parametrize("row", [row for row in MEMBERS if row.method in UNSAFE], ids=str)
def test_nothing_changes_without_the_token(world: World, row: Row) -> None:
    answer = world.ask("owner", row.method, path_of(row, world.ids), data_of(row, world.ids), csrf=True)
    assert answer.status_code == 403 and "403_csrf.html" in [one.name for one in answer.templates]


def test_other_methods_are_closed(world: World) -> None:
    open_methods = {(row.route, row.method) for row in MEMBERS}
    ids = {row.route: row for row in MEMBERS}
    found = []
    for route, row in ids.items():
        for method in ("GET", *UNSAFE):
            if (route, method) not in open_methods:
                status = world.ask("owner", method, path_of(row, world.ids)).status_code
                found += [] if status == 405 else [f"{method} /{route} → {status}"]
    assert found == []

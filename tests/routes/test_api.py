"""Every operation of the API with no key, a wrong one, one of another scope, the right one, the other tenant's.

Mutations tried, each made the test named red:
- `scopes = {"POST": "send"}` removed from CampaignLaunch            → test_which_key_may_what
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.routes.conftest import RANDOM, World
from tests.routes.headers import missing
from tests.routes.resolver import fill
from tests.routes.table import API, Call

WITH_IDS = [call for call in API if "pk" in call.ids]
KEYS = ("read", "write", "consent", "send")


def path_of(call: Call, ids: dict[str, Any]) -> str:
    return fill(call.route, {name: ids.get(what, what) for name, what in call.ids.items()})


def body_of(call: Call, ids: dict[str, Any]) -> Any:
    if not isinstance(call.body, dict):
        return call.body
    return {name: ids[value] if name == "sender" else value for name, value in call.body.items()}


@pytest.mark.parametrize("call", API, ids=str)
def test_which_key_may_what(world: World, call: Call) -> None:
    path, body = path_of(call, world.ids), body_of(call, world.ids)
    answers = {key: world.call(key, call.method, path, body) for key in ("none", "unknown", *KEYS, "all")}
    wanted = {key: call.ok if key == call.scope else 403 for key in KEYS}
    wanted = {"none": 401, "unknown": 401, **wanted, "all": call.ok}
    assert {key: answer.status_code for key, answer in answers.items()} == wanted, answers["all"].content[
        :400
    ]
    for key, answer in answers.items():
        assert missing(answer, personal=False) == []
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json", key
            assert answer.json()["code"]


@pytest.mark.parametrize("call", WITH_IDS, ids=str)
def test_the_other_tenants_key_cannot_tell(world: World, call: Call) -> None:
    """The same bytes for what is theirs and for what never was."""
    nobodys = dict.fromkeys(world.ids, RANDOM)
    body = body_of(call, world.ids)
    theirs, none = (
        world.call("other", call.method, path_of(call, ids), body) for ids in (world.ids, nobodys)
    )
    assert (theirs.status_code, none.status_code) == (404, 404)
    assert theirs.content == none.content


def test_a_session_is_no_key(world: World) -> None:
    assert world.ask("owner", "GET", "/api/v1/contacts").status_code == 401


def test_other_methods_are_closed(world: World) -> None:
    known = {(call.route, call.method) for call in API}
    found = []
    for call in API[:-1]:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            if (call.route, method) not in known:
                status = world.call("all", method, path_of(call, world.ids), {}).status_code
                found += [] if status == 405 else [f"{method} /{call.route} → {status}"]
    assert found == []

"""Keys, scopes, other tenants, hostile bodies, repeated requests, faults (SEC10, SEC18 to SEC25)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from consent.models import ConsentEvent, PhoneNumber
from contacts.models import Contact, Group, Tag
from tenants import actions
from tenants.models import ApiKey, IdempotencyKey, SenderNumber, Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope
from tests.api.conftest import NUMBER, Api, Person
from tests.api.operations import BODIES, METHODS, ROWS, SCOPES, at, what_hears
from tests.conftest import build_tenant


# ── keys ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "key_missing"),
        ("", "key_missing"),
        ("Bearer", "key_missing"),
        ("Basic YTpi", "key_missing"),
        ("Bearer crm_live_" + "x" * 43, "key_invalid"),
        ("Bearer crm_test_" + "x" * 43, "key_invalid"),
        ("Bearer \udcff\x00", "key_invalid"),
        ("Bearer " + "x" * 100_000, "key_invalid"),
    ],
)
def test_no_key_no_answer(db: None, header: str | None, code: str) -> None:
    headers = {} if header is None else {"HTTP_AUTHORIZATION": header}
    for path in ("contacts", "contacts/1", "nothing"):
        answer = Api().get(path, **headers)
        assert (answer.status_code, answer.json()["code"], answer["WWW-Authenticate"]) == (
            401,
            code,
            "Bearer",
        )
    assert Api()("POST", "messages", raw=b"[" * 1000, **headers).status_code == 401


def test_a_key_in_the_query_opens_nothing(api: Api) -> None:
    """SEC20."""
    assert Api().get(f"contacts?key={api.secret}").status_code == 401
    answer = api.get(f"contacts?key={api.secret}")
    assert answer.status_code == 400 and api.secret.encode() not in answer.content


def test_groups_of_a_bot_that_are_no_ids(api: Api) -> None:
    """Red with the ids made distinct before they are looked at: a list has no hash."""
    for groups in ([[1]], [{}], [None, 1.5], ["1"]):
        actions_of = [{"kind": "add_groups", "settings": {"groups": groups}}]
        answer = api.post("bots", {"name": "Odd", "actions": actions_of})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), groups


def test_a_revoked_key_stops_at_once(api: Api, tenant: Tenant) -> None:
    assert api.get("contacts").status_code == 200
    with tenant_scope(tenant.pk):
        actions.revoke_api_key(key_id=ApiKey.objects.get().pk, actor=SYSTEM)
    assert api.get("contacts").json()["code"] == "key_invalid"


def test_an_expired_key_stops_at_once(make_api: Callable[..., Api], tenant: Tenant) -> None:
    api = make_api("read", expires_at=timezone.now() + timedelta(hours=1))
    assert api.get("contacts").status_code == 200
    with tenant_scope(tenant.pk):
        ApiKey.objects.update(expires_at=timezone.now())
    assert api.get("contacts").json()["code"] == "key_invalid"


def test_a_session_opens_no_api(tenant: Tenant, member: Any) -> None:
    client = Client()
    client.force_login(member, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/api/v1/contacts").status_code == 401


# ── scopes ────────────────────────────────────────────────────────────────────────────────────────────
def test_the_table_names_every_operation() -> None:
    from smscrm.api import v1

    served = set()
    for pattern in v1:
        view = getattr(pattern.callback, "view_class", None)
        path = str(pattern.pattern).replace("<int:pk>", "{pk}").replace("<str:reason>", "{reason}")
        if path:
            served |= {(m, path) for m in METHODS if hasattr(view, m.lower()) and m != "OPTIONS"}
    assert served == {(method, path) for method, path, _ in ROWS}


def test_each_operation_needs_its_scope_and_no_other(make_api: Callable[..., Api]) -> None:
    keys = {scope: make_api(scope) for scope in SCOPES}
    for method, path, wanted in ROWS:
        for scope, api in keys.items():
            answer = api(method, at(path), {} if method in {"POST", "PATCH"} else None)
            lacking = answer.status_code == 403
            assert lacking == (scope != wanted), (method, path, scope, answer.content)
            if lacking:
                assert answer.json()["code"] == "scope_missing" and wanted in answer.json()["detail"]


def test_other_methods_are_closed(api: Api) -> None:
    """SEC25: also OPTIONS, and no page of another site may read an answer."""
    for path in {path for _, path, _ in ROWS}:
        for method in METHODS:
            if (method, path) not in {(m, p) for m, p, _ in ROWS}:
                answer = api(method, at(path), HTTP_ORIGIN="https://elsewhere.example")
                assert answer.status_code in {403, 405}, (method, path)
                assert not [h for h in answer.headers if h.lower().startswith("access-control")]


# ── other tenants ─────────────────────────────────────────────────────────────────────────────────────
def test_another_tenants_ids_are_ids_of_nobody(
    api: Api, other_tenant: Tenant, person: Person, make_api: Callable[..., Api], senders: dict[str, int]
) -> None:
    """Byte for byte the answer of an id that never was (SEC10, SEC11)."""
    contact = person(42, "in", in_tenant=other_tenant)
    theirs = make_api(*SCOPES, in_tenant=other_tenant)
    with tenant_scope(other_tenant.pk):
        sender = SenderNumber.objects.get(name="Offers").pk
    ids = {
        "contacts": contact,
        "groups": theirs.post("groups", {"name": "Theirs"}).json()["id"],
        "tags": theirs.post("tags", {"name": "Theirs"}).json()["id"],
        "campaigns": theirs.post("campaigns", {"name": "Theirs"}).json()["id"],
        "messages": theirs.post("messages", {"contact": contact, "sender": sender, "text": "hi"}).json()[
            "id"
        ],
    } | what_hears(other_tenant)
    bodies: dict[str, dict[str, Any]] = {
        "campaigns/{pk}": {"version": 1}, "groups/{pk}": {"name": "Mine"}, "tags/{pk}": {"name": "Mine"},
    } | BODIES  # fmt: skip
    for method, path, _ in ROWS:
        if "{pk}" in path:
            body = bodies.get(path, {"contacts": [1]} if "members" in path or "tags" in path else {})
            answers = [
                api(
                    method,
                    at(path, pk),
                    body if method in {"POST", "PATCH"} else None,
                    HTTP_IDEMPOTENCY_KEY="k",
                )
                for pk in (ids[path.split("/")[0]], 10**15)
            ]
            assert answers[0].status_code == answers[1].status_code == 404, (method, path, answers[0].content)
            assert answers[0].content == answers[1].content
    nobody = 10**15
    known = _naming(senders["Offers"], contact, sender, ids["groups"], ids["tags"])
    unknown = _naming(senders["Offers"], nobody, nobody, nobody, nobody)
    for (method, path, body), (_, other_path, other_body) in zip(known, unknown, strict=True):
        answer, other = api(method, path, body), api(method, other_path, other_body)
        assert (answer.status_code, answer.content) == (other.status_code, other.content), path
    with tenant_scope(other_tenant.pk):
        assert (
            Contact.objects.count(),
            Group.objects.filter(name="Theirs").count(),
            Tag.objects.count(),
        ) == (1, 1, 1)


def _naming(mine: int, contact: int, sender: int, group: int, tag: int) -> list[tuple[str, str, Any]]:
    """Requests that name these ids elsewhere than in the address's path."""
    audience = {"include": [{"kind": "group", "id": group}]}
    return [
        ("POST", "consent/opt-outs", {"contact": contact}),
        ("POST", "consent/opt-outs", {"number": NUMBER, "senders": [sender]}),
        ("POST", "consent/opt-ins", {"number": NUMBER, "senders": [sender], "words": "yes"}),
        ("POST", "consent/blocks", {"contact": contact, "reason": "abuse"}),
        ("POST", "consent/check", {"numbers": [NUMBER], "sender": sender}),
        ("POST", "messages", {"contact": contact, "sender": mine, "text": "hi"}),
        ("POST", "messages", {"number": NUMBER, "sender": sender, "text": "hi"}),
        ("POST", "campaigns", {"sender": sender}),
        ("POST", "campaigns", {"audience": audience}),
        ("GET", f"contacts?group={group}", None),
        ("GET", f"contacts?tag={tag}", None),
        ("GET", f"messages?contact={contact}", None),
        ("GET", f"messages?sender={sender}", None),
        ("GET", f"campaigns?sender={sender}", None),
        ("GET", f"consent/history?contact={contact}", None),
        ("GET", f"consent/history?sender={sender}", None),
        ("GET", f"consent/explain?number=%2B12025550142&sender={sender}", None),
    ]


# ── hostile bodies ────────────────────────────────────────────────────────────────────────────────────
HOSTILE = {
    "blank": (b" ", "not_json"),
    "not_json": (b"{", "not_json"),
    "nul": (b'{"number": "+1202555\\u00000142"}', "bad_character"),
    "nul_name": (b'{"a\\u0000": 1}', "bad_character"),
    "raw_nul": (b'{"number": "\x00"}', "not_json"),
    "surrogate": (b'{"number": "\\ud800"}', "bad_character"),
    "bad_utf8": (b'{"number": "\xff"}', "not_json"),
    "utf16": ('{"number": "1"}'.encode("utf-16"), "not_json"),
    "bigint": (b'{"contact": 9223372036854775808}', "number_too_large"),
    "negative": (b'{"contact": -9223372036854775809}', "number_too_large"),
    "infinite": (b'{"contact": 1e999}', "number_too_large"),
    "nan": (b'{"contact": NaN}', "not_json"),
    "digits": (b'{"contact": ' + b"9" * 5000 + b"}", "not_json"),
    "nested": (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
    "nested_objects": (b'{"a":' * 11 + b"1" + b"}" * 11, "too_deep"),
    "doubled": (b'{"number": "+12025550142", "number": "+12025550143"}', "doubled_name"),
    "names": (json.dumps({f"n{n}": 1 for n in range(201)}).encode(), "too_many_names"),
    "list": (b"[1]", "invalid"),
    "text": (b'"x"', "invalid"),
    "null": (b"null", "invalid"),
    "huge": (b'{"number": "' + b"1" * 300_000 + b'"}', "too_large"),
    "enormous": (b'{"number": "' + b"1" * 3_000_000 + b'"}', "too_large"),
    "proto": (b'{"__proto__": {"number": "1"}, "constructor": 1}', "invalid"),
    "objects": (b'{"number": {"a": 1}, "words": ["x"], "senders": {"a": 1}}', "invalid"),
}
NOT_UNDERSTOOD = {"invalid", "not_found", "idempotency_key_needed"}
POSTS = sorted({path for method, path, _ in ROWS if method == "POST" and path != "consent/evidence-files"})


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_has_a_stable_code_and_changes_nothing(
    api: Api, tenant: Tenant, person: Person, name: str
) -> None:
    body, code = HOSTILE[name]
    contact = person(42)
    for path in POSTS:
        for key in ({}, {"HTTP_IDEMPOTENCY_KEY": "k"}):
            answer = api("POST", at(path, contact), raw=body, **key)
            codes = {code} if code != "invalid" else NOT_UNDERSTOOD
            assert 400 <= answer.status_code < 500 and answer.json()["code"] in codes, (
                path,
                answer.content[:200],
            )
    with tenant_scope(tenant.pk):
        counts = [m.objects.count() for m in (Contact, PhoneNumber, ConsentEvent, IdempotencyKey)]
    assert counts == [1, 1, 1, 0]


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "",
    ],
)
def test_only_json_is_read(api: Api, kind: str) -> None:
    for key in ({}, {"HTTP_IDEMPOTENCY_KEY": "k"}):
        answer = api("POST", "contacts", raw=b'{"number": "+12025550142"}', content_type=kind, **key)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_only_json_is_written(api: Api) -> None:
    answer = api.get("contacts", HTTP_ACCEPT="text/html")
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


@pytest.mark.parametrize(
    "path", ["contacts/", "contacts/0x1", "contacts/-1", "contacts/1/2", "nothing", "contacts/" + "9" * 5000,
             "contacts/9223372036854775808", "%00", "contacts/%00", "contacts/1%00", "../v1/contacts", "%ff"],
)  # fmt: skip
def test_an_address_that_is_none_is_like_a_row_that_is_not_there(api: Api, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.json()) == (404, api.get("contacts/1000000000000000").json())


# ── repeated requests ─────────────────────────────────────────────────────────────────────────────────
def test_the_same_key_gives_the_first_answer(api: Api, tenant: Tenant) -> None:
    key = {"HTTP_IDEMPOTENCY_KEY": "first"}
    first = api.post("contacts", {"number": NUMBER}, **key)
    again = api.post("contacts", {"number": NUMBER}, **key)
    assert (again.status_code, again.json(), again["Idempotency-Replayed"]) == (201, first.json(), "true")
    other = api.post("contacts", {"number": "+12025550143"}, **key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert api.post("tags", {"name": "Another address"}, **key).status_code == 201
    assert api.post("contacts", {"number": NUMBER}, HTTP_IDEMPOTENCY_KEY="x" * 101).status_code == 400
    with tenant_scope(tenant.pk):
        assert Contact.objects.count() == 1


def test_another_api_key_counts_its_own(api: Api, make_api: Callable[..., Api]) -> None:
    key = {"HTTP_IDEMPOTENCY_KEY": "1"}
    assert api.post("tags", {"name": "One"}, **key).status_code == 201
    assert make_api("write").post("tags", {"name": "Two"}, **key).json()["name"] == "Two"
    assert make_api("read").post("tags", {"name": "One"}, **key).json()["code"] == "scope_missing"


def test_two_at_once_act_once(live_db: Any) -> None:
    """The second waits for nothing: 409 while the first runs, or the first's answer after it."""
    tenant = build_tenant("parallel", 3)
    with tenant_scope(tenant.pk):
        _, secret = actions.make_api_key(name="Demo shop", scopes=["consent"], actor=SYSTEM)
    answers: list[Any] = []
    start = threading.Barrier(6)

    def post() -> None:
        start.wait()
        told = {"number": NUMBER, "words": "stop"}
        answers.append(Api(secret).post("consent/opt-outs", told, HTTP_IDEMPOTENCY_KEY="once"))
        connection.close()

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    codes = [a.status_code for a in answers]
    assert len(codes) == 6 and set(codes) <= {201, 409} and 201 in codes
    assert {a.json()["code"] for a in answers if a.status_code == 409} <= {"still_running"}
    assert {a.json()["seq"] for a in answers if a.status_code == 201} == {1}
    with tenant_scope(tenant.pk):
        assert ConsentEvent.objects.count() == 1


# ── faults ────────────────────────────────────────────────────────────────────────────────────────────
def broken(*args: Any, **kwargs: Any) -> None:
    raise RuntimeError("secret detail of the inside")


@pytest.mark.parametrize(
    "where", ["contacts.api.people.people.create_contact", "tenants.middleware.apidoor.once"]
)
def test_a_fault_tells_nothing_and_changes_nothing(
    api: Api, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr(where, broken)
    answer = api.post("contacts", {"number": NUMBER}, HTTP_IDEMPOTENCY_KEY="k")
    assert (answer.status_code, answer.json()["code"]) == (500, "fault")
    assert b"secret" not in answer.content and b"RuntimeError" not in answer.content
    with tenant_scope(tenant.pk):
        assert not Contact.objects.exists() and not IdempotencyKey.objects.exists()


def test_a_question_that_takes_too_long_is_cut(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """SEC23."""

    def slow(*args: Any, **kwargs: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(10)")

    monkeypatch.setattr("tenants.apikit.READING_MS", 50)
    monkeypatch.setattr("contacts.api.people.shaped", slow)
    answer = api.get("contacts")
    assert (answer.status_code, answer.json()["code"]) == (503, "too_slow")
    monkeypatch.undo()
    assert api.get("contacts").status_code == 200


def test_no_answer_is_kept_by_a_cache(api: Api) -> None:
    for answer in (api.get("contacts"), api.get("contacts/1"), Api().get("contacts")):
        assert "no-store" in answer["Cache-Control"]

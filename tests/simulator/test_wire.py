"""Twilio's SDK, unchanged, against the carrier: messages are made, read, changed and refused as at Twilio."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from tests.simulator.conftest import ACCOUNT, FOREIGN, MEMBER, OTHER, SENDER, SERVICE, TOKEN, wait_for

PERSON = "+12025550142"
SPEC = json.loads((Path(__file__).parents[1] / "corpus/twilio/messages.schema.json").read_text())


def as_json_schema(spec):
    """OpenAPI 3.0's `nullable` in JSON Schema's words."""
    if isinstance(spec, list):
        return [as_json_schema(part) for part in spec]
    if not isinstance(spec, dict):
        return spec
    out = {k: as_json_schema(v) for k, v in spec.items() if k != "nullable"}
    if spec.get("nullable") and "type" in out:
        out["type"] = [out["type"], "null"]
    return out


def check(answer, schema):
    whole = as_json_schema({"components": SPEC["components"], **schema})
    jsonschema.validate(answer, whole)


def raw(carrier, method, path, **more):
    return requests.request(method, f"{carrier.url}{path}", auth=(ACCOUNT, TOKEN), timeout=10, **more)


def refusal(client, **fields):
    """Return (HTTP status, code) of a create that must be refused."""
    fields = {"to": PERSON, "from_": SENDER, "body": "hello", **fields}
    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(**{k: v for k, v in fields.items() if v is not None})
    return caught.value.status, caught.value.code


def test_create_and_fetch(client):
    made = client.messages.create(to=PERSON, from_=SENDER, body="Demo Bakery: hello")
    assert (made.status, made.num_segments, made.direction) == ("queued", "1", "outbound-api")
    assert made.date_sent is None and abs(made.date_created - datetime.now(UTC)) < timedelta(seconds=5)
    found = wait_for(lambda: (m := client.messages(made.sid).fetch()).status == "delivered" and m)
    assert (found.to, found.from_, found.body) == (PERSON, SENDER, "Demo Bakery: hello")
    assert found.date_sent is not None


def test_create_by_service_is_accepted_without_a_sender_yet(client):
    made = client.messages.create(to=PERSON, messaging_service_sid=SERVICE, body="hello")
    assert (made.status, made.num_segments, made.from_) == ("accepted", "0", None)
    found = wait_for(lambda: (m := client.messages(made.sid).fetch()).status == "delivered" and m)
    assert (found.from_, found.num_segments, found.messaging_service_sid) == (MEMBER, "1", SERVICE)


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a" * 160, "1"), ("a" * 161, "2"), ("€" * 80, "1"), ("€" * 81, "2"), ("ê" * 70, "1"), ("ê" * 71, "2"),
     ("字" * 134, "2"), ("字" * 135, "3"), ("👍" * 35, "1"), ("👍" * 36, "2")],
)  # fmt: skip
def test_parts_are_counted_in_both_alphabets(client, text, parts):
    assert client.messages.create(to=PERSON, from_=SENDER, body=text).num_segments == parts


def test_answers_fit_the_published_schema(carrier, client):
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
    message = {"$ref": "#/components/schemas/api.v2010.account.message"}
    for fields in ({"From": SENDER}, {"MessagingServiceSid": SERVICE}):
        made = raw(carrier, "POST", f"{path}.json", data={"To": PERSON, "Body": "hello", **fields})
        assert made.status_code == 201
        check(made.json(), message)
        known = set(SPEC["components"]["schemas"]["api.v2010.account.message"]["properties"])
        assert set(made.json()) == known
        check(raw(carrier, "GET", f"{path}/{made.json()['sid']}.json").json(), message)
    check(raw(carrier, "GET", f"{path}.json").json(), SPEC["list_page"])


def test_list_filters_and_pages(client):
    for index in range(7):
        client.messages.create(to=f"+1202555010{index % 2}", from_=SENDER, body=f"text {index}")
    wait_for(lambda: all(m.status == "delivered" for m in client.messages.list()))
    everything = [m.body for m in client.messages.list(page_size=2)]
    assert everything == [f"text {index}" for index in reversed(range(7))]
    assert len(client.messages.list(to="+12025550100")) == 4
    assert client.messages.list(from_=MEMBER) == []
    today = datetime.now(UTC).date()
    assert len(client.messages.list(date_sent=str(today))) == 7
    assert len(client.messages.list(date_sent_after=datetime.now(UTC) - timedelta(minutes=5))) == 7
    assert client.messages.list(date_sent_after=str(today + timedelta(days=1))) == []
    assert client.messages.list(date_sent_before=str(today - timedelta(days=1))) == []


def test_redact_and_delete(client):
    sid = client.messages.create(to=PERSON, from_=SENDER, body="secret").sid
    wait_for(lambda: client.messages(sid).fetch().status == "delivered")
    assert client.messages(sid).update(body="").body == ""
    assert client.messages(sid).delete() is True
    with pytest.raises(TwilioRestException) as caught:
        client.messages(sid).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_scheduled_message_can_be_canceled(client):
    later = datetime.now(UTC) + timedelta(hours=1)
    made = client.messages.create(
        to=PERSON, messaging_service_sid=SERVICE, body="hi", schedule_type="fixed", send_at=later
    )
    assert made.status == "scheduled"
    assert client.messages(made.sid).update(status="canceled").status == "canceled"
    with pytest.raises(TwilioRestException) as caught:
        client.messages(made.sid).update(status="canceled")
    assert caught.value.code == 30409


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"to": ""}, (400, 21604)),
        ({"to": "12"}, (400, 21211)),
        ({"to": SENDER}, (400, 21211)),
        ({"from_": None}, (400, 21603)),
        ({"from_": "+12025550199"}, (400, 21606)),
        ({"from_": FOREIGN}, (400, 21660)),
        ({"body": None}, (400, 21619)),
        ({"body": ""}, (400, 21602)),
        ({"body": "x" * 1601}, (400, 21617)),
        ({"status_callback": "not an address"}, (400, 21609)),
        ({"status_callback": "http://bad_host/"}, (400, 21609)),
        ({"validity_period": 36001}, (400, 21624)),
        ({"from_": None, "messaging_service_sid": "MG" + "f" * 32}, (404, 21701)),
        ({"schedule_type": "fixed", "send_at": "2030-01-01T00:00:00Z"}, (400, 35118)),
    ],
)
def test_refusals_carry_twilios_codes(client, fields, expected):
    assert refusal(client, **fields) == expected


@pytest.mark.parametrize(
    ("to", "code"),
    [("+15005550001", 21211), ("+15005550002", 21612), ("+15005550003", 21408), ("+15005550004", 21610),
     ("+15005550009", 21614)],
)  # fmt: skip
def test_magic_recipients(client, to, code):
    assert refusal(client, to=to) == (400, code)


@pytest.mark.parametrize(
    ("sender", "code"), [("+15005550001", 21212), ("+15005550007", 21606), ("+15005550008", 21611)]
)
def test_magic_senders(client, sender, code):
    assert refusal(client, from_=sender) == (400, code)


def test_magic_sender_that_works(client):
    assert client.messages.create(to=PERSON, from_="+15005550006", body="hello").status == "queued"


def test_credentials(carrier):
    assert refusal(carrier.client(token="wrong")) == (401, 20003)
    assert refusal(carrier.client(account="AC" + "9" * 32)) == (401, 20003)
    sid = carrier.client().messages.create(to=PERSON, from_=SENDER, body="mine").sid
    with pytest.raises(TwilioRestException) as caught:
        carrier.client(OTHER, "token-of-another-account").messages(sid).fetch()
    assert caught.value.code == 20404
    answer = requests.get(f"{carrier.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", timeout=5)
    assert answer.status_code == 401
    assert set(answer.json()) == {"code", "message", "more_info", "status"}


def test_limits_of_country_and_queue(carrier, client):
    carrier.post("accounts", {"sid": ACCOUNT, "countries": ["+44"]})
    assert refusal(client) == (400, 21408)
    carrier.post("accounts", {"sid": ACCOUNT, "countries": []})
    carrier.post("numbers", {"number": SENDER, "queue_limit": 1})
    carrier.post("behaviour", {"delivered_ms": 5000})
    client.messages.create(to=PERSON, from_=SENDER, body="one")
    assert refusal(client) == (400, 21611)


def test_too_many_requests_at_once_are_refused_and_not_taken(carrier):
    carrier.post("accounts", {"sid": ACCOUNT, "max_concurrent": 2})
    carrier.post("behaviour", {"latency_ms": 300})

    def create(index):
        try:
            return carrier.client().messages.create(to=PERSON, from_=SENDER, body=f"{index}").status
        except TwilioRestException as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(create, range(6)), key=str)
    assert answers == [20429] * 4 + ["queued"] * 2
    assert carrier.get("counts")["accepted"] == 2


def test_per_recipient_outcomes(carrier, client):
    carrier.post("recipients", {"to": PERSON, "code": 21614})
    assert refusal(client) == (400, 21614)
    carrier.post("recipients", {"to": PERSON, "error": 30005})
    sid = client.messages.create(to=PERSON, from_=SENDER, body="x").sid
    found = wait_for(lambda: (m := client.messages(sid).fetch()).status == "undelivered" and m)
    assert found.error_code == 30005


def test_services_numbers_and_account(client):
    assert [s.sid for s in client.messaging.v1.services.list()] == [SERVICE]
    assert [n.phone_number for n in client.messaging.v1.services(SERVICE).phone_numbers.list()] == [MEMBER]
    assert SENDER in [n.phone_number for n in client.incoming_phone_numbers.list()]
    assert client.api.accounts(ACCOUNT).fetch().status == "active"

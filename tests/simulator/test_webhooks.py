"""Webhooks as Twilio sends them: every signature passes the SDK's own validator; fields, retries, repeats, losses."""

from __future__ import annotations

import json
import time
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from twilio.request_validator import RequestValidator, get_signature_algorithm

from simulator.signature import sign
from tests.simulator.conftest import ACCOUNT, MEMBER, SENDER, TOKEN, wait_for

PERSON = "+12025550142"
VECTORS = json.loads((Path(__file__).parents[1] / "corpus/twilio_signature_vectors.json").read_text())[
    "vectors"
]
INBOUND_FIELDS = {
    "ToCountry", "ToState", "SmsMessageSid", "NumMedia", "ToCity", "FromZip", "SmsSid", "FromState", "SmsStatus",
    "FromCity", "Body", "FromCountry", "To", "ToZip", "NumSegments", "MessageSid", "AccountSid", "From", "ApiVersion",
}  # fmt: skip


def valid(sink, request, key=TOKEN):
    """Ask Twilio's own validator."""
    settings = request.headers.get("x-twilio-webhooks-signature-settings")
    algorithm = get_signature_algorithm(settings) if settings else None
    signature = request.headers["x-twilio-signature"]
    return RequestValidator(key).validate(sink.url + request.path, request.form, signature, algorithm)


@pytest.mark.parametrize(
    "vector", [v for v in VECTORS if v["expect_valid"] and "form_body" in v], ids=lambda v: v["name"]
)
def test_signature_vectors(vector):
    url = (
        vector["url"].replace("example.org/", "example.org:443/")
        if "with_443" in vector["name"]
        else vector["url"]
    )
    pairs = parse_qsl(vector["form_body"], keep_blank_values=True)
    assert sign(vector["key"], url, pairs, vector["algorithm"]) == vector["signature"]


def test_inbound_carries_every_field_and_a_valid_signature(carrier, sink):
    answer = carrier.text(PERSON, SENDER, "Grüezi 👋 & more = fun + 100 %")
    assert answer["webhook"]["status"] == 200 and answer["webhook"]["body"] == "<Response/>"
    (request,) = sink.of("/inbound")
    assert set(request.form) == INBOUND_FIELDS
    assert request.form["ToCity"] == "" and request.form["SmsStatus"] == "received"
    assert request.form["MessageSid"] == request.form["SmsSid"] == answer["sid"]
    assert request.form["Body"] == "Grüezi 👋 & more = fun + 100 %"
    assert valid(sink, request)
    assert request.headers["i-twilio-idempotency-token"]
    assert request.headers["content-type"].startswith("application/x-www-form-urlencoded")


def test_bad_signature_is_well_formed_and_wrong(carrier, sink):
    carrier.text(PERSON, SENDER, "hello", bad_signature=True)
    (request,) = sink.of("/inbound")
    assert len(request.headers["x-twilio-signature"]) == 28 and not valid(sink, request)


def test_shared_key_signature(carrier, sink, client):
    secret = "secret-of-the-shared-key"
    carrier.post("accounts", {"sid": ACCOUNT, "shared_key": ["webhooks_sharedkey_1", secret]})
    carrier.text(PERSON, SENDER, "hello")
    (request,) = sink.of("/inbound")
    settings = request.headers["x-twilio-webhooks-signature-settings"]
    assert settings == "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
    assert valid(sink, request, secret) and not valid(sink, request, TOKEN)


def test_status_callbacks_in_order_with_their_fields(carrier, sink, client):
    url = f"{sink.url}/status?m=42"
    made = client.messages.create(to=PERSON, from_=SENDER, body="x", status_callback=url)
    first, second = wait_for(lambda: len(sink.of("/status")) == 2 and sink.of("/status"))
    assert [first.form["MessageStatus"], second.form["MessageStatus"]] == ["sent", "delivered"]
    assert first.path == "/status?m=42" and first.form["MessageSid"] == made.sid
    assert "RawDlrDoneDate" not in first.form and len(second.form["RawDlrDoneDate"]) == 10
    assert first.form["SmsStatus"] == "sent" and first.form["ApiVersion"] == "2010-04-01"
    assert valid(sink, first) and valid(sink, second)


@pytest.mark.parametrize(("behaviour", "status", "code"), [
    ({"spam_rate": 1}, "undelivered", "30007"),
    ({"failure_rates": {"30003": 1}}, "undelivered", "30003"),
    ({"failure_rates": {"30034": 1}}, "failed", "30034"),
    ({"delivers": False}, "undelivered", "30003"),
])  # fmt: skip
def test_failures_name_their_error(carrier, sink, client, behaviour, status, code):
    carrier.post("behaviour", behaviour)
    client.messages.create(to=PERSON, from_=SENDER, body="x", status_callback=f"{sink.url}/status")
    last = wait_for(lambda: [r for r in sink.of("/status") if r.form["MessageStatus"] != "sent"])[0]
    assert (last.form["MessageStatus"], last.form["ErrorCode"]) == (status, code)
    assert valid(sink, last)


def test_doubled_callbacks_share_their_token(carrier, sink, client):
    carrier.post("behaviour", {"doubled_rate": 1})
    client.messages.create(to=PERSON, from_=SENDER, body="x", status_callback=f"{sink.url}/status")
    requests = wait_for(lambda: len(sink.of("/status")) == 4 and sink.of("/status"))
    tokens = [r.headers["i-twilio-idempotency-token"] for r in requests if r.form["MessageStatus"] == "sent"]
    assert len(tokens) == 2 and len(set(tokens)) == 1


def test_shuffled_callbacks_bring_sent_last(carrier, sink, client):
    carrier.post("behaviour", {"shuffled_rate": 1})
    client.messages.create(to=PERSON, from_=SENDER, body="x", status_callback=f"{sink.url}/status")
    requests = wait_for(lambda: len(sink.of("/status")) == 2 and sink.of("/status"))
    assert [r.form["MessageStatus"] for r in requests] == ["delivered", "sent"]


@pytest.mark.parametrize("behaviour", [{"lost_rate": 1}, {"callbacks": False}])
def test_lost_callbacks(carrier, sink, client, behaviour):
    carrier.post("behaviour", behaviour)
    sid = client.messages.create(to=PERSON, from_=SENDER, body="x", status_callback=f"{sink.url}/status").sid
    wait_for(lambda: client.messages(sid).fetch().status == "delivered")
    time.sleep(0.1)
    assert sink.of("/status") == []


def test_one_retry_with_the_same_token_on_a_server_error(carrier, sink):
    sink.answer = lambda request: (503 if len(sink.received) == 1 else 200, "<Response/>")
    assert carrier.text(PERSON, SENDER, "hello")["webhook"]["status"] == 200
    first, second = sink.of("/inbound")
    assert first.headers["i-twilio-idempotency-token"] == second.headers["i-twilio-idempotency-token"]
    attempts = carrier.log("kind=inbound")
    assert [(a["status"], a["attempt"]) for a in attempts] == [(503, 1), (200, 2)]


def test_no_retry_on_a_client_error_unless_the_address_asks(carrier, sink):
    sink.answer = lambda request: (403, "")
    carrier.text(PERSON, SENDER, "hello")
    assert len(sink.of("/inbound")) == 1
    carrier.post("numbers", {"number": SENDER, "inbound_url": f"{sink.url}/inbound#rc=2&rp=4xx"})
    carrier.text(PERSON, SENDER, "hello")
    assert len(sink.of("/inbound")) == 4
    assert valid(sink, sink.of("/inbound")[-1]), "the fragment is not signed"


def test_nobody_listening(carrier):
    carrier.post("numbers", {"number": SENDER, "inbound_url": "http://127.0.0.1:9/inbound"})
    assert carrier.text(PERSON, SENDER, "hello")["webhook"] is None
    assert [a["status"] for a in carrier.log("kind=inbound")] == [0, 0]


def test_a_receiver_that_hangs_is_given_up(carrier, sink):
    carrier.post("behaviour", {"webhook_timeout_ms": 200})
    sink.answer = lambda request: (time.sleep(0.6), (200, ""))[1]
    assert carrier.text(PERSON, SENDER, "hello")["webhook"] is None
    (entry,) = carrier.log("kind=inbound")
    assert entry["status"] == 0 and 150 < entry["ms"] < 500 and "0.2 s" in entry["error"]


@pytest.mark.parametrize("raw_body", ["%00STOP", "%FF%FEhello", "a%ED%A0%80b", "STOP%C0%80", "plain+text"])
def test_raw_bodies_leave_as_they_were_given(carrier, sink, raw_body):
    carrier.post("inbound", {"from": PERSON, "to": SENDER, "raw_body": raw_body})
    (request,) = sink.of("/inbound")
    assert request.body.decode("latin-1").endswith(f"&Body={raw_body}")
    decoded = dict(parse_qsl(request.body.decode("latin-1"), keep_blank_values=True, errors="replace"))
    request.form = decoded
    assert valid(sink, request), "signed over what a UTF-8 decoder with replacement reads"


def test_repeats_and_the_same_sid_again(carrier, sink):
    sid = carrier.text(PERSON, SENDER, "hello", repeat=2)["sid"]
    carrier.text(PERSON, SENDER, "", sid=sid)
    requests = sink.of("/inbound")
    assert [r.form["MessageSid"] for r in requests] == [sid] * 4
    assert {r.form["Body"] for r in requests} == {"hello"}
    assert len({r.headers["i-twilio-idempotency-token"] for r in requests[:3]}) == 1


def test_twiml_answers_become_texts(carrier, sink, client):
    sink.answer = lambda request: (200, "<Response><Message>Thank you &amp; bye</Message></Response>")
    carrier.text(PERSON, SENDER, "hello")
    (reply,) = wait_for(lambda: [m for m in client.messages.list(to=PERSON) if m.status == "delivered"])
    assert (reply.body, reply.direction) == ("Thank you & bye", "outbound-reply")


def test_service_webhook_and_number(carrier, sink):
    service = "MG" + "0" * 31 + "1"
    carrier.post("services", {"sid": service, "inbound_url": f"{sink.url}/service"})
    carrier.text(PERSON, MEMBER, "hello")
    carrier.post("services", {"sid": service, "inbound_url": ""})
    (request,) = sink.of("/service")
    assert request.form["MessagingServiceSid"] == service and "OptOutType" not in request.form

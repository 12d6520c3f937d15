"""What the carrier does by itself when a person texts STOP, START or HELP, and how it then refuses."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException

from simulator.keywords import keyword
from tests.simulator.conftest import MEMBER, SENDER, SERVICE, TOLL_FREE, wait_for

PERSON, OTHER_PERSON = "+12025550142", "+12025550143"


def code_of(client, sender=SENDER, to=PERSON):
    try:
        client.messages.create(to=to, from_=sender, body="hello")
    except TwilioRestException as error:
        return error.code
    return None


def on_the_phone(carrier, person=PERSON):
    messages = carrier.get(f"messages?to=%2B{person[1:]}")["messages"]
    return [m["body"] for m in messages if m["direction"] == "outbound-reply"]


@pytest.mark.parametrize(
    ("text", "word"),
    [("STOP", "STOP"), ("sToP", "STOP"), ("  stop \n", "STOP"), ("Stop please", ""), ("Stop.", ""), ("REVOKE", "STOP"),
     ("optout", "STOP"), ("opt out", ""), ("Cancel", "STOP"), ("yes", "START"), ("UNSTOP", "START"), ("info", "HELP"),
     ("", ""), ("no", "")],
)  # fmt: skip
def test_a_word_counts_only_as_the_whole_text(text, word):
    assert keyword(text) == word


def test_toll_free_knows_fewer_words_and_punctuation_is_a_setting():
    assert keyword("CANCEL", toll_free=True) == "" and keyword("unstop", toll_free=True) == "START"
    assert keyword("Stop.", punctuation=True) == "STOP"


def test_stop_blocks_this_number_only_until_start(carrier, client, sink):
    carrier.text(PERSON, SENDER, " Stop ")
    assert code_of(client) == 21610
    assert code_of(client, to=OTHER_PERSON) is None and code_of(client, sender=TOLL_FREE) is None
    assert [r.form["Body"] for r in sink.of("/inbound")] == [" Stop "]
    carrier.text(PERSON, SENDER, "Start")
    assert code_of(client) is None


def test_the_carrier_answers_each_change_once(carrier):
    for text in ("YES", "STOP", "STOP", "UNSTOP", "START", "HELP"):
        carrier.text(PERSON, SENDER, text)
        wait_for(lambda: carrier.get("health")["webhooks_active"] == 0)
    replies = wait_for(lambda: len(on_the_phone(carrier)) == 3 and on_the_phone(carrier))
    assert [r.split(".")[0] for r in replies] == [
        "You have successfully been unsubscribed",
        "You have successfully been re-subscribed to messages from this number",
        "Reply STOP to unsubscribe",
    ]


def test_where_the_carrier_does_not_answer_one_confirmation_passes(carrier, client):
    carrier.post("numbers", {"number": SENDER, "answers_keywords": False})
    carrier.text(PERSON, SENDER, "STOP")
    assert [code_of(client) for _ in range(3)] == [None, 21610, 21610]
    assert on_the_phone(carrier) == []


def test_where_the_carrier_does_not_refuse_texts_still_pass(carrier, client):
    carrier.post("numbers", {"number": SENDER, "refuses_after_stop": False})
    carrier.text(PERSON, SENDER, "STOP")
    assert code_of(client) is None


def test_a_service_is_blocked_as_a_whole_and_names_the_word(carrier, client, sink):
    carrier.text(PERSON, MEMBER, "stop")
    assert sink.of("/inbound")[0].form["OptOutType"] == "STOP"
    assert code_of(client, sender=MEMBER) == 21610
    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(to=PERSON, messaging_service_sid=SERVICE, body="hello")
    assert caught.value.code == 21610
    carrier.text(PERSON, MEMBER, "HELP")
    assert sink.of("/inbound")[1].form["OptOutType"] == "HELP"


def test_toll_free_takes_the_text_and_fails_it_later(carrier, client, sink):
    carrier.post("behaviour", {"answers_keywords": False, "refuses_after_stop": False})
    carrier.text(PERSON, TOLL_FREE, "STOP")
    (reply,) = wait_for(lambda: on_the_phone(carrier))
    assert reply.startswith('NETWORK MSG: You replied with the word "stop"')
    sid = client.messages.create(to=PERSON, from_=TOLL_FREE, body="hello").sid
    found = wait_for(lambda: (m := client.messages(sid).fetch()).status == "undelivered" and m)
    assert found.error_code == 30004
    carrier.text(PERSON, TOLL_FREE, "HELP")
    carrier.text(PERSON, TOLL_FREE, "UNSTOP")
    replies = wait_for(lambda: len(on_the_phone(carrier)) == 2 and on_the_phone(carrier))
    assert "begin receiving messages again" in replies[1], "HELP stays unanswered while opted out"


def test_toll_free_can_refuse_at_once(carrier, client):
    carrier.post("numbers", {"number": TOLL_FREE, "blocked_as": 21610})
    carrier.text(PERSON, TOLL_FREE, "STOP")
    assert code_of(client, sender=TOLL_FREE) == 21610


def consent(status, **more):
    item = {
        "contact_id": PERSON,
        "correlation_id": "a" * 32,
        "sender_id": SENDER,
        "status": status,
        "source": "website",
    }
    return {**item, "date_of_consent": "2026-02-28T10:05:27Z", **more}


def test_bulk_consents_block_and_release(client):
    answer = client.accounts.v1.bulk_consents.create(items=[consent("opt-out")])
    assert answer.items == [{"correlation_id": "a" * 32, "error_code": 0, "error_messages": []}]
    assert code_of(client) == 21610
    client.accounts.v1.bulk_consents.create(items=[consent("opt-in")])
    assert code_of(client) is None


def test_bulk_consents_name_what_is_wrong(client):
    wrong = consent("maybe", contact_id="+19", sender_id="123456", date_of_consent="2025-03-25")
    (item,) = client.accounts.v1.bulk_consents.create(items=[wrong]).items
    assert item["error_code"] == 30646
    assert item["error_messages"] == [
        "INVALID_CONTACT_ID", "INVALID_SENDER_ID", "INVALID_STATUS", "INVALID_DATE_OF_CONSENT",
    ]  # fmt: skip
    with pytest.raises(TwilioRestException) as caught:
        client.accounts.v1.bulk_consents.create(items=[consent("opt-out")] * 26)
    assert caught.value.status == 400

"""Own words and the classifier by API.

Mutations tried, each made the test named red:
- PUT without `save_words`; the classifier with the built-in words only, with those of every sender number, or as
  if everybody had opted out                                            → test_words_are_replaced_listed_and_heard
- words taken by a group not looked at; an unknown sender number taken; PUT with a key that only reads
                                                                        → test_what_is_refused
"""

from __future__ import annotations

from typing import Any

from consent.models import KeywordSet
from contacts.models import Group
from tenants.models import SenderNumber, Tenant
from tenants.scope import tenant_scope

WORDS = {"language": "es", "stop_words": ["rutabaga"], "start_words": [], "help_words": ["apoyo"]}


def test_words_are_replaced_listed_and_heard(make_api: Any, tenant: Tenant) -> None:
    api = make_api("read", "consent")
    with tenant_scope(tenant.pk):
        offers, orders = (SenderNumber.objects.get(name=name).pk for name in ("Offers", "Orders"))
    put = api("PUT", "consent/words", {**WORDS, "sender": offers})
    assert (put.status_code, put.json()) == (200, {**WORDS, "sender": offers})
    assert api.get("consent/words").json() == {"results": [{**WORDS, "sender": offers}]}
    heard = api.post(
        "consent/classify", {"texts": ["Rutabaga!", "stop the promos"], "sender": offers}
    ).json()["results"]
    assert [(h["label"], h["reach"]) for h in heard] == [("optout", "sender"), ("optout", "purpose")]
    assert heard[1]["rule"] == "stop_messages" and heard[1]["words"][0]["word"] == "stop"
    elsewhere = api.post("consent/classify", {"texts": ["Rutabaga!"], "sender": orders}).json()["results"]
    assert elsewhere[0]["label"] == "none"
    assert api.post("consent/classify", {"texts": ["START"]}).json()["results"][0]["label"] == "none"
    assert (
        api.post("consent/classify", {"texts": ["START"], "opted_out": True}).json()["results"][0]["label"]
        == "optin"
    )
    none = {**WORDS, "sender": offers, "stop_words": [], "help_words": []}
    assert api("PUT", "consent/words", none).json() == none
    with tenant_scope(tenant.pk):
        assert not KeywordSet.objects.exists()


def test_what_is_refused(make_api: Any, tenant: Tenant) -> None:
    api = make_api("read", "consent")
    with tenant_scope(tenant.pk):
        Group.objects.create(name="News", word="NEWS")
    wrong = [
        ({"stop_words": ["news"]}, 422, "word_taken"),
        ({"stop_words": ["ok"]}, 422, "word_answer"),
        ({"sender": 10**9}, 422, "sender_unknown"),
        ({"language": "xx"}, 400, "invalid"),
        ({"stop_words": ["x" * 35]}, 400, "invalid"),
        ({"words": []}, 400, "invalid"),
    ]
    for more, status, code in wrong:
        answer = api("PUT", "consent/words", WORDS | more)
        assert (answer.status_code, answer.json()["code"]) == (status, code), more
    assert make_api("read")("PUT", "consent/words", WORDS).status_code == 403
    assert api.post("consent/classify", {"texts": []}).status_code == 400
    assert api.post("consent/classify", {"texts": ["a"] * 501}).status_code == 400
    assert api.post("consent/classify", {"texts": ["stop"], "sender": 10**9}).status_code == 422

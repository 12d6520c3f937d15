"""Texting one person through the API (B14), and reading what became of it."""

from __future__ import annotations

import pytest
from django.test import Client

from consent.models import Permission
from messaging.models import Message
from tenants.models import SenderNumber, Tenant
from tenants.scope import tenant_scope
from tests.api.conftest import NUMBER, Api, Person


@pytest.mark.parametrize(
    ("state", "sender", "code"),
    [
        ("out", "Offers", "opted_out"),
        ("all", "Offers", "opted_out_all"),
        ("all", "Orders", "opted_out_all"),
        ("never", "Offers", "no_opt_in"),
    ],
)
def test_a_person_who_may_not_be_texted_gets_no_row(
    api: Api, person: Person, senders: dict[str, int], tenant: Tenant, state: str, sender: str, code: str
) -> None:
    """B14."""
    given = {"contact": person(42, state), "sender": senders[sender], "text": "Demo Bakery: hi"}
    answer = api.post("messages", given, HTTP_IDEMPOTENCY_KEY="one")
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    with tenant_scope(tenant.pk):
        assert not Message.objects.exists()
    # A refusal is not kept: the person came back, the same request goes through.
    if state in {"out", "never"}:
        opt_in = {"contact": given["contact"], "senders": [senders["Offers"]], "words": "yes please"}
        assert api.post("consent/opt-ins", opt_in).status_code == 201
        assert api.post("messages", given, HTTP_IDEMPOTENCY_KEY="one").status_code == 201


def test_a_text_is_queued_once_and_read_again(
    api: Api, person: Person, senders: dict[str, int], tenant: Tenant
) -> None:
    contact = person(42, "in")
    given = {"number": "202-555-0142", "sender": senders["Offers"], "text": "Demo Bakery: hi"}
    first = api.post("messages", given, HTTP_IDEMPOTENCY_KEY="one")
    assert first.status_code == 201, first.content
    assert api.post("messages", given, HTTP_IDEMPOTENCY_KEY="one").json() == first.json()
    other = api.post("messages", given | {"text": "other"}, HTTP_IDEMPOTENCY_KEY="one")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    shown = first.json()
    assert (shown["outcome"], shown["contact"], shown["purpose"]) == ("waiting", contact, "marketing")
    assert api.get(f"messages/{shown['id']}").json() == shown
    with tenant_scope(tenant.pk):
        assert Message.objects.count() == 1


def test_the_purpose_decides_which_consent_it_needs(
    api: Api, person: Person, senders: dict[str, int]
) -> None:
    person(42, "out")
    service = {"number": NUMBER, "sender": senders["Orders"], "text": "Your order is ready"}
    assert api.post("messages", service).json()["purpose"] == "service"
    assert api.post("messages", service | {"purpose": "marketing"}).json()["code"] == "no_opt_in"
    assert api.post("messages", service | {"purpose": "reply"}).status_code == 400


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"sender": 10**15}, 422, "sender_unknown"),
        ({"text": " "}, 400, "blank"),
        ({"text": "x" * 1601}, 400, "max_length"),
        ({"number": "12"}, 422, "number_invalid"),
        ({"number": "+447400123456"}, 422, "number_invalid"),
        ({"media": "x"}, 400, "unknown_field"),
        ({"sender": "1"}, 400, "invalid"),
        ({"sender": 2**63}, 400, "number_too_large"),
    ],
)
def test_what_a_text_cannot_be(
    api: Api, person: Person, senders: dict[str, int], tenant: Tenant, change: dict[str, object],
    status: int, code: str,
) -> None:  # fmt: skip
    person(42, "in")
    answer = api.post("messages", {"number": NUMBER, "sender": senders["Offers"], "text": "hi"} | change)
    problem = answer.json()
    assert answer.status_code == status and code in {
        problem["code"],
        *(e["code"] for e in problem.get("errors", ())),
    }
    with tenant_scope(tenant.pk):
        assert not Message.objects.exists()


def test_a_retired_sender_texts_nobody(
    api: Api, senders: dict[str, int], tenant: Tenant, person: Person
) -> None:
    with tenant_scope(tenant.pk):
        SenderNumber.objects.filter(name="Orders").update(retired_at="2026-01-01T00:00:00Z")
    answer = api.post("messages", {"contact": person(42), "sender": senders["Orders"], "text": "hi"})
    assert answer.json()["code"] == "sender_retired"


def test_list_filters(api: Api, person: Person, senders: dict[str, int]) -> None:
    ada, ben = person(42), person(43)
    sent = [
        api.post("messages", {"contact": who, "sender": senders[sender], "text": "hi"}).json()["id"]
        for who, sender in ((ada, "Offers"), (ben, "Offers"), (ada, "Orders"))
    ]
    cases = {
        "": sent, f"contact={ada}": [sent[0], sent[2]], f"sender={senders['Orders']}": [sent[2]],
        "number=202-555-0143": [sent[1]], "direction=in": [], "direction=out": sent, "broadcast=1": [],
        "since=2999-01-01T00:00:00Z": [], "until=2999-01-01T00:00:00Z": sent,
    }  # fmt: skip
    for query, wanted in cases.items():
        assert [m["id"] for m in api.get(f"messages?{query}").json()["results"]] == wanted, query


def test_an_opt_out_link_for_an_integrators_own_mail(
    api: Api, person: Person, senders: dict[str, int], tenant: Tenant
) -> None:
    """The same every time; posted to, it stops that sender (RFC 8058). A text with one shows no token here."""
    contact = person(42, "in")
    given = {"contact": contact, "sender": senders["Offers"]}
    made = api.post("opt-out-links", given).json()
    assert api.post("opt-out-links", {"number": NUMBER, "sender": senders["Offers"]}).json() == made
    assert made["list_unsubscribe"] == f"<{made['link']}>"
    unknown = api.post("opt-out-links", given | {"sender": 999_999})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "sender_unknown")
    text = api.post("messages", given | {"text": f"Bye: {made['link']}"}).json()["text"]
    assert text.endswith("/u/…")
    path = "/u/" + made["link"].rpartition("/")[2]
    assert Client().post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    with tenant_scope(tenant.pk):
        assert Permission.objects.get(sender_id=senders["Offers"]).state == "opted_out"

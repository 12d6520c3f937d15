"""Whose link opens what: forged, foreign, old and many; and what the page gives away (A6, I6).

Mutations tried, each made the test named red:
- `_write` without `_tell`                         → test_other_ways_are_empty_boxes_and_no_condition
- `unseal` compares one byte of the MAC                          → test_a_changed_link_acts_nowhere
- `find_visit` outside the tenant's scope                        → test_a_link_acts_at_its_tenant
- `_unknown` asked before the token is read                      → test_a_right_link_is_never_slowed_down
"""

from __future__ import annotations

import pytest
from django.test import Client

from consent.actions import erase, phone_for
from consent.models import ConsentEvent
from contacts.models import Contact
from conversations.models.learning import ReasonGiven
from conversations.models.leaving import Wish
from conversations.tasks import follow_all
from conversations.views.leaving import WRONG_LINKS
from tenants.models import SenderAddress, SenderNumber, Tenant, WebhookDelivery, WebhookEndpoint
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope
from tests.conversations.leaving import Handset, handset


@pytest.fixture
def hers(tenant: Tenant, ada: Contact) -> Handset:
    return handset(tenant, ada)


def test_a_changed_link_acts_nowhere(hers: Handset) -> None:
    """Every place of it changed, posted: refused, and nothing is written in any tenant."""
    before = hers.kept()
    token = hers.path.removeprefix("/u/")
    for at, sign in enumerate(token):
        other = "b" if sign == "a" else "a"
        answer = hers.client.post(f"/u/{token[:at]}{other}{token[at + 1 :]}", {"reach": "all"})
        assert answer.status_code in {404, 429} and "STOP" in answer.content.decode()
    assert hers.kept() == before


def test_a_link_acts_at_its_tenant(hers: Handset, other_tenant: Tenant) -> None:
    """The same person at two tenants: the link of one leaves the other as it was."""
    with tenant_scope(other_tenant.pk):
        phone = phone_for(e164="+12025550142")
        there = Contact.objects.create(phone_id=phone)
    theirs = handset(other_tenant, there)
    before = theirs.kept()
    hers.post(data={"reach": "all"})
    assert theirs.kept() == before
    theirs.post()
    assert theirs.kept()["permissions"] == {"Offers": "opted_out"}
    with tenant_scope(hers.tenant.pk):
        assert ConsentEvent.objects.filter(kind="opt_out").count() == 1


def test_a_right_link_is_never_slowed_down(hers: Handset) -> None:
    for _ in range(WRONG_LINKS):
        assert hers.client.get("/u/nosuchtokenatall").status_code == 404
    assert hers.client.get("/u/nosuchtokenatall").status_code == 429
    assert hers.get().status_code == 200 and hers.post().status_code == 302
    assert hers.kept()["permissions"]["Offers"] == "opted_out"


@pytest.mark.parametrize(
    "token", ["", "0", "a" * 16, "a" * 64, "a" * 65, "%00" * 20, "ß" * 20, "../admin", "a b"]
)
def test_odd_links_are_told_how_to_stop(db: None, token: str) -> None:
    assert Client().get(f"/u/{token}").status_code == 404


def test_nothing_leaks(hers: Handset) -> None:
    for rest in ("", "/back", "/choices"):
        answer = hers.get(rest)
        page = answer.content.decode()
        assert answer["Referrer-Policy"] == "no-referrer" and "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"] and "csrf" not in page
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        for hidden in ("Demo Contact", "demo0142@example.org", "+12025550142", "202-555-0142"):
            assert hidden not in page
        assert "<script" not in page and "sessionid" not in str(answer.cookies)


@pytest.mark.parametrize(
    ("accept", "words"),
    [("es-MX,es;q=0.9", "¿Dejar de recibir"), ("fr", "Ne plus recevoir"), ("de-AT", "Keine Nachrichten mehr"),
     ("pt-BR", "Parar as mensagens"), ("ja, en;q=0.5", "Stop texts"), ("*", "Stop texts")],
)  # fmt: skip
def test_the_page_speaks_their_language(hers: Handset, accept: str, words: str) -> None:
    page = hers.get("", **{"Accept-Language": accept}).content.decode()
    assert words in page
    assert 'lang="de"' in hers.get("?lang=de", **{"Accept-Language": accept}).content.decode()


def test_the_contacts_own_language_comes_first(hers: Handset, tenant: Tenant, ada: Contact) -> None:
    with tenant_scope(tenant.pk):
        Contact.objects.filter(pk=ada.pk).update(language="es")
    assert "¿Dejar de recibir" in hers.get("", **{"Accept-Language": "fr"}).content.decode()


def test_a_reason_is_kept_with_the_opt_out(hers: Handset, tenant: Tenant) -> None:
    hers.post()
    assert hers.post("/why", {"reason": "no-such"}).status_code == 400
    assert hers.post("/why", {"reason": "too_many", "words": "every day"}).status_code == 302
    with tenant_scope(tenant.pk):
        given = ReasonGiven.objects.select_related("reason").get()
    event = hers.kept()["last"]
    assert (given.reason.key, given.words) == ("too_many", "every day")
    assert (given.event_seq, given.broadcast_ref) == (event.seq, hers.broadcast)
    assert "Why, if you like to say" not in hers.get().content.decode()


def test_other_ways_are_empty_boxes_and_no_condition(hers: Handset, tenant: Tenant) -> None:
    ways = [{"key": "news", "label": "The newsletter by e-mail", "channel": "email"}]
    Tenant.objects.filter(pk=tenant.pk).update(other_ways=ways)
    with tenant_scope(tenant.pk):
        WebhookEndpoint.objects.create(url="https://example.org/hook", events=["channel.changed"])
    assert "newsletter" not in hers.get().content.decode(), "offered to who has left, not before"
    hers.post()
    page = hers.get().content.decode()
    assert 'name="ways" value="news"' in page and "checked" not in page
    hers.post("/wish", {"ways": ["news", "no-such"]})
    with tenant_scope(tenant.pk):
        wish = Wish.objects.get()
        assert (wish.way, wish.wording, wish.broadcast_ref) == ("news", ways[0]["label"], hers.broadcast)
        assert wish.phone.channels.get().state == "opted_in"
    assert hers.kept()["permissions"]["Offers"] == "opted_out"
    hers.post("/wish", {"end": str(wish.pk)})
    with tenant_scope(tenant.pk):
        assert not Wish.objects.standing().exists() and wish.phone.channels.get().state == "opted_out"
        told = WebhookDelivery.objects.order_by("pk").values_list("payload__state", flat=True)
        assert list(told) == ["opted_in", "opted_out"], "other systems hear of both"


def test_an_erasure_forgets_who_wished(hers: Handset, tenant: Tenant, ada: Contact) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(other_ways=[{"key": "n", "label": "News", "channel": ""}])
    hers.post()
    hers.post("/wish", {"ways": ["n"]})
    with tenant_scope(tenant.pk):
        assert Wish.objects.get().ip == "127.0.0.1"
        erase(phone_id=ada.phone_id, event_key="e", actor=SYSTEM)
    follow_all(tenant.pk, 0)
    with tenant_scope(tenant.pk):
        kept = Wish.objects.get()
    assert (kept.ip, kept.user_agent, kept.label) == (None, "", "News") and kept.ended_at is not None


def test_an_opt_out_line_is_named(hers: Handset, tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        SenderNumber.objects.filter(name="Orders").update(is_opt_out_line=True)
    assert "+1 202-555-0118" in hers.get().content.decode()


def test_a_messaging_service_is_shown_by_its_number(hers: Handset, tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        offers = SenderNumber.objects.get(name="Offers")
        SenderNumber.objects.filter(pk=offers.pk).update(kind="service", address="MG" + "0" * 32)
        SenderAddress.objects.filter(sender=offers).delete()
        SenderAddress.objects.create(sender=offers, e164="+12025550130")
    page = hers.get().content.decode()
    assert "from +1 202-555-0130" in page and "MG000" not in page


def test_the_team_sees_what_was_asked_for(hers: Handset, tenant: Tenant, ada: Contact, agent: Client) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(
        other_ways=[{"key": "n", "label": "News by post", "channel": ""}]
    )
    hers.post()
    hers.post("/wish", {"ways": ["n"]})
    assert "News by post" in agent.get(f"/contacts/{ada.pk}/").content.decode()

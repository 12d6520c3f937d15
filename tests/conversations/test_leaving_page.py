"""The unsubscribe page through its public address (A6, A7, A12, A17, A18; CONSENT.md "page: …").

Mutations tried, each made the test named red:
- `leave` acts on a GET as on a POST                                 → test_looking_changes_nothing
- `_key` without the state it acts upon                              → test_stop_come_back_and_stop_again
- `reach` always ALL                                                 → test_stop_this_sender
- `campaign_ref` left out of `acts.stop`                             → the same
- `come_back` without the check of `wrong_person_at`                 → test_only_the_handset_brings_back
- `_is_member` always False                                          → test_a_member_does_not_come_back_for_a_person
- `private` without Referrer-Policy                                  → test_nothing_leaks
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from consent import actions as consent
from consent.models import ConsentEvidence, Disclosure, Permission, PhoneNumber
from consent.models.ledger import Kind, Method
from contacts.models import Contact, Group
from conversations.tasks import follow_all
from messaging.models import Message
from messaging.rules.outcomes import NotSent, Phase
from tenants.models import SenderNumber, Tenant, User
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope
from tests.conversations.leaving import Handset, handset

QUEUED = (Phase.QUEUED, 0)
SUPPRESSED = (Phase.NOT_SENT, NotSent.OPTED_OUT)


@pytest.fixture
def hers(tenant: Tenant, ada: Contact) -> Handset:
    return handset(tenant, ada)


def followed(tenant: Tenant) -> None:
    follow_all(tenant.pk, 0)


def in_unsubscribed_group(tenant: Tenant, contact: Contact) -> bool:
    with tenant_scope(tenant.pk):
        return PhoneNumber.objects.unsubscribed().filter(pk=contact.phone_id).exists()


def test_stop_this_sender(hers: Handset, tenant: Tenant, ada: Contact) -> None:
    """CONSENT.md, "page: stop this sender": every column."""
    page = hers.get()
    assert "Stop texts from Demo Bakery?" in page.content.decode() and "0142" in page.content.decode()
    before = hers.kept()
    assert hers.post(data={"reach": "sender"}).status_code == 302
    followed(tenant)
    after = hers.kept()
    assert after["status"] == "stopped" and after["permissions"] == {"Offers": "opted_out"}
    assert not after["all"] and after["unsubscribed"] and in_unsubscribed_group(tenant, ada)
    assert after["waiting"] == {"Offers": SUPPRESSED, "Orders": QUEUED}
    assert after["texts"] == before["texts"], "the page is the confirmation: no text"
    event = after["last"]
    assert (event.kind, event.method, event.actor_kind, event.reach) == ("opt_out", "web", "person", "number")
    assert (event.answered_message_id, event.campaign_ref) == (hers.text, hers.broadcast)
    with tenant_scope(tenant.pk):
        proof = ConsentEvidence.objects.get(pk=event.evidence_id)
        assert not Permission.objects.filter(provider_block_since__isnull=False).exists()
    assert proof.words.startswith("Stop offers") and proof.ip == "127.0.0.1" and proof.url.endswith("/u/…")
    done = hers.get().content.decode()
    assert "Done. No more offers." in done and "Undo" in done and "Stop all texts" in done


def test_stop_all(hers: Handset, tenant: Tenant, ada: Contact) -> None:
    """CONSENT.md, "page: stop all": every column; a sender added later is covered."""
    before = hers.kept()
    hers.post(data={"reach": "all"})
    followed(tenant)
    after = hers.kept()
    assert after["status"] == "stopped" and after["all"] and after["unsubscribed"]
    assert after["permissions"] == {"Offers": "opted_out", "Orders": "opted_out"}
    everything = (Phase.NOT_SENT, NotSent.OPTED_OUT_ALL)
    assert after["waiting"] == {"Offers": everything, "Orders": everything}
    assert after["texts"] == before["texts"] and in_unsubscribed_group(tenant, ada)
    assert (after["last"].reach, after["last"].campaign_ref) == ("all", hers.broadcast)
    assert "Done. No more texts." in hers.get().content.decode()


def test_come_back(hers: Handset, tenant: Tenant, ada: Contact) -> None:
    """CONSENT.md, "page: come back": every column."""
    hers.post(data={"reach": "all"})
    followed(tenant)
    page = hers.get("/back")
    assert "checked" not in page.content.decode(), "no box is ticked for them"
    with tenant_scope(tenant.pk):
        offers = SenderNumber.objects.get(name="Offers")
    before = hers.kept()
    answer = hers.post("/back", {"senders": [offers.pk], "wording": hers.mark()})
    assert answer.status_code == 302
    followed(tenant)
    after = hers.kept()
    assert after["permissions"] == {"Offers": "opted_in", "Orders": "opted_out"}
    assert after["status"] == "stopped" and after["unsubscribed"], "Orders is still stopped"
    assert after["waiting"] == before["waiting"], "what was suppressed stays suppressed"
    event = after["last"]
    assert (event.kind, event.method, event.senders) == ("opt_in", "web", [offers.pk])
    with tenant_scope(tenant.pk):
        proof = ConsentEvidence.objects.get(pk=event.evidence_id)
        shown = Disclosure.objects.get(name="Come back (en)")
        assert (proof.disclosure, proof.note) == (shown.wording, "Come back (en), version 1")
        welcome = Message.objects.filter(direction=0, phone_id=ada.phone_id).latest("pk")
    assert "Reply STOP" in welcome.body and welcome.sender_id == offers.pk
    assert after["texts"] == before["texts"] + 1
    orders = next(one.pk for one in page.context["visit"].live if one.pk != offers.pk)
    hers.post("/back", {"senders": [orders], "wording": hers.mark()})
    assert hers.kept()["status"] == "active" and not hers.kept()["unsubscribed"] and not hers.kept()["all"]


def test_a_carriers_block_stays_and_the_page_says_start(hers: Handset, tenant: Tenant, ada: Contact) -> None:
    with tenant_scope(tenant.pk):
        offers = SenderNumber.objects.get(name="Offers")
        consent.provider_refused(phone_id=ada.phone_id, sender_id=offers.pk, event_key="refused")
    texts = hers.kept()["texts"]
    hers.post("/back", {"senders": [offers.pk], "wording": hers.mark()})
    assert hers.kept()["permissions"] == {"Offers": "opted_in"}
    with tenant_scope(tenant.pk):
        assert Permission.objects.get(sender=offers).provider_block_since is not None
    page = hers.get().content.decode()
    assert "Text <b>START</b> to <b>+1 202-555-0110</b>" in page and hers.kept()["texts"] == texts


def test_looking_changes_nothing(hers: Handset) -> None:
    """GET, HEAD, a prefetch, a scanner with every field in the address, a form that is no POST."""
    before = hers.kept()
    for rest in ("", "/back", "/choices", "?reach=all", "?List-Unsubscribe=One-Click", "?said=back"):
        for headers in (
            {},
            {"Purpose": "prefetch", "Sec-Purpose": "prefetch"},
            {"User-Agent": "LinkScanner/1.0"},
        ):
            assert hers.get(rest, **headers).status_code == 200
            assert hers.client.head(hers.path + rest).status_code == 200
    for method in ("put", "patch", "delete", "options"):
        assert getattr(hers.client, method)(hers.path).status_code == 405
    for rest in ("/why", "/wish"):
        assert hers.get(rest).status_code == 405
    assert hers.kept() == before
    with tenant_scope(hers.tenant.pk):
        assert not Disclosure.objects.filter(name__startswith="Come back").exists()


def test_one_click_without_a_page(hers: Handset) -> None:
    """RFC 8058: what a mail program posts for an integrator's e-mail."""
    answer = Client(enforce_csrf_checks=True).post(hers.path, {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert hers.kept()["permissions"]["Offers"] == "opted_out"


def test_stop_come_back_and_stop_again(hers: Handset, tenant: Tenant) -> None:
    """Each once: a tap that comes twice is one opt-out and one repeat, however often it comes."""
    for _ in range(4):
        hers.post()
    entries = hers.kept()["entries"]
    assert entries == 3 and hers.kept()["last"].kind == "repeated"
    with tenant_scope(tenant.pk):
        offers = SenderNumber.objects.get(name="Offers").pk
    for _ in range(3):
        hers.post("/back", {"senders": [offers], "wording": hers.mark()})
    assert hers.kept()["permissions"]["Offers"] == "opted_in"
    hers.post()
    assert hers.kept()["permissions"]["Offers"] == "opted_out" and hers.kept()["last"].kind == "opt_out"


def test_a_purpose_where_stop_means_the_purpose(hers: Handset, tenant: Tenant) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(stop_covers="purpose")
    assert "from all our numbers for them" in hers.get().content.decode()
    hers.post()
    assert hers.kept()["last"].reach == "purpose"


def test_a_block_stands_and_the_wish_is_recorded(hers: Handset, tenant: Tenant, ada: Contact) -> None:
    with tenant_scope(tenant.pk):
        consent.block(phone_id=ada.phone_id, reason="abuse", event_key="b", actor=SYSTEM)
        offers = SenderNumber.objects.get(name="Offers").pk
    assert "Nothing is sent to this number." in hers.get().content.decode()
    hers.post()
    assert hers.kept()["permissions"]["Offers"] == "opted_out", "an opt-out is never refused"
    hers.post("/back", {"senders": [offers], "wording": hers.mark()})
    after = hers.kept()
    assert (after["status"], after["last"].kind) == ("blocked", Kind.RETURNED)
    with tenant_scope(tenant.pk):
        assert not Message.objects.filter(message_class=1).exists()


@pytest.mark.parametrize("why", ["wrong_number", "erased"])
def test_only_the_handset_brings_back(hers: Handset, tenant: Tenant, ada: Contact, why: str) -> None:
    """A link may be in the hands of the number's former owner."""
    with tenant_scope(tenant.pk):
        offers = SenderNumber.objects.get(name="Offers").pk
        if why == "erased":
            consent.erase(phone_id=ada.phone_id, event_key="e", actor=SYSTEM)
        else:
            consent.wrong_number(
                phone_id=ada.phone_id, sender_id=offers, method=Method.FREE_TEXT, event_key="w", actor=SYSTEM
            )
    before = hers.kept()
    assert hers.post("/back", {"senders": [offers], "wording": hers.mark()}).status_code == 400
    assert "text <b>START</b> to" in hers.get("/back").content.decode()
    assert hers.kept() == before and hers.get().status_code == 200
    assert "0142" not in hers.get().content.decode() or why == "wrong_number"


def test_a_tick_and_the_wording_they_saw_are_needed(hers: Handset, tenant: Tenant) -> None:
    hers.post()
    before, mark = hers.kept(), hers.mark()
    offers = next(iter(hers.get("/back").context["boxes"]))["value"]
    assert hers.post("/back", {"wording": mark}).status_code == 400
    assert hers.post("/back", {"senders": ["999999", "x"], "wording": mark}).status_code == 400
    Tenant.objects.filter(pk=tenant.pk).update(message_frequency="About 40 texts a month")
    changed = hers.post("/back", {"senders": [offers], "wording": mark})
    assert changed.status_code == 400 and "about 40 texts a month" in changed.content.decode()
    assert hers.kept() == before


def test_a_member_does_not_come_back_for_a_person(
    tenant: Tenant, ada: Contact, member: User, browse: Callable[[User], Client]
) -> None:
    theirs = handset(tenant, ada, browse(member))
    theirs.post()
    event = theirs.kept()["last"]
    with tenant_scope(tenant.pk):
        assert "logged in as a member" in ConsentEvidence.objects.get(pk=event.evidence_id).note
        offers = SenderNumber.objects.get(name="Offers").pk
    answer = theirs.post("/back", {"senders": [offers], "wording": theirs.mark()})
    assert answer.status_code == 400 and theirs.kept()["permissions"]["Offers"] == "opted_out"


def test_preferences_change_what_was_changed(hers: Handset, tenant: Tenant, ada: Contact) -> None:
    with tenant_scope(tenant.pk):
        news = Group.objects.create(name="Internal name", word="NEWS")
        news.members.create(contact=ada)
        offers, orders = SenderNumber.objects.order_by("pk").values_list("pk", flat=True)
    page = hers.get("/choices").content.decode()
    assert "NEWS" in page and "Internal name" not in page
    shown = {"shown": [offers, orders], "wording": hers.mark("/choices")}
    before = hers.kept()["entries"]
    assert hers.post("/choices", shown | {"senders": [offers, orders], "lists": ["NEWS"]}).status_code == 302
    assert hers.kept()["entries"] == before, "nothing was changed, so nothing is written"
    assert hers.post("/choices", shown | {"senders": [orders], "lists": []}).status_code == 302
    assert hers.kept()["permissions"] == {"Offers": "opted_out"}
    with tenant_scope(tenant.pk):
        assert not news.members.exists()
    assert hers.post("/choices", shown | {"senders": [offers], "wording": "old"}).status_code == 400
    assert hers.post("/choices", shown | {"senders": [offers]}).status_code == 302
    assert hers.kept()["permissions"] == {"Offers": "opted_in", "Orders": "opted_out"}

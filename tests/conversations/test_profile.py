"""The profile of one person: what each state shows, its timeline, and how it turns by itself."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext

from consent import actions as consent
from consent.models import ConsentEvent
from consent.models.ledger import Method
from consent.reading import reach_label
from consent.rules import sentences
from consent.rules.evidence import Evidence
from consent.rules.reach import Reach
from contacts.models import Contact, ImportJob
from conversations.rules import timeline
from messaging.models import Message
from tenants.models import SenderNumber, Tenant
from tenants.rules import PERSON, SYSTEM
from tenants.scope import tenant_scope
from tests.conversations.pages import page_of, stop, words


def test_active(manager: Client, ada: Contact) -> None:
    page = page_of(manager, ada)
    assert words(page, "status") == "Active"
    assert words(page, "unsubscribed") == "No"
    assert "+1 202-555-0142" in page
    offers = words(page, "permission-Offers")
    assert "Opted in" in offers
    assert "Yes. Signed on paper" in offers
    assert "#1 in the ledger" in offers


def test_stopped_one_sender_names_it(
    manager: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    stop(tenant, ada, offers)
    page = page_of(manager, ada)
    assert words(page, "status") == "Stopped · Offers"
    assert words(page, "unsubscribed") == "Yes, from Offers (kept by the ledger)"
    assert "No. Texted “STOP”" in words(page, "permission-Offers")
    assert "Yes, service texts." in words(page, "permission-Orders")
    assert "Why no marketing from Offers?" in page
    assert "They text START to +1 202-555-0110" in page
    assert ">Unsubscribed</span>" in page, "the system group shows"


def test_stopped_all(manager: Client, tenant: Tenant, ada: Contact) -> None:
    stop(tenant, ada)
    page = page_of(manager, ada)
    assert words(page, "status") == "Stopped · all"
    assert "from all" in words(page, "unsubscribed")
    assert "Opted out" in words(page, "permission-Orders")


def test_stopped_only_a_retired_sender_is_not_stopped_all_anywhere(
    manager: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    stop(tenant, ada, offers)
    with tenant_scope(tenant.pk):
        SenderNumber.objects.filter(pk=offers.pk).update(retired_at=Now())
        ada.phone.refresh_from_db()
        assert reach_label(ada.phone) == "Stopped · Offers"
    page = page_of(manager, ada)
    assert words(page, "status") == "Stopped · Offers"
    assert words(page, "unsubscribed") == "Yes, from Offers (kept by the ledger)"
    for status, shown in (("stopped_some", True), ("stopped_all", False)):
        listed = manager.get(f"/contacts/?status={status}").content.decode()
        assert ("Demo Contact 0142" in listed) is shown
        assert ("<span>Stopped · Offers</span>" in listed) is shown


def test_blocked_keeps_the_stop_under_it(
    manager: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    stop(tenant, ada, offers)
    with tenant_scope(tenant.pk):
        consent.block(phone_id=ada.phone_id, reason="Threats on the phone", event_key="b", actor=SYSTEM)
    page = page_of(manager, ada)
    assert words(page, "status") == "Blocked"
    assert "from Offers" in words(page, "unsubscribed")
    assert "Threats on the phone" in page
    assert "dialog-unblock" in page


def test_pending(manager: Client, tenant: Tenant, ada: Contact, orders: SenderNumber) -> None:
    with tenant_scope(tenant.pk):
        consent.ask_opt_in(phone_id=ada.phone_id, sender_id=orders.pk, event_key="ask", actor=SYSTEM)
    page = page_of(manager, ada, f"?sender={orders.pk}&purpose=marketing")
    assert "Pending" in words(page, "permission-Orders")
    assert "They answer YES." in page


def test_unknown(manager: Client, ada: Contact, orders: SenderNumber) -> None:
    page = page_of(manager, ada, f"?sender={orders.pk}&purpose=marketing")
    assert "Unknown" in words(page, "permission-Orders")
    assert "They sign up, or your team records an opt-in with proof." in page


def test_erased(manager: Client, tenant: Tenant, ada: Contact) -> None:
    with tenant_scope(tenant.pk):
        consent.erase(phone_id=ada.phone_id, event_key="e", actor=SYSTEM)
    page = page_of(manager, ada)
    assert words(page, "status") == "Blocked"
    assert "No number" in page
    assert "Erased at their wish" in page
    assert 'data-open="dialog-unblock"' not in page, "only the person comes back"


def test_on_hold_shows_the_reply(manager: Client, unclear: Contact) -> None:
    page = page_of(manager, unclear)
    assert "On hold" in words(page, "permission-Offers")
    assert "Marketing waits until someone has read their reply to Offers" in page
    assert "enough" in page


def test_the_page_turns_by_itself(
    manager: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    live = re.search(r'hx-get="(/contacts/\d+/live/[^"]+)"', page_of(manager, ada))
    assert live is not None
    address = live[1].replace("&amp;", "&")
    assert manager.get(address, headers={"HX-Request": "true"}).status_code == 204
    stop(tenant, ada, offers)
    turned = manager.get(address, headers={"HX-Request": "true"})
    assert turned.status_code == 200
    page = turned.content.decode()
    assert words(page, "status") == "Stopped · Offers"
    assert "Yes" in words(page, "unsubscribed")


def test_asking_whether_it_turned_is_cheap(manager: Client, ada: Contact) -> None:
    live = re.search(r'hx-get="(/contacts/\d+/live/[^"]+)"', page_of(manager, ada))
    assert live is not None
    with CaptureQueriesContext(connection) as asked:
        manager.get(live[1].replace("&amp;", "&"), headers={"HX-Request": "true"})
    assert len(asked) <= 14, [q["sql"][:90] for q in asked]


def test_queries_do_not_grow_with_the_past(
    manager: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    with CaptureQueriesContext(connection) as few:
        page_of(manager, ada)
    with tenant_scope(tenant.pk):
        for n in range(40):
            Message.objects.create(
                direction=1, phase=3, phone_id=ada.phone_id, sender=offers, body=f"text {n}"
            )
            consent.opt_out(
                phone_id=ada.phone_id, sender_id=offers.pk, reach=Reach.NUMBER, method=Method.KEYWORD,
                event_key=f"s{n}", actor=PERSON,
            )  # fmt: skip
            consent.start(phone_id=ada.phone_id, sender_id=offers.pk, event_key=f"g{n}", occurred_at=None)
    with CaptureQueriesContext(connection) as many:
        page_of(manager, ada)
    assert len(many) <= len(few) + 6
    assert len(many) <= 75


def test_timeline_pages_without_gap_or_double(
    manager: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        for n in range(70):
            Message.objects.create(
                direction=1, phase=3, phone_id=ada.phone_id, sender=offers, body=f"text-{n:02d}."
            )
    page, seen = page_of(manager, ada), []
    for _ in range(5):
        seen += re.findall(r"text-\d\d\.", page)
        older = re.search(r'hx-get="(/contacts/\d+/timeline/[^"]+)"', page)
        if older is None:
            break
        page = manager.get(older[1].replace("&amp;", "&")).content.decode()
    assert older is None
    assert seen == [f"text-{n:02d}." for n in reversed(range(70))]
    assert "Opted in" in page, "the oldest line is the sign-up"


def test_timeline_filters(manager: Client, tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    with tenant_scope(tenant.pk):
        Message.objects.create(direction=1, phase=3, phone_id=ada.phone_id, sender=offers, body="Is it ready")
    only_texts = page_of(manager, ada, "?show=messages").split('data-test="timeline"')[1]
    assert "Is it ready" in only_texts
    assert "Opted in" not in only_texts.split("</ol>")[0]
    only_permission = page_of(manager, ada, "?show=permission").split('data-test="timeline"')[1]
    assert "Is it ready" not in only_permission.split("</ol>")[0]


def test_evidence_pack_is_the_ledger(
    agent: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        other = consent.phone_for(e164="+12025550199")
        consent.block(phone_id=other, reason="someone else", event_key="x", actor=SYSTEM)
        consent.opt_out(
            phone_id=ada.phone_id, sender_id=offers.pk, reach=Reach.NUMBER, method=Method.FREE_TEXT, event_key="s",
            actor=PERSON, evidence=Evidence(words="=HYPERLINK(\"http://demo.example\")", ip="203.0.113.7"),
        )  # fmt: skip
        events = list(ConsentEvent.objects.filter(phone_id=ada.phone_id).order_by("seq"))
    pack = agent.get(f"/contacts/{ada.pk}/evidence/?format=csv")
    assert pack["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(pack.content.decode())))
    assert [row["entry"] for row in rows] == [str(event.seq) for event in events]
    assert [row["seal"] for row in rows] == [bytes(event.hash).hex() for event in events]
    assert [row["previous_seal"] for row in rows] == [bytes(event.prev).hex() for event in events]
    assert rows[0]["disclosure"] == "About four offers a month."
    assert rows[1]["words"] == '\'=HYPERLINK("http://demo.example")', "inert in a spreadsheet"
    assert rows[1]["ip"] == "203.0.113.7"
    made = json.loads(agent.get(f"/contacts/{ada.pk}/evidence/?format=json").content)
    assert [entry["hash"] for entry in made["entries"]] == [bytes(event.hash).hex() for event in events]
    assert made["entries"][1]["evidence"]["words"].startswith("=HYPERLINK")


def test_names_are_not_markup(manager: Client, tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    with tenant_scope(tenant.pk):
        Contact.objects.filter(pk=ada.pk).update(first_name="<script>alert(1)</script>", last_name="*x*")
        Message.objects.create(
            direction=1, phase=3, phone_id=ada.phone_id, sender=offers, body="<b>&*bold*</b>"
        )
    page = page_of(manager, ada)
    assert "<script>alert" not in page
    assert "&lt;b&gt;&amp;*bold*&lt;/b&gt;" in page


def test_an_import_is_named_by_its_file(manager: Client, tenant: Tenant, ada: Contact) -> None:
    with tenant_scope(tenant.pk):
        job = ImportJob.objects.create(file_name="bakery.csv")
        Contact.objects.filter(pk=ada.pk).update(source=f"import:{job.pk}")
    page = page_of(manager, ada)
    assert "from the file “bakery.csv”" in page and "import:" not in page


def test_a_day_without_a_time_is_shown_without_one() -> None:
    now = datetime(2026, 11, 28, 9, tzinfo=UTC)
    day = datetime(2025, 3, 12, tzinfo=ZoneInfo("America/New_York"))
    for shown in (sentences.when_told, timeline.when_told):
        assert shown(day, "America/New_York", now) == "12 Mar 2025"
        assert shown(day, "Europe/Berlin", now) == "12 Mar 2025, 05:00", "an exact moment elsewhere"
    assert sentences.when(day, "America/New_York", now) == "12 Mar 2025, 00:00", "what ends then keeps it"

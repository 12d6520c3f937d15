"""The consent pages: history with filters and seals, the ledger's check, the do-not-contact list."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Campaign
from consent import actions as consent
from consent.models import ConsentEvent, PhoneNumber
from consent.models.ledger import Method
from consent.rules.evidence import Evidence
from contacts.actions import import_run
from contacts.models import Contact, ImportJob
from conversations import checking
from messaging.models import Broadcast
from tenants.models import SenderNumber, Tenant, User
from tenants.models.records import AuditEntry
from tenants.rules import PERSON, SYSTEM, Role
from tenants.scope import tenant_scope
from tests.conversations.conftest import KEY
from tests.conversations.pages import stop

HISTORY = "/consent/"
LIST = "/consent/do-not-contact/"


def entries(page: str) -> list[int]:
    """Ledger numbers on the page, in their order."""
    return [int(n) for n in re.findall(r' href="/consent/entries/(\d+)/"', page)]


def get(client: Client, address: str, **query: Any) -> str:
    response = client.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def table(client: Client, address: str, **query: Any) -> list[dict[str, str]]:
    """A downloaded list."""
    response = client.get(address, query)
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "9999-99-99", "x"])
def test_days_at_the_ends_of_the_calendar(manager: Client, past: Contact, day: str) -> None:
    """Red where the day after the last one is not caught."""
    for name in ("since", "until"):
        assert get(manager, HISTORY, **{name: day})
        assert table(manager, f"{HISTORY}export/", format="csv", **{name: day}) is not None


@pytest.fixture
def past(tenant: Tenant, ada: Contact, offers: SenderNumber) -> Contact:
    """1 opted in, 2 STOP to Offers, 3 back, 4 blocked somebody without a contact."""
    stop(tenant, ada, offers)
    with tenant_scope(tenant.pk):
        later = timezone.now() + timedelta(seconds=2)
        consent.start(
            phone_id=ada.phone_id, sender_id=offers.pk, event_key="start", evidence=Evidence(words="START"),
            occurred_at=later,
        )  # fmt: skip
        consent.block(
            phone_id=consent.phone_for(e164="+12025550177"), reason="Threats", event_key="b", actor=SYSTEM
        )
    return ada


def test_history_newest_first_with_words_and_change(manager: Client, past: Contact) -> None:
    page = get(manager, HISTORY)
    assert entries(page) == [4, 3, 2, 1]
    assert "“STOP”, by keyword" in page
    rows = page.split("<tbody>")[1].split("</tr>")
    assert "Blocked" in rows[0]
    assert "+1 202-555-0177" in rows[0]
    assert re.search(r"Opted out.*Opted in", rows[1], re.S)
    assert re.search(r"Opted in.*Opted out", rows[2], re.S)
    assert re.search(r"Unknown.*Opted in", rows[3], re.S)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"kind": "opt_out"}, [2]),
        ({"method": "keyword"}, [3, 2]),
        ({"actor": "system"}, [4]),
        ({"q": "+1 202 555 0177"}, [4]),
        ({"q": "(202) 555-0142"}, [3, 2, 1]),
        ({"q": "#3"}, [3]),
        ({"q": "2"}, [2]),
        ({"since": "2000-01-01", "until": "2000-01-02"}, []),
        ({"kind": "nonsense", "since": "yesterday"}, [4, 3, 2, 1]),
        ({"q": "no such thing"}, []),
        ({"before": "3"}, [2, 1]),
    ],
)
def test_history_filters(manager: Client, past: Contact, query: dict[str, str], found: list[int]) -> None:
    page = get(manager, HISTORY, **query)
    assert entries(page) == found
    if not found:
        assert "Clear" in page


def test_history_by_seal_and_sender(
    manager: Client, tenant: Tenant, past: Contact, offers: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        seal = bytes(ConsentEvent.objects.get(seq=2).hash).hex()
    assert entries(get(manager, HISTORY, q=seal)) == [2]
    assert set(entries(get(manager, HISTORY, sender=offers.pk))) <= {1, 2, 3}


def test_history_by_person_name_and_campaign(
    manager: Client, tenant: Tenant, past: Contact, offers: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        order = Broadcast.objects.create(sender=offers, text="x", status="finished")
        campaign = Campaign.objects.create(name="Autumn", broadcast=order, launched_at=timezone.now())
        other = consent.phone_for(e164="+12025550177")
        consent.opt_out(
            phone_id=other, sender_id=offers.pk, reach="all", method=Method.KEYWORD, event_key="o", actor=PERSON,
            campaign_ref=order.pk,
        )  # fmt: skip
        last = ConsentEvent.objects.latest("seq").seq
        own = (
            ConsentEvent.objects.filter(phone_id=past.phone_id).order_by("-seq").values_list("seq", flat=True)
        )
        theirs = list(own)
        Contact.objects.filter(pk=past.pk).update(search_name="demo contact 0142")
    assert entries(get(manager, HISTORY, campaign=campaign.pk)) == [last]
    assert "Autumn" in get(manager, HISTORY, campaign=campaign.pk)
    assert entries(get(manager, HISTORY, contact=past.pk)) == theirs
    assert entries(get(manager, HISTORY, q="demo contact 0142")) == theirs
    assert last in entries(get(manager, HISTORY, sender=offers.pk)), "an opt-out of all touched it too"


def test_history_pages_by_cursor(manager: Client, tenant: Tenant, offers: SenderNumber) -> None:
    with tenant_scope(tenant.pk):
        for n in range(120):
            consent.opt_in(
                phone_id=consent.phone_for(e164=f"+1202555{1000 + n}"), sender_ids=[offers.pk], method=Method.PAPER,
                event_key=f"p{n}", actor=PERSON,
            )  # fmt: skip
    seen, address = [], HISTORY
    for _ in range(3):
        page = get(manager, address)
        seen += entries(page)
        older = re.search(r'href="([^"]+)" rel="next"', page)
        address = older[1].replace("&amp;", "&") if older else ""
    assert address == ""
    assert seen == list(range(120, 0, -1))
    with CaptureQueriesContext(connection) as asked:
        get(manager, HISTORY)
    assert len(asked) <= 35


def test_entry_shows_all_evidence(
    manager: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        consent.opt_in(
            phone_id=ada.phone_id, sender_ids=[offers.pk], method=Method.FORM, event_key="f", actor=PERSON,
            evidence=Evidence(
                words="yes please", disclosure="About 4 offers", ip="203.0.113.7", user_agent="Demo/1.0",
                url="https://demo.example/join",
            ),
        )  # fmt: skip
        event = ConsentEvent.objects.get(seq=2)
    page = get(manager, "/consent/entries/2/")
    for kept in (
        "yes please",
        "About 4 offers",
        "203.0.113.7",
        "Demo/1.0",
        "https://demo.example/join",
        "On a form",
    ):
        assert kept in page
    seal = bytes(event.hash).hex()
    assert " ".join(seal[at : at + 4] for at in range(0, 64, 4)) in page


def test_entry_after_erasure_says_so(manager: Client, tenant: Tenant, ada: Contact) -> None:
    with tenant_scope(tenant.pk):
        consent.erase(phone_id=ada.phone_id, event_key="e", actor=SYSTEM)
    page = get(manager, "/consent/entries/1/")
    assert "were erased at the person’s wish" in page
    assert "About four offers" not in page


def test_nothing_of_another_tenant(
    browse: Callable[[User], Client], make_user: Callable[..., User], other_tenant: Tenant, past: Contact
) -> None:
    stranger = browse(make_user(Role.OWNER, "stranger@example.org", in_tenant=other_tenant))
    assert entries(get(stranger, HISTORY)) == []
    assert stranger.get("/consent/entries/2/").status_code == 404
    assert "555-0177" not in get(stranger, LIST)
    assert "No number on the list has this" in get(stranger, LIST, q="+12025550177")
    assert table(stranger, "/consent/export/") == []


def test_export_is_the_filtered_history(agent: Client, tenant: Tenant, past: Contact) -> None:
    rows = table(agent, "/consent/export/")
    with tenant_scope(tenant.pk):
        seals = [bytes(e.hash).hex() for e in ConsentEvent.objects.order_by("-seq")]
    assert [row["seal"] for row in rows] == seals
    assert [row["entry"] for row in table(agent, "/consent/export/", kind="opt_out")] == ["2"]
    with tenant_scope(tenant.pk):
        assert AuditEntry.objects.filter(verb="history_exported").count() == 2


def test_viewer_exports_nothing(viewer: Client, past: Contact) -> None:
    assert viewer.get("/consent/export/").status_code == 403
    assert viewer.get("/consent/do-not-contact/export/").status_code == 403
    assert "Export" not in get(viewer, HISTORY)


def test_check_now(manager: Client, tenant: Tenant, past: Contact) -> None:
    assert manager.post("/consent/check/").status_code == 302
    page = get(manager, HISTORY)
    assert "The ledger is intact" in page
    assert "4 entries, each sealed with the one before it. Checked Today" in page


def test_check_finds_a_changed_entry(live_db: Any, manager: Client, tenant: Tenant, past: Contact) -> None:
    with live_db.superuser() as root:
        root.execute("ALTER TABLE consent_consentevent DISABLE TRIGGER ALL")
        root.execute(
            "UPDATE consent_consentevent SET method = 'web' WHERE seq = 2 AND tenant_id = %s", [tenant.pk]
        )
        root.execute("ALTER TABLE consent_consentevent ENABLE TRIGGER ALL")
        root.commit()
    manager.post("/consent/check/")
    page = get(manager, HISTORY)
    assert "does not add up from entry 2" in page
    assert "Export both copies" in page


def test_a_large_ledger_is_checked_in_steps(
    manager: Client, tenant: Tenant, past: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "AT_ONCE", 1)
    monkeypatch.setattr(checking, "STEP", 2)
    started = manager.post("/consent/check/", follow=True).content.decode()
    assert "Checking entry 0 of 4." in started
    address = re.search(r'hx-get="(/consent/check/step/[^"]+)"', started)
    assert address is not None
    first = manager.get(address[1]).content.decode()
    assert "Checking entry 2 of 4." in first
    address = re.search(r'hx-get="(/consent/check/step/[^"]+)"', first)
    assert address is not None
    assert "The ledger is intact" in manager.get(address[1]).content.decode()
    forged = manager.get("/consent/check/step/", {"t": "forged"}).content.decode()
    assert "hx-get" not in forged


def test_list_and_search(manager: Client, tenant: Tenant, past: Contact) -> None:
    stop(tenant, past)
    page = get(manager, LIST)
    assert "+1 202-555-0142" in page
    assert "+1 202-555-0177" in page
    assert "Threats" in page
    assert "0142" not in get(manager, LIST, status="blocked").split("<tbody>")[1]
    assert "Stopped · all" in get(manager, LIST, q="2025550142")
    assert "No number on the list has this" in get(manager, LIST, q="+1 202 555 0111")


def test_the_list_outlives_the_contact(manager: Client, tenant: Tenant, ada: Contact) -> None:
    stop(tenant, ada)
    assert manager.post(f"/contacts/{ada.pk}/delete/").status_code == 302
    page = get(manager, LIST, q="+12025550142")
    assert "No contact" in page
    assert "Stopped · all" in page


def test_add_by_hand(agent: Client, tenant: Tenant) -> None:
    values = {
        "key": KEY,
        "number": "202-555-0150",
        "kind": "opted_out",
        "method": "email",
        "words": "take me off",
    }
    assert agent.post(f"{LIST}add/", values).status_code == 302
    assert agent.post(f"{LIST}add/", values).status_code == 302, "sent twice"
    assert agent.post(f"{LIST}add/", values | {"number": "202-555-0151", "kind": "never"}).status_code == 302
    with tenant_scope(tenant.pk):
        assert PhoneNumber.objects.get(e164="+12025550150").status == "stopped"
        assert PhoneNumber.objects.get(e164="+12025550150").all_stopped_event == 1
        assert PhoneNumber.objects.get(e164="+12025550151").status == "blocked"
        assert ConsentEvent.objects.count() == 2
        assert not Contact.objects.exists(), "nobody becomes a contact by it"


def test_add_refuses_beside_its_cause(agent: Client, viewer: Client, tenant: Tenant) -> None:
    values = {"key": KEY, "number": "12", "kind": "opted_out", "method": "email", "words": "x"}
    refused = agent.post(f"{LIST}add/", values)
    assert refused.status_code == 400
    assert 'id="id_add_number_error"' in refused.content.decode()
    assert viewer.post(f"{LIST}add/", values | {"number": "+12025550150"}).status_code == 403
    with tenant_scope(tenant.pk):
        assert not ConsentEvent.objects.exists()


def test_export_of_the_list(agent: Client, tenant: Tenant, past: Contact) -> None:
    stop(tenant, past)
    rows = table(agent, f"{LIST}export/")
    assert [(row["number"], row["status"], row["reach"]) for row in rows] == [
        ("'+12025550142", "stopped", "Stopped · all"),
        ("'+12025550177", "blocked", "Blocked"),
    ]
    assert [row["number"] for row in table(agent, f"{LIST}export/", status="blocked")] == ["'+12025550177"]


def test_pasted_numbers_become_a_job_with_counts(
    live_db: None, tenant: Tenant, manager: Client, settings: Any, tmp_path: Any
) -> None:
    settings.FILES_ROOT = tmp_path
    numbers = "202-555-0150\n+1 202 555 0151,\n\nnot a number\n(202) 555-0150\n"
    values = {"key": KEY, "numbers": numbers, "kind": "opted_out", "note": "Letter of 3 March"}
    assert manager.post(f"{LIST}paste/", values).status_code == 302
    with tenant_scope(tenant.pk):
        job = ImportJob.objects.get()
        assert (job.total, job.consent["kind"]) == (4, "opt_outs")
    while not import_run.run(tenant.pk, job.pk):
        pass
    with tenant_scope(tenant.pk):
        assert PhoneNumber.objects.do_not_contact().count() == 2
        assert not Contact.objects.exists()
    page = " ".join(get(manager, LIST).split())
    assert "4 lines read." in page
    assert "2 stopped" in page
    assert "1 not taken" in page


def test_too_many_pasted(manager: Client, tenant: Tenant) -> None:
    values = {"key": KEY, "numbers": "2025550150\n" * 5001, "kind": "opted_out", "note": "x"}
    refused = manager.post(f"{LIST}paste/", values)
    assert refused.status_code == 400
    assert "At most 5,000 lines at once." in refused.content.decode()


def test_guide_says_the_three_sentences(viewer: Client) -> None:
    page = " ".join(re.sub(r"<[^>]+>", "", get(viewer, "/consent/help/")).split())
    assert "STOP stops the number it was sent to (or more of your numbers, if you chose that)" in page
    assert "Stopped and Unsubscribed: Yes mean that at least one of your numbers has been stopped" in page
    assert "Blocked means none of your numbers may text, whatever the person sends" in page


def test_empty_pages(viewer: Client) -> None:
    assert "The history is empty" in get(viewer, HISTORY)
    assert "Nobody is on the list" in get(viewer, LIST)

"""The contact list and the pages around it: filters, queries, other tenants' ids, what they say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from consent.actions import block, hold, opt_in, opt_out, phone_for
from consent.rules.evidence import Evidence
from contacts.actions import groups
from contacts.filters import contacts_of, number_prefixes, read_filter
from contacts.models import (
    BulkJob,
    Contact,
    ContactTag,
    ExportJob,
    Group,
    GroupMember,
    ImportJob,
    Segment,
    Tag,
)
from contacts.tasks import run_bulk
from tenants.models import AuditEntry, SenderNumber, Tenant, User
from tenants.rules import SYSTEM, Role
from tenants.scope import tenant_scope

TEXT = "phone,first,last,mail\n" + "".join(
    f"+1202555{2000 + n},Demo,Contact {n:04},demo{n}@example.org\n" for n in range(60)
)


@pytest.fixture
def people(tenant: Tenant, do_import: Callable[..., ImportJob]) -> dict[str, int]:
    do_import(TEXT)
    with tenant_scope(tenant.pk):
        return dict(Contact.objects.values_list("phone__e164", "pk"))


@pytest.fixture
def web(member: User, client: Client) -> Client:
    client.force_login(member)
    return client


def said(tenant: Tenant) -> dict[str, str]:
    """Name → number of people in every state the list knows."""
    with tenant_scope(tenant.pk):
        offers, orders = SenderNumber.objects.order_by("pk")
        all_, some, blocked, yes, held = (phone_for(e164=f"+1202555200{n}") for n in range(5))
        opt_out(
            phone_id=all_, sender_id=offers.pk, reach="all", method="keyword", event_key="k1", actor=SYSTEM
        )
        opt_out(phone_id=some, sender_id=offers.pk, reach="number", method="keyword", event_key="k2", actor=SYSTEM,
                evidence=Evidence(words="please take me off"))  # fmt: skip
        block(phone_id=blocked, reason="abuse", event_key="k3", actor=SYSTEM)
        opt_in(phone_id=yes, sender_ids=[offers.pk], method="form", event_key="k4", actor=SYSTEM,
               evidence=Evidence(words="yes"))  # fmt: skip
        hold(phone_id=held, reason="under_review", event_key="k5", sender_id=offers.pk)
        return {"offers": f"s{offers.pk}", "orders": f"s{orders.pk}"}


def found(tenant: Tenant, **query: str) -> set[str]:
    with tenant_scope(tenant.pk):
        return {c.phone.e164[-4:] for c in contacts_of(read_filter(query)).select_related("phone")}


def test_filters(tenant: Tenant, people: dict[str, int]) -> None:
    senders = said(tenant)
    assert found(tenant, status="stopped_all") == {"2000"}
    assert found(tenant, status="stopped_some") == {"2001"}
    assert found(tenant, status="stopped") == found(tenant, unsubscribed="yes") == {"2000", "2001"}
    assert found(tenant, status="blocked") == {"2002"}
    assert len(found(tenant, status="active")) == 57
    assert found(tenant, **{senders["offers"]: "opted_in"}) == {"2003"}
    assert found(tenant, **{senders["offers"]: "opted_out"}) == {"2000", "2001"}
    assert found(tenant, **{senders["orders"]: "opted_out"}) == {"2000"}
    assert found(tenant, **{senders["offers"]: "on_hold"}) == {"2004"}
    assert len(found(tenant, **{senders["offers"]: "unknown"})) == 56
    with tenant_scope(tenant.pk):
        system = groups.ensure_system_groups()
        vip = groups.create_group(name="VIP", actor=SYSTEM)
        GroupMember.objects.create(group=vip, contact_id=people["+12025552007"])
    assert found(tenant, group=str(system.pk)) == {"2000", "2001"}
    assert found(tenant, group=str(vip.pk)) == {"2007"}


@pytest.mark.parametrize(
    ("q", "expected"),
    [("demo", 60), ("DEMO contact 0003", 1), ("contact 000", 10), ("demo7@", 1), ("(202) 555-2003", 1),
     ("+1 202 555 20", 60), ("12025552003", 1), ("202.555.2003", 1), ("nobody", 0), ("%", 0), ("2003", 0)],
)  # fmt: skip
def test_search_by_prefix(q: str, expected: int, tenant: Tenant, people: dict[str, int]) -> None:
    assert len(found(tenant, q=q)) == expected


def test_number_prefixes_by_region() -> None:
    assert number_prefixes("0151 23", "DE") == ["+015123", "+4915123"]
    assert number_prefixes("+49 151", "US") == ["+49151"]


def test_the_page_says_every_state(tenant: Tenant, people: dict[str, int], web: Client) -> None:
    said(tenant)
    body = web.get("/contacts/?q=202555200").content.decode()
    for words in (
        "Stopped · all",
        "Stopped · Offers",
        "Blocked",
        "Opted in",
        "On hold",
        "Unknown",
        "please take me off",
    ):
        assert words in body


def test_pages_by_cursor_show_everyone_once(people: dict[str, int], web: Client) -> None:
    first = web.get("/contacts/")
    second = web.get(f"/contacts/{first.context['next_url']}")
    names = [row["name"] for page in (first, second) for row in page.context["rows"]]
    assert (len(names), len(set(names))) == (60, 60)
    back = web.get(f"/contacts/{second.context['previous_url']}")
    assert [row["name"] for row in back.context["rows"]] == names[:50]
    assert "60" in web.get("/contacts/count/").content.decode()


def test_queries_do_not_grow_with_rows(tenant: Tenant, people: dict[str, int], web: Client) -> None:
    said(tenant)
    web.get("/contacts/")
    counts = []
    for query in ("?q=2025552003", "?q=demo"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert web.get(f"/contacts/{query}").status_code == 200
        counts.append(len(queries))
    assert counts[0] >= counts[1] - 1 and counts[1] <= 36, counts


def test_empty_and_no_match(web: Client, tenant: Tenant) -> None:
    assert "No contacts yet." in web.get("/contacts/").content.decode()
    with tenant_scope(tenant.pk):
        Contact.objects.create(phone_id=phone_for(e164="+12025552000"))
    assert "No one matches." in web.get("/contacts/?q=zzz").content.decode()


def test_another_tenants_ids_are_not_found(
    people: dict[str, int],
    other_tenant: Tenant,
    make_user: Callable[..., User],
    tenant: Tenant,
    client: Client,
) -> None:
    senders = said(tenant)
    with tenant_scope(tenant.pk):
        vip = groups.create_group(name="VIP", actor=SYSTEM)
        job = ImportJob.objects.get()
        view = Segment.objects.create(name="Mine", query={})
    client.force_login(make_user(Role.OWNER, "theirs@example.org", other_tenant))
    contact = next(iter(people.values()))
    for path in (
        f"/contacts/?group={vip.pk}", f"/contacts/?{senders['offers']}=opted_in", f"/contacts/count/?group={vip.pk}",
        f"/contacts/{contact}/edit/", f"/contacts/import/{job.pk}/", f"/contacts/import/{job.pk}/columns/",
        "/contacts/exports/1/",
    ):  # fmt: skip
        assert client.get(path).status_code == 404, path
    for path, data in (
        (f"/contacts/{contact}/delete/", {}), (f"/contacts/groups/{vip.pk}/delete/", {}),
        (f"/contacts/groups/{vip.pk}/rename/", {"name": "x"}), (f"/contacts/views/{view.pk}/delete/", {}),
        (f"/contacts/import/{job.pk}/undo/", {}), (f"/contacts/import/{job.pk}/errors/", {}),
        ("/contacts/bulk/", {"verb": "add_group", "ids": [contact], "group": vip.pk}),
    ):  # fmt: skip
        assert client.post(path, data).status_code == 404, path
    assert "Demo Contact" not in client.get("/contacts/").content.decode()


def test_bulk_group_with_undo(tenant: Tenant, people: dict[str, int], web: Client) -> None:
    with tenant_scope(tenant.pk):
        vip = groups.create_group(name="VIP", actor=SYSTEM)
    chosen = list(people.values())[:3]
    page = web.post("/contacts/bulk/", {"verb": "add_group", "ids": chosen, "group": vip.pk}, follow=True)
    assert "Group “VIP” added to 3 people." in page.content.decode()
    with tenant_scope(tenant.pk):
        assert GroupMember.objects.count() == 3
        job = BulkJob.objects.get()
    web.post(f"/contacts/bulk/{job.pk}/undo/")
    with tenant_scope(tenant.pk):
        assert GroupMember.objects.count() == 0


@pytest.mark.parametrize(
    ("verb", "kind", "told"), [("add_group", "group", "Group"), ("add_tag", "tag", "Tag")]
)
def test_a_group_or_tag_is_made_where_it_is_needed(
    verb: str, kind: str, told: str, tenant: Tenant, people: dict[str, int], web: Client
) -> None:
    """Mutations tried: no transaction around both → the group of nobody; "new" read as an id → 404."""
    made = {"verb": verb, kind: "new", f"new_{kind}": "Stall"}
    page = web.post("/contacts/bulk/", made | {"ids": [0]}, follow=True).content.decode()
    assert "No contact is selected." in page
    model = Group if kind == "group" else Tag
    with tenant_scope(tenant.pk):
        assert not model.objects.filter(name="Stall").exists(), "nobody would be in it"
    chosen = list(people.values())[:3]
    page = web.post("/contacts/bulk/", made | {"ids": chosen}, follow=True).content.decode()
    assert f"{told} “Stall” added to 3 people." in page
    page = web.post(
        "/contacts/bulk/", made | {"ids": chosen, f"new_{kind}": " "}, follow=True
    ).content.decode()
    assert "name" in page and "added to" not in page
    with tenant_scope(tenant.pk):
        assert (GroupMember if kind == "group" else ContactTag).objects.count() == 3


def test_bulk_opt_out_of_everyone_who_matches(tenant: Tenant, people: dict[str, int], web: Client) -> None:
    with tenant_scope(tenant.pk):
        ids = list(SenderNumber.objects.values_list("pk", flat=True))
    data = {
        "verb": "opt_out",
        "all": "1",
        "f-q": "contact 000",
        "senders": ids,
        "method": "phone",
        "words": "stop it",
    }
    page = web.post("/contacts/bulk/", data, follow=True).content.decode()
    assert "Recording the opt-out of 10 people." in page
    with tenant_scope(tenant.pk):
        job = BulkJob.objects.get()
    run_bulk(tenant.pk, job.pk)
    assert len(found(tenant, status="stopped_all")) == 10
    refused = web.post(
        "/contacts/bulk/",
        {"verb": "opt_out", "ids": [next(iter(people.values()))], "method": "phone"},
        follow=True,
    )
    assert "Choose the sender numbers" in refused.content.decode()


def test_a_saved_view_becomes_a_tab(people: dict[str, int], web: Client) -> None:
    page = web.post("/contacts/views/", {"name": "Some", "q": "contact 000"}, follow=True)
    assert [tab["label"] for tab in page.context["tabs"] if tab["current"]] == ["Some"]
    assert len(page.context["rows"]) == 10


def test_add_a_contact_and_meet_it_again(people: dict[str, int], web: Client, tenant: Tenant) -> None:
    made = web.post("/contacts/new/", {"phone": "(202) 555-0101", "first_name": "<b>Demo</b>"})
    assert made.status_code == 302
    again = web.post("/contacts/new/", {"phone": "+12025550101"})
    assert again.status_code == 400
    with tenant_scope(tenant.pk):
        pk = Contact.objects.get(phone__e164="+12025550101").pk
    assert f'href="/contacts/{pk}/"' in again.content.decode()
    wrong = web.post("/contacts/new/", {"phone": "hello", "email": "x"}).content.decode()
    assert "This is not an e-mail address" in wrong
    assert "&lt;b&gt;Demo" in web.get("/contacts/").content.decode()
    version = web.get(f"/contacts/{pk}/edit/").context["form"]["version"].value()
    typed = {"phone": "+1 202-555-0102", "first_name": "Demo", "version": version}
    edited = web.post(f"/contacts/{pk}/edit/", typed)
    assert edited.status_code == 302


def test_groups_and_tags_pages(people: dict[str, int], web: Client, tenant: Tenant) -> None:
    said(tenant)
    web.post("/contacts/groups/", {"name": "VIP"})
    body = web.get("/contacts/groups/").content.decode()
    assert "VIP" in body and "keeps itself" in body
    assert (
        "There is a group with this name"
        in web.post("/contacts/groups/", {"name": "VIP"}, follow=True).content.decode()
    )
    with tenant_scope(tenant.pk):
        system, vip = Group.objects.get(kind="unsubscribed"), Group.objects.get(name="VIP")
    refused = web.post(f"/contacts/groups/{system.pk}/delete/", follow=True).content.decode()
    assert "keeps itself" in refused
    web.post(f"/contacts/groups/{vip.pk}/rename/", {"name": "Gold"})
    web.post("/contacts/tags/", {"name": "holiday"})
    assert "holiday" in web.get("/contacts/tags/").content.decode()
    web.post(f"/contacts/groups/{vip.pk}/delete/")
    assert "Gold" not in web.get("/contacts/groups/").content.decode().split("sc-table")[1]


def test_export_from_the_list(people: dict[str, int], web: Client, tenant: Tenant) -> None:
    from contacts.tasks import run_export

    page = web.post("/contacts/export/", {"q": "contact 000"}, follow=True)
    assert page.status_code == 200
    with tenant_scope(tenant.pk):
        job = ExportJob.objects.get()
    run_export(tenant.pk, job.pk)
    assert "The file is ready." in web.get(f"/contacts/exports/{job.pk}/").content.decode()
    answer: Any = web.get(f"/contacts/exports/{job.pk}/file/")
    assert b"".join(answer.streaming_content).count(b"\r\n") == 11
    with tenant_scope(tenant.pk):
        read = AuditEntry.objects.get(verb="export_downloaded")
    assert (read.object_id, read.actor_kind, read.detail) == (job.pk, "member", {"kind": "contacts"})
    assert web.get("/contacts/jobs/").status_code == 200

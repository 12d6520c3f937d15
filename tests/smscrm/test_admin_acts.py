"""Staff acts: the history cannot be touched, acts go through actions and are audited, exports equal the ledger."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import set_script_prefix

from consent.history import export as ledger_export
from consent.models import ConsentEvent, ConsentEvidence, PhoneNumber
from contacts.models import Contact, Group, Tag
from contacts.rules.guard import unguarded
from tenants.models import (
    ApiKey,
    AuditEntry,
    Invitation,
    Membership,
    ProviderAccount,
    SenderNumber,
    Tenant,
    User,
)
from tenants.rules import Role
from tenants.scope import tenant_scope
from tests.conftest import build_user
from tests.smscrm.staffed import CANARY, fill, log_in

HISTORY = (
    "consent/consentevent", "consent/consentevidence", "consent/consenthead", "tenants/auditentry",
    "messaging/rawwebhook", "messaging/attempt", "messaging/message", "consent/phonenumber", "consent/permission",
    "consent/hold",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _prefix() -> Iterator[None]:
    """The test client does not set the script prefix for each request, as a server does."""
    yield
    set_script_prefix("/")


@pytest.fixture
def staff(make_user: Callable[..., Any]) -> Client:
    return log_in(make_user(None, "staff@example.org", is_staff=True))


@pytest.fixture
def person(tenant: Tenant) -> Contact:
    return fill(tenant, "Demo")


@pytest.fixture
def at(tenant: Tenant) -> Callable[[str], str]:
    return lambda path: f"/admin/t/{tenant.pk}/{path}"


def inside(tenant: Tenant, read: Callable[[], Any]) -> Any:
    with tenant_scope(tenant.pk):
        return read()


def audited(tenant: Tenant) -> list[str]:
    return list(
        inside(tenant, lambda: list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)))
    )


def key_of(page: Any) -> str:
    found = re.search(r'name="key" value="([0-9a-f]{32})"', page.content.decode())
    assert found is not None
    return found[1]


@pytest.mark.parametrize("model", HISTORY)
def test_history_is_never_added_changed_or_deleted(
    person: Contact, tenant: Tenant, staff: Client, at: Callable[[str], str], model: str
) -> None:
    app, name = model.split("/")
    rows = apps.get_model(app, name).objects
    pk, before = inside(tenant, lambda: (rows.values_list("pk", flat=True).first(), rows.count()))
    assert pk is not None
    for path in ("add/", f"{pk}/change/", f"{pk}/delete/"):
        answer = staff.post(at(f"{model}/{path}"), {"post": "yes", "words": "changed", "_save": "1"})
        assert answer.status_code == 403, path
    assert staff.post(at(f"{model}/"), {"action": "delete_selected", "_selected_action": pk}).status_code in {
        200,
        302,
    }
    extra = 1 if model == "tenants/auditentry" else 0  # that staff entered
    assert inside(tenant, rows.count) == before + extra


def test_recording_an_opt_out(
    person: Contact, tenant: Tenant, staff: Client, at: Callable[[str], str]
) -> None:
    path = at(f"consent/phonenumber/{person.phone_id}/opt-out/")
    key = key_of(staff.get(path))
    form = {
        "key": key,
        "method": "phone",
        "words": "no more texts",
        "note": "",
        "next": at(f"contacts/contact/{person.pk}/change/"),
    }
    for _ in range(2):  # sent twice, recorded once
        answer = staff.post(path, form)
        assert answer.status_code == 302 and answer.headers["Location"] == form["next"]
    with tenant_scope(tenant.pk):
        event = ConsentEvent.objects.get(event_key=f"staff:{key}")
        evidence = ConsentEvidence.objects.get(pk=event.evidence_id)
        phone = PhoneNumber.objects.get(pk=person.phone_id)
        entry = AuditEntry.objects.filter(verb="opt_out").first()
    assert (event.kind, event.method, event.actor_kind, event.reach) == ("opt_out", "phone", "staff", "all")
    assert (evidence.words, evidence.actor_label) == ("no more texts", "Demo Staff")
    assert phone.all_stopped_event == event.seq
    assert (entry.object_id, entry.detail["entry"]) == (person.phone_id, event.seq)
    page = staff.get(form["next"]).content.decode()
    assert "no more texts" in page and "Stopped · all" in page and "Demo Staff (staff)" in page


def test_blocking_and_unblocking_need_a_reason(
    person: Contact, tenant: Tenant, staff: Client, at: Callable[[str], str]
) -> None:
    for act, status in (("block", "blocked"), ("unblock", "stopped")):
        path = at(f"consent/phonenumber/{person.phone_id}/{act}/")
        key = key_of(staff.get(path))
        refused = staff.post(path, {"key": key, "reason": "  "})
        assert refused.status_code == 200 and "required" in refused.content.decode()
        assert staff.post(path, {"key": key, "reason": "Demo reason"}).status_code == 302
        with tenant_scope(tenant.pk):
            event = ConsentEvent.objects.get(event_key=f"staff:{key}")
            assert ConsentEvidence.objects.get(pk=event.evidence_id).note == "Demo reason"
            assert PhoneNumber.objects.get(pk=person.phone_id).status == status
    assert {"block", "unblock"} <= set(audited(tenant))


def test_an_act_on_another_tenants_number_is_not_found(
    person: Contact, other_tenant: Tenant, staff: Client, at: Callable[[str], str]
) -> None:
    foreign = fill(other_tenant, CANARY)
    for act in ("opt-out", "block", "unblock"):
        path = at(f"consent/phonenumber/{foreign.phone_id}/{act}/")
        assert staff.get(path).status_code == 404
        assert staff.post(path, {"key": "0" * 32, "reason": "x", "method": "phone"}).status_code == 404
    assert inside(other_tenant, lambda: AuditEntry.objects.filter(actor_kind="staff").count()) == 0


def test_the_way_back_stays_inside(person: Contact, staff: Client, at: Callable[[str], str]) -> None:
    path = at(f"consent/phonenumber/{person.phone_id}/block/")
    for bad in ("https://example.org/", "//example.org/x", "/contacts/", "/admin/t/1/../../x"):
        page = staff.get(path, {"next": bad})
        form = {"key": key_of(page), "reason": "Demo", "next": bad}
        location = staff.post(path, form).headers["Location"]
        assert location == at(f"consent/phonenumber/{person.phone_id}/change/")


@pytest.mark.parametrize(
    "query", ["", "?kind__exact=opt_out", "?q=(202) 555-0142", "?q=%2B12025550142&method__exact=keyword"]
)
def test_exports_equal_the_ledger(
    person: Contact, tenant: Tenant, staff: Client, at: Callable[[str], str], query: str
) -> None:
    with tenant_scope(tenant.pk):
        found = ConsentEvent.objects.order_by("seq")
        found = found.filter(phone_id=person.phone_id) if "q=" in query else found
        found = found.filter(kind="opt_out") if "opt_out" in query else found
        found = found.filter(method="keyword") if "keyword" in query else found
        wanted = list(found.values_list("seq", flat=True))
        ledger = {e["seq"]: e for e in ledger_export(tenant.pk)}
    assert wanted
    packs = json.loads(b"".join(staff.get(at(f"consent/consentevent/export.json{query}"))))
    assert [pack["seq"] for pack in packs] == wanted
    for pack in packs:
        entry = ledger[pack["seq"]]
        for name in (
            "kind",
            "method",
            "reach",
            "senders",
            "event_key",
            "hash",
            "prev",
            "evidence_digest",
            "evidence",
        ):
            assert pack[name] == entry[name], name
    text = b"".join(staff.get(at(f"consent/consentevent/export.csv{query}"))).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [int(row["entry"]) for row in rows] == wanted
    assert [row["seal"] for row in rows] == [ledger[seq]["hash"] for seq in wanted]
    assert [unguarded(row["words"]) for row in rows] == [
        (ledger[s]["evidence"] or {}).get("words", "") for s in wanted
    ]
    assert "export_history" in audited(tenant)


def test_a_formula_is_disarmed(
    person: Contact, tenant: Tenant, staff: Client, at: Callable[[str], str]
) -> None:
    path = at(f"consent/phonenumber/{person.phone_id}/opt-out/")
    staff.post(
        path, {"key": key_of(staff.get(path)), "method": "email", "words": '=HYPERLINK("x")', "note": ""}
    )
    text = b"".join(staff.get(at("consent/consentevent/export.csv"))).decode("utf-8-sig")
    last = list(csv.DictReader(io.StringIO(text)))[-1]
    assert last["words"] == '\'=HYPERLINK("x")'
    assert last["number"] == "'+12025550142"


def test_the_history_is_filtered_and_verified(
    person: Contact, tenant: Tenant, staff: Client, at: Callable[[str], str]
) -> None:
    path = at("consent/consentevent/")
    sender = inside(tenant, lambda: SenderNumber.objects.get(name="Demo Offers").pk)
    everything = staff.get(path).content.decode()
    assert "Demo STOP" in everything and "Demo campaign" in everything and "+1 202-555-0142" in everything
    for query, shows in (
        ("?actor=staff", False), ("?actor=person", True), (f"?sender={sender}", True), ("?q=202.555.0142", True),
        ("?q=%2B1 202 555 0143", False), ("?method__exact=keyword", True), ("?kind__exact=block", False),
        ("?recorded_at__date__gte=2020-01-01", True), ("?recorded_at__date__gte=2099-01-01", False),
    ):  # fmt: skip
        page = staff.get(path + query)
        assert page.status_code == 200
        assert ("Demo STOP" in page.content.decode()) is shows, query
    assert staff.get(f"{path}?sender=x").status_code == 302  # the filter is taken off
    assert staff.get(f"{path}export.csv?recorded_at__date__gte=x").status_code == 400
    assert staff.get(f"{path}export.exe").status_code == 404
    assert "The ledger is intact" in staff.post(f"{path}verify/").content.decode()
    assert "verify_history" in audited(tenant)


def test_contacts_by_status_and_group(
    person: Contact, tenant: Tenant, staff: Client, at: Callable[[str], str]
) -> None:
    with tenant_scope(tenant.pk):
        unsubscribed = Group.objects.get(kind="unsubscribed").pk
        manual, tag = Group.objects.get(name="Demo group").pk, Tag.objects.get().pk
    page = staff.get(at("contacts/contact/")).content.decode()
    assert "Stopped · Demo Offers" in page and "Unsubscribed, Demo group" in page
    for query, shows in (
        ("status=stopped", True), ("status=active", False), ("status=stopped_all", False), ("unsubscribed=yes", True),
        ("unsubscribed=no", False), (f"group={unsubscribed}", True), (f"group={manual}", True), (f"tag={tag}", True),
        ("q=Demo", True), ("q=(202) 555 0142", True), ("q=Nobody", False),
    ):  # fmt: skip
        answer = staff.get(f"{at('contacts/contact/')}?{query}")
        assert answer.status_code == 200
        assert ("+1 202-555-0142" in answer.content.decode()) is shows, query
    assert staff.get(f"{at('contacts/contact/')}?group=999999").status_code == 302


def test_saves_go_through_actions(
    person: Contact, tenant: Tenant, staff: Client, at: Callable[[str], str]
) -> None:
    form = {
        "number": "202-555-0150",
        "first_name": "Demo",
        "last_name": "Moved",
        "email": "",
        "language": "",
        "fields": "{}",
    }
    path = at(f"contacts/contact/{person.pk}/change/")
    late = staff.post(path, form | {"version": "2026-01-01T00:00:00+00:00"})
    assert late.status_code == 200 and "saved this a moment ago" in late.content.decode()
    assert inside(tenant, lambda: Contact.objects.get(pk=person.pk).phone_id) == person.phone_id
    read = re.search(r'<input type="hidden" name="version" value="([^"]+)"', staff.get(path).content.decode())
    assert read is not None
    assert staff.post(path, form | {"version": unescape(read[1])}).status_code == 302
    with tenant_scope(tenant.pk):
        moved = Contact.objects.select_related("phone").get(pk=person.pk)
        assert (moved.phone.e164, moved.last_name) == ("+12025550150", "Moved")
        assert ConsentEvent.objects.filter(kind="number_changed", phone_id=person.phone_id).exists()
    wrong = staff.post(at("contacts/contact/add/"), form | {"number": "12"})
    assert wrong.status_code == 200 and "No such phone number" in wrong.content.decode()
    taken = staff.post(at("contacts/contact/add/"), form)
    assert taken.status_code == 200 and "has this number already" in taken.content.decode()
    assert staff.post(at(f"contacts/contact/{person.pk}/delete/"), {"post": "yes"}).status_code == 302
    assert not inside(tenant, lambda: Contact.objects.filter(pk=person.pk).exists())
    assert {"change_number", "update_contact", "delete_contact"} <= set(audited(tenant))


def test_tokens_go_in_and_never_come_out(
    person: Contact, tenant: Tenant, staff: Client, at: Callable[[str], str]
) -> None:
    account = inside(tenant, ProviderAccount.objects.get)
    path = at(f"tenants/provideraccount/{account.pk}/change/")
    form = {
        "name": "Twilio",
        "base_url": "",
        "concurrency": "64",
        "held_reason": "",
        "token": "canary-token-77",
    }
    answer = staff.post(path, form, follow=True)
    assert "canary-token-77" not in answer.content.decode()
    assert "canary-token-77" not in staff.get(path).content.decode()
    changed = inside(tenant, ProviderAccount.objects.get)
    assert (changed.concurrency, bytes(changed.second_token_sealed)) == (64, bytes(account.token_sealed))
    bad = staff.post(
        at("tenants/provideraccount/add/"),
        {"name": "x", "sid": "AC1", "token": "canary-token-78", "concurrency": "0"},
    )
    assert bad.status_code == 200 and "canary-token-78" not in bad.content.decode()
    assert {"rotate_token", "change_provider_account"} <= set(audited(tenant))


def test_members_and_keys(person: Contact, tenant: Tenant, staff: Client, at: Callable[[str], str]) -> None:
    assert staff.post(at("tenants/membership/add/"), {"email": "new@example.org"}).status_code == 403
    asked = {"email": "New@example.org", "name": "New", "role": "agent"}
    assert staff.post(at("tenants/invitation/add/"), asked).status_code == 302
    assert "invited already" in staff.post(at("tenants/invitation/add/"), asked).content.decode()
    assert not User.objects.filter(email="new@example.org").exists()
    invitation = inside(tenant, lambda: Invitation.objects.get(email="new@example.org"))
    assert staff.post(at(f"tenants/invitation/{invitation.pk}/delete/"), {"post": "yes"}).status_code == 302
    assert inside(tenant, lambda: Invitation.objects.get(pk=invitation.pk)).withdrawn_at is not None
    user = build_user(tenant, Role.AGENT, "new@example.org")
    owner = Membership.objects.get(tenant=tenant, role="owner")
    kept = staff.post(at(f"tenants/membership/{owner.pk}/change/"), {"role": "viewer"})
    assert kept.status_code == 200 and "keeps at least one owner" in kept.content.decode()
    assert staff.post(at(f"tenants/membership/{owner.pk}/delete/"), {"post": "yes"}).status_code == 302
    assert Membership.objects.filter(pk=owner.pk, role="owner").exists()
    staff.post(
        at(f"tenants/user/{user.pk}/change/"), {"name": "Demo New", "is_active": "on", "is_staff": "on"}
    )
    user.refresh_from_db()
    assert (user.name, user.is_staff, user.is_superuser) == ("Demo New", False, False)
    key = inside(tenant, ApiKey.objects.get)
    assert staff.post(at(f"tenants/apikey/{key.pk}/revoke/")).status_code == 302
    assert inside(tenant, ApiKey.objects.get).revoked_at is not None
    assert {"set_role", "change_user", "revoke_api_key"} <= set(audited(tenant))

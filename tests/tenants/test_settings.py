"""Settings: each act done and refused, its audit entry, other tenants' things not there, secrets shown once."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tenants import doors
from tenants.credentials import unseal
from tenants.models import ApiKey, AuditEntry, Membership, ProviderAccount, SenderNumber, Tenant, User
from tenants.rules import Role
from tenants.scope import tenant_scope

GENERAL = {
    "brand": "Demo Bakery", "help_contact": "help@example.org", "zone": "America/New_York", "stop_covers": "number",
    "review_hours": "24", "part_price": "0.0079", "currency": "USD", "marketing_needs_opt_in": "on",
}  # fmt: skip
NUMBER = {
    "name": "Deals", "kind": "long_code", "address": "+12025550119", "purpose": "marketing", "answers": "us",
    "rate": "10",
}  # fmt: skip
TOKEN = "canary-token-" + "7" * 20


@pytest.fixture
def owner(make_user: Callable[..., User]) -> User:
    return make_user(Role.OWNER)


@pytest.fixture
def web(owner: User, client: Client) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def manager(member: User) -> Client:
    browser = Client()
    browser.force_login(member)
    return browser


def inside(tenant: Tenant, look: Callable[[], Any]) -> Any:
    with tenant_scope(tenant.pk):
        return look()


def audited(tenant: Tenant, verb: str) -> list[dict[str, Any]]:
    """Details of the entries of that verb, newest first."""
    with tenant_scope(tenant.pk):
        return list(AuditEntry.objects.filter(verb=verb).order_by("-pk").values_list("detail", flat=True))


def sender_of(tenant: Tenant, name: str = "Offers") -> SenderNumber:
    return inside(tenant, lambda: SenderNumber.objects.get(name=name))


def account_of(tenant: Tenant) -> ProviderAccount:
    return inside(tenant, lambda: ProviderAccount.objects.get())


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def error_beside(answer: HttpResponse, field: str, words: str) -> bool:
    """A 400 whose field carries the words as its error."""
    errors = (
        answer.context["again"]["form"].errors
        if answer.context.get("again")
        else answer.context["form"].errors
    )
    shown = f'id="id_{field}_error"' in text(answer)
    return answer.status_code == 400 and shown and any(words in one for one in errors.get(field, []))


# ── general ───────────────────────────────────────────────────────────────────────────────────────────
def test_settings_are_saved_with_before_and_after(web: Client, tenant: Tenant) -> None:
    changed = {"brand": "Demo Bread", "stop_covers": "purpose", "review_hours": "120", "part_price": "0.0125"}
    assert web.post("/settings/", GENERAL | changed).status_code == 302
    tenant.refresh_from_db()
    assert (tenant.brand, tenant.stop_covers, tenant.review_hours, tenant.part_price_micros) == (
        "Demo Bread", "purpose", 120, 12_500,
    )  # fmt: skip
    [entry] = audited(tenant, "update_settings")
    assert entry["before"]["brand"] == "Demo Bakery" and entry["after"]["brand"] == "Demo Bread"
    assert entry["before"]["part_price_micros"] == 7900 and set(entry["after"]) == set(entry["before"])
    assert "zone" not in entry["after"] and "marketing_needs_opt_in" not in entry["after"]


def test_saving_what_is_there_writes_nothing(web: Client, tenant: Tenant) -> None:
    Tenant.objects.update(help_contact="help@example.org")
    assert web.post("/settings/", GENERAL).status_code == 302
    assert audited(tenant, "update_settings") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("review_hours", "0"), ("review_hours", "121"), ("zone", "Mars/Base"), ("stop_covers", "none"),
        ("currency", "usd"), ("part_price", "-1"), ("part_price", "101"), ("brand", ""), ("brand", "a\nb"),
        ("brand", "x" * 61),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_told_beside_its_field(
    web: Client, tenant: Tenant, field: str, value: str
) -> None:
    answer = web.post("/settings/", GENERAL | {field: value})
    assert answer.status_code == 400 and list(answer.context["form"].errors) == [field]
    assert audited(tenant, "update_settings") == []


def test_marketing_without_opt_in_needs_a_reason(web: Client, tenant: Tenant) -> None:
    off = {name: value for name, value in GENERAL.items() if name != "marketing_needs_opt_in"}
    assert error_beside(web.post("/settings/", off), "reason", "The reason is kept")
    assert error_beside(web.post("/settings/", off | {"reason": " . "}), "reason", "The reason is kept")
    tenant.refresh_from_db()
    assert tenant.marketing_needs_opt_in
    assert web.post("/settings/", off | {"reason": "Customers of the shop only"}).status_code == 302
    tenant.refresh_from_db()
    assert not tenant.marketing_needs_opt_in
    [entry] = audited(tenant, "update_settings")
    assert entry["reason"] == "Customers of the shop only"
    assert (entry["before"]["marketing_needs_opt_in"], entry["after"]["marketing_needs_opt_in"]) == (
        True,
        False,
    )


def test_a_manager_reads_and_cannot_change(manager: Client, tenant: Tenant) -> None:
    page = text(manager.get("/settings/"))
    assert "Only an owner changes the settings." in page and 'name="brand"' not in page
    assert "/settings/keys/" not in page
    assert manager.post("/settings/", GENERAL | {"brand": "Other"}).status_code == 403
    tenant.refresh_from_db()
    assert tenant.brand == "Demo Bakery"


# ── sender numbers ────────────────────────────────────────────────────────────────────────────────────
def test_a_second_marketing_number_asks_what_a_stop_stops(
    web: Client, manager: Client, tenant: Tenant
) -> None:
    question = "What shall a STOP to one of them stop?"
    assert question not in text(web.get("/settings/senders/"))
    added = manager.post("/settings/senders/", NUMBER | {"account": account_of(tenant).pk}, follow=True)
    assert question in text(added) and "An owner decides this." in text(added)
    assert sender_of(tenant, "Deals").rate == 10
    assert audited(tenant, "add_sender")[0] == {"name": "Deals"}
    assert manager.post("/settings/senders/purpose/", {"stop_covers": "purpose"}).status_code == 403
    assert question in text(web.get("/settings/senders/"))
    assert web.post("/settings/senders/purpose/", {"stop_covers": "nothing"}).status_code == 400
    assert web.post("/settings/senders/purpose/", {"stop_covers": "purpose"}).status_code == 302
    tenant.refresh_from_db()
    assert tenant.stop_covers == "purpose" and question not in text(web.get("/settings/senders/"))
    assert audited(tenant, "update_settings")[0]["before"] == {"stop_covers": "number"}


def test_keeping_only_the_number_is_an_answer_until_the_next_one(web: Client, tenant: Tenant) -> None:
    account = account_of(tenant).pk
    web.post("/settings/senders/", NUMBER | {"account": account})
    web.post("/settings/senders/purpose/", {"stop_covers": "number"})
    assert audited(tenant, "keep_stop_covers") == [{"stop_covers": "number"}]
    assert "What shall a STOP" not in text(web.get("/settings/senders/"))
    web.post("/settings/senders/", NUMBER | {"account": account, "name": "More", "address": "+12025550120"})
    assert "What shall a STOP" in text(web.get("/settings/senders/"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"address": "202-555-0119"}, "address"), ({"kind": "short_code"}, "address"), ({"rate": "0"}, "rate"),
        ({"address": "+12025550110"}, "address"), ({"name": "Offers"}, "address"), ({"kind": "fax"}, "kind"),
        ({"kind": "service", "address": "MG" + "0" * 32}, "addresses"),
        ({"kind": "alphanumeric", "address": "BAKERY", "is_opt_out_line": "on"}, "is_opt_out_line"),
        ({"account": ""}, "account"),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_added(
    web: Client, tenant: Tenant, wrong: dict[str, str], field: str
) -> None:
    answer = web.post("/settings/senders/", NUMBER | {"account": account_of(tenant).pk} | wrong)
    assert answer.status_code == 400 and field in answer.context["form"].errors
    assert inside(tenant, lambda: SenderNumber.objects.count()) == 2


def test_a_messaging_service_brings_its_numbers(web: Client, tenant: Tenant) -> None:
    service = {"kind": "service", "address": "MG" + "a" * 32, "addresses": "+12025550121, +12025550122"}
    assert (
        web.post("/settings/senders/", NUMBER | {"account": account_of(tenant).pk} | service).status_code
        == 302
    )
    found = inside(tenant, lambda: [one.e164 for one in sender_of(tenant, "Deals").addresses.order_by("pk")])
    assert found == ["+12025550121", "+12025550122"]


def test_rename_line_and_retire(manager: Client, tenant: Tenant) -> None:
    at = f"/settings/senders/{sender_of(tenant).pk}/"
    assert error_beside(manager.post(at + "rename/", {"name": "Orders"}), "name", "has this name")
    assert manager.post(at + "rename/", {"name": ""}).status_code == 400
    assert manager.post(at + "rename/", {"name": "Deals"}).status_code == 302
    assert audited(tenant, "rename_sender") == [{"before": "Offers", "after": "Deals"}]
    manager.post(at + "opt-out-line/", {"on": "1"})
    assert sender_of(tenant, "Deals").is_opt_out_line
    manager.post(at + "opt-out-line/", {"on": "0"})
    assert not sender_of(tenant, "Deals").is_opt_out_line
    assert [entry["after"] for entry in audited(tenant, "set_opt_out_line")] == [False, True]
    manager.post(at + "retire/")
    retired = sender_of(tenant, "Deals").retired_at
    assert retired is not None and retired <= timezone.now()
    assert "has been retired already" in text(manager.post(at + "retire/", follow=True))
    assert "has been retired already" in text(manager.post(at + "opt-out-line/", {"on": "1"}, follow=True))
    assert len(audited(tenant, "retire_sender")) == 1


def test_a_held_account_says_why_and_takes_a_token_once(web: Client, manager: Client, tenant: Tenant) -> None:
    account = account_of(tenant)
    held = {"held_at": timezone.now(), "held_reason": "The provider refused the token."}
    inside(tenant, lambda: ProviderAccount.objects.update(**held))
    for browser, may in ((web, True), (manager, False)):
        page = text(browser.get("/settings/senders/"))
        assert "The provider refused the token." in page and ("Enter the token again" in page) is may
        assert f"/hooks/twilio/{account.inbound_key}/inbound" in page
    at = f"/settings/accounts/{account.pk}/token/"
    assert manager.post(at, {"token": TOKEN}).status_code == 403
    refused = web.post(at, {"token": "has a space " + TOKEN})
    assert error_beside(refused, "token", "Copy the auth token") and TOKEN not in text(refused)
    assert TOKEN not in text(web.post(at, {"token": TOKEN}, follow=True))
    now = account_of(tenant)
    assert (unseal(tenant.pk, now.token_sealed), now.held_at, now.held_reason) == (TOKEN, None, "")
    assert bytes(now.second_token_sealed) == bytes(account.token_sealed)
    assert audited(tenant, "rotate_token") == [{}]


def test_a_viewer_sees_numbers_without_addresses_of_the_webhooks(
    make_user: Callable[..., User], client: Client, tenant: Tenant
) -> None:
    client.force_login(make_user(Role.VIEWER))
    page = text(client.get("/settings/senders/"))
    assert "+12025550110" in page and "/hooks/twilio/" not in page and "rename-" not in page


# ── members ───────────────────────────────────────────────────────────────────────────────────────────
def test_a_role_is_changed_but_not_the_last_owners(
    web: Client, owner: User, member: User, tenant: Tenant
) -> None:
    mine = f"/settings/members/{Membership.objects.get(user=owner).pk}/"
    theirs = f"/settings/members/{Membership.objects.get(user=member).pk}/"
    assert error_beside(web.post(mine + "role/", {"role": "agent"}), "role", "at least one owner")
    assert "at least one owner" in text(web.post(mine + "remove/", follow=True))
    assert Membership.objects.get(user=owner).role == "owner" and audited(tenant, "remove_member") == []
    assert web.post(theirs + "role/", {"role": "king"}).status_code == 400
    assert web.post(theirs + "role/", {"role": "owner"}).status_code == 302
    entry = audited(tenant, "set_role")[0]
    assert (entry["before"], entry["after"]) == ("manager", "owner")
    assert web.post(mine + "role/", {"role": "viewer"}).status_code == 302
    assert web.post(theirs + "remove/").status_code == 403


def test_a_member_is_removed(web: Client, manager: Client, member: User, tenant: Tenant) -> None:
    at = f"/settings/members/{Membership.objects.get(user=member).pk}/remove/"
    assert manager.post(at).status_code == 403
    assert web.post(at).status_code == 302
    assert not Membership.objects.filter(user=member).exists() and User.objects.filter(pk=member.pk).exists()
    assert audited(tenant, "remove_member") == [{"before": "manager", "whom": str(member)}]
    assert manager.get("/settings/").status_code == 403


# ── API keys ──────────────────────────────────────────────────────────────────────────────────────────
def test_a_key_is_shown_once_and_revoked(web: Client, tenant: Tenant) -> None:
    tomorrow = (timezone.now() + timezone.timedelta(days=1)).date().isoformat()
    given = {"name": "Shop", "scopes": ["read", "consent"], "expires_on": tomorrow}
    made = web.post("/settings/keys/", given)
    secret = re.search(r'data-copy="(crm_live_[\w-]+)"', text(made))[1]  # type: ignore[index]
    key: ApiKey = inside(tenant, lambda: ApiKey.objects.get())
    opened = doors.open_door("api", secret)
    assert opened is not None and (opened.tenant_id, opened.ref) == (tenant.pk, key.pk)
    assert (
        key.scopes == ["read", "consent"] and key.expires_at is not None and key.expires_at > timezone.now()
    )
    assert made.status_code == 200 and "no-store" in made["Cache-Control"]
    page = text(web.get("/settings/keys/"))
    assert secret not in page and secret[-4:] in page and "never" in page
    assert web.post(f"/settings/keys/{key.pk}/revoke/").status_code == 302
    assert doors.open_door("api", secret) is None and "Revoked" in text(web.get("/settings/keys/"))
    assert audited(tenant, "create_api_key") == [{"name": "Shop", "scopes": ["read", "consent"]}]
    assert len(audited(tenant, "revoke_api_key")) == 1


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["admin"]}, {"expires_on": "2020-01-01"}]
)
def test_a_key_that_cannot_be_made(web: Client, tenant: Tenant, wrong: dict[str, Any]) -> None:
    answer = web.post("/settings/keys/", {"name": "Shop", "scopes": ["read"]} | wrong)
    assert answer.status_code == 400 and set(answer.context["form"].errors) == set(wrong)
    assert inside(tenant, lambda: ApiKey.objects.count()) == 0


def test_a_manager_has_no_keys(manager: Client) -> None:
    assert manager.get("/settings/keys/").status_code == 403


def test_the_command_prints_a_key_once(tenant: Tenant) -> None:
    out = StringIO()
    call_command("api_key", tenant="bakery", name="Till", scopes="read,write", stdout=out)
    opened = doors.open_door("api", out.getvalue().strip())
    key: ApiKey = inside(tenant, lambda: ApiKey.objects.get())
    assert opened is not None and opened.ref == key.pk and key.scopes == ["read", "write"]
    for wrong in ({"tenant": "nobody"}, {"scopes": "read,all"}, {"scopes": ""}):
        with pytest.raises(CommandError):
            call_command("api_key", **({"tenant": "bakery", "name": "Till", "scopes": "read"} | wrong))
    assert inside(tenant, lambda: ApiKey.objects.count()) == 1


# ── walls ─────────────────────────────────────────────────────────────────────────────────────────────
def test_other_tenants_things_are_not_there(
    web: Client, tenant: Tenant, other_tenant: Tenant, make_user: Callable[..., User]
) -> None:
    sender, account = sender_of(other_tenant).pk, account_of(other_tenant).pk
    theirs = Membership.objects.get(user=make_user(Role.AGENT, "theirs@example.org", other_tenant)).pk
    asked = {
        f"senders/{sender}/rename/": {"name": "Mine"}, f"senders/{sender}/retire/": {},
        f"senders/{sender}/opt-out-line/": {"on": "1"}, f"accounts/{account}/token/": {"token": TOKEN},
        f"members/{theirs}/role/": {"role": "owner"}, f"members/{theirs}/remove/": {},
        "keys/1/revoke/": {}, "senders/": NUMBER | {"account": account},
    }  # fmt: skip
    assert {path: web.post(f"/settings/{path}", data).status_code for path, data in asked.items()} == (
        dict.fromkeys(asked, 404)
    )
    assert sender_of(other_tenant).retired_at is None and Membership.objects.get(pk=theirs).role == "agent"
    page = "".join(text(web.get(f"/settings/{tab}")) for tab in ("", "senders/", "members/", "keys/"))
    assert "theirs@example.org" not in page and "+12025551110" not in page

"""SMS terms and privacy page of each tenant, and the settings page that writes them (F1, F2).

Mutations tried, each made the test named red:
- `save_policy` without `require(… OWNER …)`      → test_only_an_owner_writes_them
- `check_text` lets unknown places through        → test_a_place_that_stands_for_nothing_is_told
- `newest` ordered by version ascending           → test_versions_are_kept_and_the_newest_shows
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from conversations.actions.policies import save_policy
from conversations.models.leaving import PolicyText
from conversations.rules.policies import READ_ON, SECTIONS, blocks, filled, region_of, template_for
from tenants.models import AuditEntry, Tenant, User
from tenants.rules import SYSTEM, Actor, ActorKind, Refused, Role
from tenants.scope import tenant_scope

TERMS, SETTINGS = "/p/t/bakery/terms", "/settings/public-pages/"


@pytest.fixture
def owner(browse: Callable[[User], Client], make_user: Callable[..., User]) -> Client:
    return browse(make_user(Role.OWNER))


def test_every_tenant_has_both_pages_from_the_first_day(tenant: Tenant) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(
        message_frequency="About 4 texts a month", help_contact="help@example.org", countries=["US", "CA", "FR"]
    )  # fmt: skip
    terms, privacy = (Client().get(f"/p/t/bakery/{page}").content.decode() for page in ("terms", "privacy"))
    for words in (
        "Demo Bakery",
        "About 4 texts a month.",
        "help@example.org",
        "Reply STOP",
        "Msg &amp; data rates",
    ):
        assert words in terms
    assert "In Canada" in terms and "In the European Union" in terms and "United Kingdom" not in terms
    assert "not shared with anyone" in privacy and "{{" not in terms + privacy
    assert Client().get("/p/t/nobody/terms").status_code == 404


def test_versions_are_kept_and_the_newest_shows(tenant: Tenant, owner: Client) -> None:
    for text in ("First of {{ brand }}.", "## Second\n- one\n- two", "## Second\n- one\n- two"):
        assert owner.post(f"{SETTINGS}terms/", {"text": text}).status_code == 302
    page = Client().get(TERMS).content.decode()
    assert "<h2>Second</h2>" in page and "<li>two</li>" in page and "Version 2" in page
    with tenant_scope(tenant.pk):
        kept = list(PolicyText.objects.order_by("version").values_list("version", "text", "page"))
        assert kept[0] == (1, "First of {{ brand }}.", "terms") and len(kept) == 2
        assert AuditEntry.objects.filter(verb="save_policy").count() == 2
    owner.post(f"{SETTINGS}terms/", {"text": ""})
    assert "sends text messages to people who asked" in Client().get(TERMS).content.decode()


def test_only_an_owner_writes_them(tenant: Tenant, manager: Client) -> None:
    assert manager.get(SETTINGS).status_code == 200
    for rest, data in (
        ("", {"message_frequency": "x"}),
        ("terms/", {"text": "x"}),
        ("privacy/", {"text": "x"}),
    ):
        assert manager.post(SETTINGS + rest, data).status_code == 403
    with tenant_scope(tenant.pk):
        with pytest.raises(Refused, match="Only a owner"):
            save_policy(page="terms", text="x", actor=Actor(ActorKind.MEMBER, 1, "M", Role.MANAGER))
        assert not PolicyText.objects.exists()


def test_a_place_that_stands_for_nothing_is_told(tenant: Tenant, owner: Client) -> None:
    answer = owner.post(f"{SETTINGS}privacy/", {"text": "Reach {{ phone }}."})
    page = answer.content.decode()
    assert (
        answer.status_code == 400
        and "{{ phone }} stands for nothing" in page
        and "Reach {{ phone }}." in page
    )


def test_what_is_written_is_only_text(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        save_policy(page="terms", text="<script>alert(1)</script> {% load x %}", actor=SYSTEM)
    page = Client().get(TERMS).content.decode()
    assert "<script>alert" not in page and "{% load x %}" in page


def test_facts_and_other_ways_are_saved(tenant: Tenant, owner: Client) -> None:
    sent = {
        "message_frequency": "About 4 texts a month",
        "other_ways": "The newsletter by e-mail\n\nFewer texts\n",
    }
    assert owner.post(SETTINGS, sent).status_code == 302
    ways = Tenant.objects.get(pk=tenant.pk).other_ways
    assert [(one["key"], one["channel"]) for one in ways] == [
        ("the-newsletter-by-e-mail", "email"), ("fewer-texts", "")
    ]  # fmt: skip
    many = owner.post(SETTINGS, {"other_ways": "\n".join("abcdefg")})
    assert many.status_code == 400 and "Offer at most 6." in many.content.decode()


def test_other_ways_in_any_letters(tenant: Tenant, owner: Client) -> None:
    """Both had the key "way", and the list was refused. Red without `_apart`, or with keys by place."""
    labels = ["Газета", "Новости", "Fewer texts", "fewer, texts"]
    assert owner.post(SETTINGS, {"other_ways": "\n".join(labels)}).status_code == 302
    ways = Tenant.objects.get(pk=tenant.pk).other_ways
    assert [one["label"] for one in ways] == labels
    keys = [one["key"] for one in ways]
    assert keys[2:] == ["fewer-texts", "fewer-texts-2"] and len(set(keys)) == 4
    assert owner.post(SETTINGS, {"other_ways": "Новости"}).status_code == 302
    assert Tenant.objects.get(pk=tenant.pk).other_ways[0]["key"] == keys[1]


def test_every_template_has_its_source_and_date() -> None:
    assert {(one.region, one.page) for one in SECTIONS} == {
        (region, page) for region in ("all", "US", "CA", "GB", "EU") for page in ("terms", "privacy")
    }
    assert all(one.source and one.read_on == READ_ON for one in SECTIONS)
    assert [region_of(one) for one in ("US", "CA", "GB", "DE", "NO", "JP")] == [
        "US",
        "CA",
        "GB",
        "EU",
        "EU",
        "",
    ]
    assert template_for("terms", ["JP"]) == template_for("terms", [])


def test_a_missing_value_leaves_no_gap() -> None:
    assert filled("{{ brand }}, {{ address }}. More.", {"brand": "Demo Bakery"}) == "Demo Bakery. More."
    assert [one.kind for one in blocks("a\nb\n## H\nc\n- x\n- y")] == [
        "paragraph",
        "heading",
        "paragraph",
        "list",
    ]

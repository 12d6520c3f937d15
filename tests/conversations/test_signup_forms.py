"""Sign-up forms as their makers meet them: drafts, wording in versions, the check list, opening, by page and by API.

Mutations tried, each made the test named red:
- `version` not compared in `update_form`                      → test_two_people_at_once
- `_fit` not asked in `set_state`                              → test_what_holds_a_form_is_said
- a form's word asked by the built-in words only; not asked again in `blockers`
                                                               → test_a_word_that_opts_out_… (A1, D2)
- `actor.id` or `number` out of `token_of`; its key cut at 60  → test_sign_ups_are_told_apart_by_key_and_whole_…
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from consent.models import ConsentEvidence, KeywordSet, OptInRequest
from contacts.models import Contact
from conversations.actions import signup_forms
from conversations.models.bots import Bot, Trigger
from conversations.models.signup import Signup, SignupForm
from conversations.rules import signup as rules
from tenants import actions
from tenants.models import IdempotencyKey, Tenant
from tenants.rules import SYSTEM, Refused
from tenants.scope import tenant_scope
from tests.api.conftest import Api
from tests.conversations.signing import PHONE, Visitor, make_form, sender

EDIT = {"name": "Web", "mode": "double", "open_days": "14", "language": "en", "wording": "I agree."}


def read(tenant: Tenant, pk: int) -> SignupForm:
    with tenant_scope(tenant.pk):
        form: SignupForm = SignupForm.objects.select_related("disclosure").get(pk=pk)
        return form


def test_from_a_name_to_an_open_form(tenant: Tenant, manager: Client) -> None:
    answer = manager.post("/forms/", {"name": "  Counter   tablet "})
    pk = int(answer["Location"].split("/")[2])
    offers = sender(tenant, "Offers").pk
    sent = EDIT | {
        "name": "Counter",
        f"sender_{offers}": "on",
        "ask_first_name": "required",
        "origins": "shop.example.org",
    }
    assert manager.post(f"/forms/{pk}/edit/", sent)["Location"] == f"/forms/{pk}/"
    form = read(tenant, pk)
    assert (form.name, form.open_days, form.origins) == ("Counter", 14, ["https://shop.example.org"])
    assert form.senders == [{"id": offers, "label": ""}]
    assert form.asks == [{"name": "first_name", "required": True}]
    shown = manager.get(f"/forms/{pk}/").content.decode()
    assert "Publish form" in shown and "Before you publish it" in shown
    manager.post(f"/forms/{pk}/state/", {"state": "live"})
    assert Client().get(f"/p/f/{form.key}/").status_code == 200
    shown = manager.get(f"/forms/{pk}/").content.decode()
    assert "version 2" in shown.lower() and "Agreeing is not a condition" in shown, (
        "older versions are not shown"
    )


def test_the_check_list_names_what_the_wording_lacks(tenant: Tenant) -> None:
    found = {check.key: check.level for check in rules.wording_checks("Text me. STOP", "Demo Bakery")}
    assert found == {
        "brand": "warning", "automated": "warning", "frequency": "warning", "rates": "warning", "stop": "ok",
        "help": "warning", "condition": "warning",
    }  # fmt: skip
    whole = rules.wording_checks(rules.default_wording("Demo Bakery"), "Demo Bakery")
    assert {check.level for check in whole} == {"ok"}
    assert rules.carries_an_offer("20 % off today") and not rules.carries_an_offer("About 4 texts a month")


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_every_welcome_says_stop_start_and_help(language: str) -> None:
    text = rules.welcome_text("Demo Bakery", "Hola", language)
    assert text.startswith("Demo Bakery: Hola.") and all(word in text for word in ("STOP", "START", "HELP"))
    assert "YES" in rules.question_text("Demo Bakery", language)


def test_a_version_never_changes(tenant: Tenant) -> None:
    form = make_form(tenant)
    with tenant_scope(tenant.pk):
        for change in ("UPDATE consent_disclosure SET wording = 'x'", "DELETE FROM consent_disclosure"):
            with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
                connection.cursor().execute(f"{change} WHERE id = %s", [form.disclosure_id])
        again = signup_forms.update_form(
            form_id=form.pk, changes={"wording": f" {form.wording}\r\n"}, actor=SYSTEM
        )
        assert again.disclosure_id == form.disclosure_id, "the same words made a version"


def test_two_people_at_once(tenant: Tenant, manager: Client) -> None:
    form = make_form(tenant, live=False)
    sent = EDIT | {"version": str(form.version)}
    assert manager.post(f"/forms/{form.pk}/edit/", sent).status_code == 302
    answer = manager.post(f"/forms/{form.pk}/edit/", sent | {"heading": "Mine"})
    assert answer.status_code == 400 and b"saved this form a moment ago" in answer.content
    assert b"Mine" in answer.content and read(tenant, form.pk).heading == ""


def test_what_holds_a_form_is_said(tenant: Tenant, manager: Client) -> None:
    form = make_form(tenant, live=False, senders=[])
    assert b"Choose the sender numbers" in manager.get(f"/forms/{form.pk}/").content
    manager.post(f"/forms/{form.pk}/state/", {"state": "live"})
    assert read(tenant, form.pk).state == "draft"
    with tenant_scope(tenant.pk):
        name = actions.add_sender(
            name="Brand", address="DEMO", kind="alphanumeric", purpose="marketing", actor=SYSTEM,
            account=sender(tenant, "Offers").account,
        )  # fmt: skip
        signup_forms.update_form(form_id=form.pk, changes={"senders": [{"id": name.pk}]}, actor=SYSTEM)
        with pytest.raises(Refused, match="Nobody can reply YES"):
            signup_forms.set_state(form_id=form.pk, state="live", actor=SYSTEM)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"word": "stop", "word_sender": "offers"}, "word_reserved"),
        ({"word": "YES", "word_sender": "offers"}, "word_reserved"),
        ({"word": "UNSUBSCRBE", "word_sender": "offers"}, "word_reserved"),
        ({"word": "REMOVEME", "word_sender": "offers"}, "word_reserved"),
        ({"word": "OFF", "word_sender": "offers"}, "word_reserved"),
        ({"word": "ROLLS", "word_sender": None}, "sender_unknown"),
        ({"word": "x" * 41, "word_sender": "offers"}, "word_invalid"),
        ({"origins": ["https://*.example.org"]}, "origin_invalid"),
        ({"origins": ["http://shop.example.org"]}, "origin_invalid"),
        ({"senders": [{"id": 999_999}]}, "sender_unknown"),
        ({"asks": [{"name": "shoe"}]}, "field_unknown"),
        ({"groups": [999_999]}, "group_unknown"),
        ({"name": " "}, "name_missing"),
        ({"name": "Taken"}, "name_taken"),
    ],
)
def test_wrong_values_are_refused(tenant: Tenant, changes: dict[str, Any], code: str) -> None:
    make_form(tenant, name="Taken", live=False)
    form = make_form(tenant, live=False)
    if changes.get("word_sender") == "offers":
        changes = changes | {"word_sender": sender(tenant, "Offers").pk}
    with tenant_scope(tenant.pk), pytest.raises(Refused) as refused:
        signup_forms.update_form(form_id=form.pk, changes=changes, actor=SYSTEM)
    assert refused.value.code == code


def test_a_word_that_opts_out_is_no_forms_word_also_by_the_tenants_own_words(tenant: Tenant) -> None:
    given: dict[str, Any] = {"word": "kohlrabi", "word_sender": sender(tenant, "Offers").pk}
    form, late = make_form(tenant, live=False, **given), make_form(tenant, name="Late", live=False)
    with tenant_scope(tenant.pk):
        KeywordSet.objects.create(language="en", stop_words=["kohlrabi"])
        with pytest.raises(Refused, match="KOHLRABI has a meaning of its own") as refused:
            signup_forms.set_state(form_id=form.pk, state="live", actor=SYSTEM)
        assert (refused.value.code, refused.value.field) == ("not_ready", "word")
        with pytest.raises(Refused) as refused:
            signup_forms.update_form(form_id=late.pk, changes=given, actor=SYSTEM)
        assert refused.value.code == "word_reserved"


def test_a_word_is_one_live_forms(tenant: Tenant) -> None:
    offers = sender(tenant, "Offers").pk
    make_form(tenant, name="One", word="rolls", word_sender=offers)
    with pytest.raises(Refused, match="Another live form"):
        make_form(tenant, name="Two", word="ROLLS", word_sender=offers)


def test_the_preview_saves_nothing(tenant: Tenant, manager: Client) -> None:
    form = make_form(tenant, live=False)
    sent = EDIT | {"heading": "Fresh rolls", "mode": "single"}
    answer = manager.post(f"/forms/{form.pk}/preview/", sent, HTTP_HX_REQUEST="true")
    assert b"Fresh rolls" in answer.content and b"somebody else" in answer.content
    assert b"checked" not in answer.content
    assert read(tenant, form.pk).heading == "" and read(tenant, form.pk).mode == "double"


def test_a_form_that_was_used_stays(tenant: Tenant, manager: Client) -> None:
    used, unused = make_form(tenant), make_form(tenant, name="Unused")
    Visitor(used).send()
    for form in (used, unused):
        manager.post(f"/forms/{form.pk}/delete/")
    with tenant_scope(tenant.pk):
        assert list(SignupForm.objects.values_list("pk", flat=True)) == [used.pk]
    assert Client().get(f"/p/f/{unused.key}/").status_code == 404
    assert b"/contacts/" in manager.get("/forms/waiting/").content


def test_only_a_manager_touches_an_open_form(
    tenant: Tenant, agent: Client, viewer: Client, browse: Callable[..., Client]
) -> None:
    form = make_form(tenant)
    assert agent.post(f"/forms/{form.pk}/edit/", EDIT).status_code == 403
    assert agent.post(f"/forms/{form.pk}/state/", {"state": "closed"}).status_code == 403
    assert viewer.post("/forms/", {"name": "Mine"}).status_code == 403


def test_a_bot_with_the_same_word_is_warned_about(tenant: Tenant, manager: Client) -> None:
    form = make_form(tenant, word="rolls", word_sender=sender(tenant, "Offers").pk)
    assert b"A bot has the word" not in manager.get(f"/forms/{form.pk}/").content
    with tenant_scope(tenant.pk):
        bot = Bot.objects.create(name="Rolls", state="on")
        Trigger.objects.create(bot=bot, kind="whole", word="Rolls", key="rolls")
    assert b"A bot has the word ROLLS too" in manager.get(f"/forms/{form.pk}/").content


def test_pages_ask_as_much_for_many_as_for_one(tenant: Tenant, manager: Client) -> None:
    form = make_form(tenant)
    Visitor(form).send()
    paths = ("/forms/", "/forms/waiting/", f"/forms/{form.pk}/")
    for path in paths:
        manager.get(path)
    few = [count_queries(manager, path) for path in paths]
    for n in range(4):
        make_form(tenant, name=f"Form {n}")
        Visitor(form).send(f"+1202555017{n}")
    assert [count_queries(manager, path) for path in paths] == few


def count_queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    return len(caught)


# ── API ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def api(tenant: Tenant) -> Api:
    with tenant_scope(tenant.pk):
        return Api(
            actions.make_api_key(name="Demo shop", scopes=["read", "write", "consent"], actor=SYSTEM)[1]
        )


def test_a_form_by_api_and_somebody_signed_up_on_their_behalf(tenant: Tenant, api: Api) -> None:
    offers = sender(tenant, "Offers").pk
    given = {
        "name": "Shop",
        "mode": "single",
        "senders": [{"sender": offers, "label": "Offers"}],
        "sites": ["shop.example.org"],
    }
    made = api.post("signup-forms", given).json()
    assert (made["state"], made["sites"], made["wording_version"]) == (
        "draft",
        ["https://shop.example.org"],
        1,
    )
    assert api.patch(f"signup-forms/{made['id']}", {"wording": "New words", "version": 1}).status_code == 409
    assert api.post(f"signup-forms/{made['id']}/state", {"state": "live"}).json()["state"] == "live"
    told = {
        "number": "(202) 555-0160", "senders": [offers], "details": {"first_name": "Ada"}, "wording_version": 1,
        "words": "Ticked: Offers", "ip": "192.0.2.9", "url": "https://shop.example.org/checkout",
    }  # fmt: skip
    answers = [
        api.post(f"signup-forms/{made['id']}/sign-ups", told, HTTP_IDEMPOTENCY_KEY="one") for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json()["results"][0]["result"] == "opted_in"
    with tenant_scope(tenant.pk):
        kept = ConsentEvidence.objects.get()
        assert (kept.disclosure, kept.ip, kept.actor_label) == (made["wording"], "192.0.2.9", "Demo shop")
        assert Contact.objects.get().first_name == "Ada" and Signup.objects.count() == 1
    names = {one["name"] for one in api.get("disclosures").json()["results"]}
    assert names == {f"Shop (sign-up form {made['id']})"}


def test_sign_ups_are_told_apart_by_key_and_whole_idempotency_key(tenant: Tenant, api: Api) -> None:
    """Keys that begin alike are two requests, and two systems may use the same one."""
    form = make_form(tenant)
    with tenant_scope(tenant.pk):
        till = Api(actions.make_api_key(name="Till", scopes=["consent"], actor=SYSTEM)[1])
    long = "x" * 60
    told = {"number": PHONE, "senders": form.sender_ids}
    for client, key in [(api, f"{long}1"), (api, f"{long}2"), (till, f"{long}1")]:
        client.post(f"signup-forms/{form.pk}/sign-ups", told, HTTP_IDEMPOTENCY_KEY=key)
    with tenant_scope(tenant.pk):
        assert len({one.token for one in Signup.objects.all()}) == 3
        IdempotencyKey.objects.all().delete()  # as after its days
    last = {"number": "+12025550179", "senders": form.sender_ids}
    late = api.post(f"signup-forms/{form.pk}/sign-ups", last, HTTP_IDEMPOTENCY_KEY=f"{long}1")
    assert [one["number"] for one in late.json()["results"]] == ["+12025550179"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"number": "hello"}, 422),
        ({"details": {"shoe": "43"}}, 422),
        ({"wording_version": 7}, 422),
        ({"senders": []}, 400),
    ],
)
def test_a_wrong_sign_up_by_api_is_refused(
    tenant: Tenant, api: Api, change: dict[str, Any], status: int
) -> None:
    form = make_form(tenant)
    told = {"number": PHONE, "senders": form.sender_ids} | change
    assert api.post(f"signup-forms/{form.pk}/sign-ups", told).status_code == status
    with tenant_scope(tenant.pk):
        assert not Signup.objects.exists() and not OptInRequest.objects.exists()

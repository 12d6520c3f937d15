"""The public sign-up page: what it shows, to whom it answers what, and what it records (A13, F2, C2).

Mutations tried, each made the test named red:
- `checked` put on the boxes of the page                                   → test_no_box_is_ticked_before
- the answer of a blocked number another than that of a new one            → test_the_answer_is_the_same_for_everyone
- the trap not asked                                                       → test_a_program_is_thanked_and_not_recorded
- `known` not asked in `sign_up`                                           → test_a_form_sent_twice_acts_once
- the token's version of the wording replaced by the newest                → test_the_version_that_was_shown_is_kept
- `only_new` and "fill what is empty" taken out of `fill_in`               → test_a_stranger_overwrites_nothing
"""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from consent import actions as consent
from consent.models import ConsentEvent, ConsentEvidence, OptInRequest, Permission, PhoneNumber
from consent.models.ledger import Method
from contacts.models import Contact, FieldDefinition, Group, GroupMember, Tag
from conversations.actions import signup_forms
from conversations.models.signup import Signup
from conversations.signing import public
from messaging.models import Message
from tenants.models import SenderNumber, Tenant
from tenants.rules import PERSON, SYSTEM
from tenants.scope import tenant_scope
from tests.conversations.signing import PHONE, Visitor, inputs_of, make_form, sender, words_of

BLOCKED, STOPPED, IN = "+12025550161", "+12025550162", "+12025550163"


def known_people(tenant: Tenant, offers: SenderNumber) -> None:
    """Somebody blocked, somebody who stopped Offers, somebody who is in."""
    with tenant_scope(tenant.pk):
        blocked, stopped, opted_in = (consent.phone_for(e164=e164) for e164 in (BLOCKED, STOPPED, IN))
        consent.block(phone_id=blocked, reason="demo", event_key="block", actor=SYSTEM)
        consent.opt_out(
            phone_id=stopped,
            sender_id=offers.pk,
            reach="number",
            method=Method.KEYWORD,
            event_key="out",
            actor=PERSON,
        )
        consent.opt_in(
            phone_id=opted_in, sender_ids=[offers.pk], method=Method.PAPER, event_key="in", actor=PERSON
        )


@pytest.mark.parametrize("mode", ["double", "single"])
def test_no_box_is_ticked_before(tenant: Tenant, mode: str) -> None:
    offers, orders = sender(tenant, "Offers"), sender(tenant, "Orders")
    both = [{"id": offers.pk, "label": "Weekly offers"}, {"id": orders.pk, "label": ""}]
    visitor = Visitor(make_form(tenant, mode=mode, senders=both))
    page = visitor.client.get(visitor.path)
    html = page.content.decode()
    boxes = [one for one in inputs_of(html) if one.get("type") == "checkbox"]
    assert [one["value"] for one in boxes] == [str(offers.pk), str(orders.pk)]
    assert not any("checked" in one for one in inputs_of(html))
    assert "Weekly offers, from +1 202-555-0110" in words_of(page)
    assert "not a condition of any purchase" in words_of(page)


def test_a_sent_form_without_a_box_ticks_none(tenant: Tenant) -> None:
    answer = Visitor(make_form(tenant)).send(senders=[])
    assert answer.status_code == 400 and b"Tick at least one box" in answer.content
    assert not any("checked" in one for one in inputs_of(answer.content.decode()))
    with tenant_scope(tenant.pk):
        assert not Signup.objects.exists() and not PhoneNumber.objects.exists()


@pytest.mark.parametrize("mode", ["double", "single"])
def test_the_answer_is_the_same_for_everyone(tenant: Tenant, mode: str) -> None:
    form = make_form(tenant, mode=mode)
    known_people(tenant, sender(tenant, "Offers"))
    visitor = Visitor(form)
    answers = [visitor.send(phone) for phone in (PHONE, BLOCKED, STOPPED, IN)]
    assert {(a.status_code, a["Location"], a.content, bool(a.cookies)) for a in answers} == {
        (303, f"/p/f/{form.key}/done/", b"", False)
    }
    shown = words_of(visitor.client.get(answers[0]["Location"]))
    assert "text START to +1 202-555-0110" in shown and "reply STOP to any text, or HELP" in shown


def test_the_text_of_a_stopped_or_blocked_person_stays_out_of_the_page(tenant: Tenant) -> None:
    form = make_form(tenant, asks=[{"name": "first_name", "required": False}])
    known_people(tenant, sender(tenant, "Offers"))
    visitor = Visitor(form)
    for phone in (BLOCKED, STOPPED):
        answer = visitor.send(phone, first_name="Demo Secret")
        assert b"Secret" not in visitor.client.get(answer["Location"]).content
    with tenant_scope(tenant.pk):
        blocked = PhoneNumber.objects.get(e164=BLOCKED)
        assert blocked.status == "blocked" and not Permission.objects.filter(phone=blocked).exists()
        assert not Contact.objects.filter(phone=blocked).exists()
        assert ConsentEvent.objects.filter(phone_id=blocked.pk, kind="returned", method="form").count() == 1
        assert {one.result for one in Signup.objects.all()} == {"blocked", "text_start"}
        assert not Message.objects.exists()


def test_a_single_opt_in_is_proved_word_for_word(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        group, tag = Group.objects.create(name="VIP"), Tag.objects.create(name="web")
    form = make_form(
        tenant, mode="single", groups=[group.pk], tags=[tag.pk], asks=[{"name": "email", "required": True}]
    )
    assert Visitor(form).send("(202) 555-0160", email="Ada@Example.org").status_code == 303
    with tenant_scope(tenant.pk):
        event = ConsentEvent.objects.get(kind="opt_in")
        kept = ConsentEvidence.objects.get(pk=event.evidence_id)
        assert (event.method, event.actor_kind, event.senders) == ("form", "person", form.sender_ids)
        assert kept.words == "Ticked: Offers and news, from +1 202-555-0110. Pressed: Sign up."
        assert kept.disclosure == form.wording and kept.note == f"Web (sign-up form {form.pk}), version 1."
        assert (kept.ip, kept.user_agent) == ("192.0.2.7", "Demo Browser")
        assert kept.url.endswith(f"/p/f/{form.key}/")
        contact = Contact.objects.get()
        assert (contact.email, contact.source, contact.language) == ("ada@example.org", "Form Web", "en")
        assert GroupMember.objects.filter(group=group, contact=contact).exists()
        text = Message.objects.get()
        assert text.body.startswith("Demo Bakery: you are in.") and text.message_class == 1
        assert all(word in text.body for word in ("STOP", "START", "HELP", "rates"))


def test_a_single_opt_in_is_the_persons_way_back(tenant: Tenant) -> None:
    form, offers = make_form(tenant, mode="single"), sender(tenant, "Offers")
    known_people(tenant, offers)
    with tenant_scope(tenant.pk):
        Permission.objects.filter(phone__e164=STOPPED).update(provider_block_since="2026-01-02T00:00Z")
    Visitor(form).send(STOPPED)
    with tenant_scope(tenant.pk):
        phone = PhoneNumber.objects.get(e164=STOPPED)
        row = Permission.objects.get(phone=phone)
        assert (phone.status, row.state) == ("active", "opted_in")
        # The provider's own block stays, and so no text of ours is tried: the page says "text START to".
        assert row.provider_block_since is not None and not Message.objects.exists()


def test_a_stranger_overwrites_nothing(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        FieldDefinition.objects.create(key="city", label="City")
        FieldDefinition.objects.create(key="phone", label="Phone at work")
        phone = consent.phone_for(e164=PHONE)
        Contact.objects.create(phone_id=phone, first_name="Ada", fields={"city": "Albany"})
    asks = [{"name": n, "required": False} for n in ("first_name", "last_name", "city", "phone")]
    form = make_form(tenant, mode="single", asks=asks)
    Visitor(form).send(first_name="Mallory", last_name="L", own_city="Paris", own_phone="ext 7")
    with tenant_scope(tenant.pk):
        contact = Contact.objects.get()
        assert (contact.first_name, contact.last_name) == ("Ada", "L")
        assert contact.fields == {"city": "Albany", "phone": "ext 7"} and contact.search_last == "l"


def test_a_known_person_is_filled_in_when_they_confirm(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        phone = consent.phone_for(e164=PHONE)
        Contact.objects.create(phone_id=phone)
    Visitor(make_form(tenant, asks=[{"name": "email", "required": False}])).send(email="demo@example.org")
    with tenant_scope(tenant.pk):
        assert Contact.objects.get().email == "" and Signup.objects.get().details == {
            "email": "demo@example.org"
        }


def test_a_form_sent_twice_acts_once(tenant: Tenant) -> None:
    visitor = Visitor(make_form(tenant, mode="single"))
    token = visitor.open()
    assert [visitor.send(token=token).status_code for _ in range(3)] == [303, 303, 303]
    with tenant_scope(tenant.pk):
        assert (Signup.objects.count(), ConsentEvent.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_the_version_that_was_shown_is_kept(tenant: Tenant) -> None:
    form = make_form(tenant, mode="single")
    visitor = Visitor(form)
    token = visitor.open()
    with tenant_scope(tenant.pk):
        signup_forms.update_form(form_id=form.pk, changes={"wording": "Another wording. STOP"}, actor=SYSTEM)
    visitor.send(token=token)
    with tenant_scope(tenant.pk):
        assert ConsentEvidence.objects.get().disclosure == form.wording
        assert Signup.objects.get().disclosure.version == 1
    visitor.send("+12025550164")
    with tenant_scope(tenant.pk):
        assert Signup.objects.order_by("-pk")[0].disclosure.version == 2


def test_a_program_is_thanked_and_not_recorded(tenant: Tenant) -> None:
    visitor = Visitor(make_form(tenant))
    answer = visitor.send(website="https://spam.example.org")
    assert (answer.status_code, answer["Location"]) == (303, f"{visitor.path}done/")
    with tenant_scope(tenant.pk):
        assert not Signup.objects.exists() and not OptInRequest.objects.exists()


@pytest.mark.parametrize(("age", "token"), [(0.5, None), (90_000, None), (30, "forged"), (30, "")])
def test_a_page_too_fast_too_old_or_forged_is_asked_once_more(
    tenant: Tenant, age: float, token: str | None
) -> None:
    visitor = Visitor(make_form(tenant, mode="single"))
    answer = visitor.send(age=age, token=token)
    assert answer.status_code == 400 and "once more. Nothing you typed is lost." in words_of(answer)
    assert PHONE.encode() in answer.content, "what was typed is lost"
    assert visitor.send(token=visitor.token_in(answer)).status_code == 303


@pytest.mark.parametrize(("first", "later"), [(1, 1.5), (30, 0.6), (90_000, 0.6)])
def test_a_quick_correction_is_taken(tenant: Tenant, first: float, later: float) -> None:
    """B20. Red without `before` in `ticket_for`: the page after an error counted from the error on."""
    visitor, start = Visitor(make_form(tenant, mode="single")), 1_800_000_000

    def at(seconds: float) -> Any:
        return patch.object(public.time, "time", lambda: start + seconds)

    with at(0):
        given: dict[str, Any] = {"phone": PHONE, "token": visitor.open()}
    with at(first):
        answer = visitor.client.post(visitor.path, given)  # no box is ticked
    assert answer.status_code == 400
    given |= {"token": visitor.token_in(answer), "senders": [one["id"] for one in visitor.form.senders]}
    with at(first + later):
        assert visitor.client.post(visitor.path, given).status_code == 303


def test_a_token_of_another_form_is_none(tenant: Tenant) -> None:
    one, two = make_form(tenant), make_form(tenant, name="Shop")
    assert Visitor(one).send(token=Visitor(two).open()).status_code == 400


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Give the number"),
        ("hello", "This is not a mobile number we can text"),
        ("+44 7400 123456", "numbers of this country"),
        ("+1 800 555 0199", "cannot receive texts"),
        ("202-555-0160 or 0161", "This is not a mobile number we can text"),
    ],
)
def test_a_wrong_number_is_told_beside_the_field(tenant: Tenant, typed: str, said: str) -> None:
    answer = Visitor(make_form(tenant)).send(typed)
    assert answer.status_code == 400 and said in answer.content.decode()


def test_drafts_are_nowhere_and_closed_forms_say_so(tenant: Tenant) -> None:
    draft, form = make_form(tenant, live=False, name="Draft"), make_form(tenant)
    for path in (f"/p/f/{draft.key}/", f"/p/f/{draft.key}/done/", "/p/f/no-such-form/"):
        assert Client().get(path).status_code == 404
    visitor = Visitor(form)
    token = visitor.open()
    with tenant_scope(tenant.pk):
        signup_forms.set_state(form_id=form.pk, state="closed", actor=SYSTEM)
    assert visitor.send(token=token).status_code == 410 and Client().get(visitor.path).status_code == 410
    with tenant_scope(tenant.pk):
        assert not Signup.objects.exists()


def test_only_the_sites_named_may_frame_it(tenant: Tenant) -> None:
    shut, framed = make_form(tenant), make_form(tenant, name="Framed", origins=["https://Shop.example.org/x"])
    answer = Client().get(f"/p/f/{shut.key}/")
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY" and "noindex" in answer.content.decode()
    answer = Client().get(f"/p/f/{framed.key}/?embed=1")
    assert "frame-ancestors https://shop.example.org;" in answer["Content-Security-Policy"] + ";"
    assert "X-Frame-Options" not in answer
    assert Client().get(f"/p/f/{shut.key}/embed.js").status_code == 404
    script = Client().get(f"/p/f/{framed.key}/embed.js")
    assert script["Content-Type"].startswith("text/javascript") and "iframe" in script.content.decode()


def test_the_site_around_a_frame_is_kept(tenant: Tenant) -> None:
    form = make_form(tenant, mode="single", origins=["https://shop.example.org"])
    visitor = Visitor(form)
    token = visitor.open(HTTP_REFERER="https://shop.example.org/rolls")
    visitor.send(token=token)
    with tenant_scope(tenant.pk):
        assert "Shown on https://shop.example.org." in ConsentEvidence.objects.get().note
        assert Signup.objects.get().way == "embed"


def test_another_tenants_form_stays_theirs(tenant: Tenant, other_tenant: Tenant) -> None:
    form = make_form(other_tenant, mode="single")
    Visitor(form).send()
    with tenant_scope(tenant.pk):
        assert not PhoneNumber.objects.exists() and not Signup.objects.exists()
    with tenant_scope(other_tenant.pk):
        assert PhoneNumber.objects.get().e164 == PHONE and Signup.objects.count() == 1


@pytest.mark.parametrize("mode", ["single", "double"])
@pytest.mark.parametrize(
    ("typed", "kept"),
    [("علی\u200cرضا", "علی\u200cرضا"), ("Anne\u00a0Marie", "Anne\u00a0Marie"), ("A\u202eda\x07", "A da"),
     ("👩\u200d🍳", "👩\u200d🍳")],
)  # fmt: skip
def test_no_name_loses_the_consent(tenant: Tenant, mode: str, typed: str, kept: str) -> None:
    """Red with `isprintable`, and with a detail that is refused instead of mended."""
    form = make_form(tenant, mode=mode, asks=[{"name": "first_name", "required": True}])
    assert Visitor(form).send(first_name=typed).status_code == 303
    with tenant_scope(tenant.pk):
        assert Contact.objects.get().first_name == kept
        assert Signup.objects.get().result == ("asked" if mode == "double" else "opted_in")


def test_a_character_that_cannot_be_kept_is_refused(tenant: Tenant) -> None:
    answer: Any = Visitor(make_form(tenant)).send("2025550160\x00")
    assert answer.status_code == 400

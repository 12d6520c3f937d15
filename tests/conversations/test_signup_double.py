"""Double opt-in by form and text, row by row of the consent table; JOIN words; how often one may try (A13, A4, D2).

Mutations tried, each made the test named red:
- `confirm_opt_in` not asked in `_start`                        → test_confirmed_opts_in_with_both_steps
- the expiry not asked in `confirm_opt_in`                      → test_a_yes_after_the_last_day_is_an_ordinary_text
- "opted in already" not asked in `ask_opt_in`                  → test_a_strangers_sign_up_does_not_hold_up_texts
- `occurred_at` left out of `join_by_word`                      → test_a_stop_sent_after_the_word_stands
- `count_try` answers 0                                         → test_too_many_tries_are_told_to_wait
- the number and the form counted whatever the address counts   → test_one_address_closes_a_form_for_nobody_else
- `_genuine` answers True; its token or trap not asked          → test_what_no_page_sent_counts_for_nobody_else
- `prefix`, `form_day` or `tenant_day` not counted              → test_texts_that_somebody_earns_by_are_cut_off
- `strip` of the number left out of `waits`                     → test_a_number_behind_spaces_counts
- `counted_as` left out of `waits`                              → test_the_addresses_of_one_machine_count_together
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from consent import actions as consent
from consent.models import ConsentEvent, ConsentEvidence, OptInRequest, Permission, PhoneNumber
from consent.models.ledger import Method
from consent.tasks import lapse_opt_in_requests
from contacts.models import Contact, Group, GroupMember
from conversations.actions import hearing, signup_ledger
from conversations.models.signup import Signup, SignupTally
from conversations.models.telling import Notification
from conversations.rules import signup as rules
from messaging.models import Message
from tenants.models import Due, ProviderAccount, Tenant, User
from tenants.rules import PERSON, SYSTEM
from tenants.scope import tenant_scope
from tests.carrier import text
from tests.conversations.signing import PHONE, Visitor, make_form, sender, words_of


def say(tenant: Tenant, body: str, *, to: str = "Offers", **more: str) -> None:
    """The person texts a sender number; what waits to be heard is heard."""
    with tenant_scope(tenant.pk):
        account = ProviderAccount.objects.get()
    assert text(account, body, person=PHONE, to=sender(tenant, to).address, **more).status_code == 200
    for ref in Due.objects.filter(kind="hear", tenant=tenant).values_list("ref", flat=True):
        hearing.hear(tenant_id=tenant.pk, message_id=ref)
    Due.objects.filter(kind="hear", tenant=tenant).delete()


def follow(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        signup_ledger.follow_ledger(tenant.pk)


def bodies(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant.pk):
        return list(Message.objects.filter(direction=0).order_by("pk").values_list("body", flat=True))


def columns(tenant: Tenant) -> dict[str, Any]:
    """Every column of the consent table, as it stands."""
    with tenant_scope(tenant.pk):
        phone = PhoneNumber.objects.get(e164=PHONE)
        last = ConsentEvent.objects.order_by("-seq")[0]
        return {
            "status": phone.status,
            "permissions": list(Permission.objects.filter(phone=phone).values_list("sender__name", "state")),
            "unsubscribed": Contact.objects.unsubscribed().exists(),
            "queued": Message.objects.filter(direction=0, phase=0).count(),
            "blocked pairs": Permission.objects.filter(provider_block_since__isnull=False).count(),
            "entry": (last.kind, last.method, last.actor_kind),
            "open": OptInRequest.objects.filter(closed_at__isnull=True).count(),
        }


def test_it_starts_with_a_question_and_nothing_else(tenant: Tenant) -> None:
    Visitor(make_form(tenant)).send()
    assert columns(tenant) == {
        "status": "active", "permissions": [], "unsubscribed": False, "queued": 1, "blocked pairs": 0,
        "entry": ("asked", "form", "person"), "open": 1,
    }  # fmt: skip
    assert bodies(tenant)[0].startswith("Demo Bakery: reply YES to get our texts.")
    with tenant_scope(tenant.pk):
        request = OptInRequest.objects.get()
        assert request.disclosure.version == 1 and request.expires_at - request.asked_at == timedelta(days=30)
        assert Due.objects.get(kind="lapse").due_at == request.expires_at


def test_confirmed_opts_in_with_both_steps(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        group = Group.objects.create(name="VIP")
    form = make_form(tenant, groups=[group.pk], welcome="Hello, about 4 texts a month.")
    Visitor(form).send()
    say(tenant, "Yes!")
    assert columns(tenant) == {
        "status": "active", "permissions": [("Offers", "opted_in")], "unsubscribed": False, "queued": 2,
        "blocked pairs": 0, "entry": ("opt_in", "keyword", "person"), "open": 0,
    }  # fmt: skip
    welcome = bodies(tenant)[1]
    assert welcome.startswith("Demo Bakery: Hello, about 4 texts a month.")
    assert all(word in welcome for word in ("STOP", "START", "HELP"))
    with tenant_scope(tenant.pk):
        kept = ConsentEvidence.objects.order_by("-pk")[0]
        asked = ConsentEvent.objects.get(kind="asked")
        assert (kept.words, kept.disclosure) == ("Yes!", form.wording) and f"entry {asked.seq}." in kept.note
        assert ConsentEvidence.objects.get(pk=asked.evidence_id).ip == "192.0.2.7"
        assert Signup.objects.get().result == "confirmed" and GroupMember.objects.filter(group=group).exists()
    say(tenant, "YES")
    assert len(bodies(tenant)) == 2, "welcomed twice"


def test_lapsed_changes_nothing(tenant: Tenant) -> None:
    Visitor(make_form(tenant)).send()
    with tenant_scope(tenant.pk):
        OptInRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    Due.objects.filter(kind="lapse").update(due_at=timezone.now() - timedelta(hours=1))
    lapse_opt_in_requests(tenant.pk, 0)
    assert columns(tenant) == {
        "status": "active", "permissions": [], "unsubscribed": False, "queued": 1, "blocked pairs": 0,
        "entry": ("lapsed", "system", "system"), "open": 0,
    }  # fmt: skip
    assert not Due.objects.filter(kind="lapse").exists()
    follow(tenant)
    with tenant_scope(tenant.pk):
        assert Signup.objects.get().result == "lapsed"
    Visitor(make_form(tenant, name="Again")).send()
    assert columns(tenant)["open"] == 1, "they cannot start again"


def test_a_yes_after_the_last_day_is_an_ordinary_text(tenant: Tenant) -> None:
    Visitor(make_form(tenant)).send()
    with tenant_scope(tenant.pk):
        OptInRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    say(tenant, "YES")
    assert columns(tenant)["permissions"] == [] and len(bodies(tenant)) == 1


def test_a_stop_before_the_lapse_stands_and_start_means_yes(tenant: Tenant) -> None:
    Visitor(make_form(tenant)).send()
    say(tenant, "STOP")
    assert columns(tenant)["permissions"] == [("Offers", "opted_out")]
    with tenant_scope(tenant.pk):
        consent.lapse_requests(now=timezone.now() + timedelta(days=31))
    assert columns(tenant)["permissions"] == [("Offers", "opted_out")]


def test_the_question_is_asked_once_a_minute_and_three_times(tenant: Tenant) -> None:
    visitor = Visitor(make_form(tenant))
    for _ in range(2):
        visitor.send()
    assert len(bodies(tenant)) == 1
    for _ in range(3):
        with tenant_scope(tenant.pk):
            OptInRequest.objects.update(asked_at=timezone.now() - timedelta(seconds=61))
        visitor.send()
    assert len(bodies(tenant)) == 3
    say(tenant, "YES")
    with tenant_scope(tenant.pk):
        assert set(Signup.objects.values_list("result", flat=True)) == {"confirmed"}


def test_a_strangers_sign_up_does_not_hold_up_texts(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        phone = consent.phone_for(e164=PHONE)
        consent.opt_in(
            phone_id=phone, sender_ids=[sender(tenant, "Offers").pk], method=Method.PAPER, event_key="in",
            actor=PERSON,
        )  # fmt: skip
    Visitor(make_form(tenant)).send()
    assert columns(tenant)["open"] == 0 and bodies(tenant) == []


@pytest.mark.parametrize("mode", ["double", "single"])
def test_an_erased_person_comes_back_by_their_own_sign_up(tenant: Tenant, mode: str) -> None:
    with tenant_scope(tenant.pk):
        phone = consent.phone_for(e164=PHONE)
        consent.erase(phone_id=phone, event_key="erase", actor=SYSTEM)
    Visitor(make_form(tenant, mode=mode)).send()
    if mode == "double":
        say(tenant, "YES")
    with tenant_scope(tenant.pk):
        back = PhoneNumber.objects.get(pk=phone)
        assert (back.e164, back.status) == (PHONE, "active")
    assert columns(tenant)["permissions"] == [("Offers", "opted_in")]


def test_the_team_hears_of_a_blocked_person_who_asked_to_return(tenant: Tenant, member: User) -> None:
    with tenant_scope(tenant.pk):
        phone = consent.phone_for(e164=PHONE)
        consent.block(phone_id=phone, reason="demo", event_key="block", actor=SYSTEM)
    Visitor(make_form(tenant)).send()
    follow(tenant)
    with tenant_scope(tenant.pk):
        told = Notification.objects.get()
        assert "asked to return" in told.subject and PHONE not in told.text
        assert PhoneNumber.objects.get().status == "blocked" and not Message.objects.exists()


# ── JOIN words ────────────────────────────────────────────────────────────────────────────────────────
def word(tenant: Tenant, **more: Any) -> Any:
    return make_form(tenant, word="rolls", word_sender=sender(tenant, "Offers").pk, **more)


def test_a_join_word_opts_in_with_the_wording_published_beside_it(tenant: Tenant) -> None:
    form = word(tenant)
    say(tenant, " Rolls ")
    say(tenant, "ROLLS")
    assert columns(tenant)["permissions"] == [("Offers", "opted_in")] and len(bodies(tenant)) == 1
    with tenant_scope(tenant.pk):
        kept = ConsentEvidence.objects.order_by("pk")[0]
        assert (kept.words, kept.disclosure) == (" Rolls ", form.wording) and "word ROLLS" in kept.note
        assert list(Signup.objects.order_by("pk").values_list("result", "way")) == [
            ("opted_in", "word"),
            ("in_already", "word"),
        ]
        assert Contact.objects.get().source == "Word ROLLS"


def test_a_join_word_of_a_closed_form_or_another_number_is_an_ordinary_text(tenant: Tenant) -> None:
    make_form(tenant, live=False, word="rolls", word_sender=sender(tenant, "Offers").pk)
    say(tenant, "ROLLS")
    word(tenant, name="Open")
    say(tenant, "ROLLS", to="Orders")
    with tenant_scope(tenant.pk):
        assert not Signup.objects.exists() and not Permission.objects.exists()


def test_a_stop_sent_after_the_word_stands(tenant: Tenant) -> None:
    word(tenant)
    with tenant_scope(tenant.pk):
        account, offers = ProviderAccount.objects.get(), sender(tenant, "Offers")
    text(account, "ROLLS", person=PHONE, to=offers.address)
    waiting = list(Due.objects.filter(kind="hear", tenant=tenant).values_list("ref", flat=True))
    text(account, "STOP", person=PHONE, to=offers.address)
    for ref in waiting:
        hearing.hear(tenant_id=tenant.pk, message_id=ref)
    assert columns(tenant)["permissions"] == [("Offers", "opted_out")]


# ── how often ─────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("kind", "other"), [("ip", {}), ("number", {"ip": "192.0.2.8"}), ("form", {})])
def test_too_many_tries_are_told_to_wait(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, kind: str, other: dict[str, str]
) -> None:
    monkeypatch.setitem(rules.LIMITS, kind, rules.Limit(600, 2))
    form = word(tenant)
    visitor, phones = Visitor(form), [PHONE, "+12025550165", "+12025550166"]
    phones = [PHONE] * 3 if kind == "number" else phones
    answers = [visitor.send(phone) for phone in phones[:2]] + [Visitor(form, **other).send(phones[2])]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 601 and "Wait" in words_of(answers[2])
    assert "text ROLLS to +1 202-555-0110" in words_of(answers[2])
    with tenant_scope(tenant.pk):
        assert len({row.token for row in Signup.objects.all()}) == 2
        assert not any(PHONE in one.bucket or "192.0.2" in one.bucket for one in SignupTally.objects.all())


def test_one_address_closes_a_form_for_nobody_else(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("ip", "number", "form"):
        monkeypatch.setitem(rules.LIMITS, kind, rules.Limit(600, 2 if kind == "ip" else 3))
    form = make_form(tenant)
    busy = Visitor(form)
    assert [busy.send().status_code for _ in range(6)] == [303] * 2 + [429] * 4
    assert Visitor(form, ip="192.0.2.8").send().status_code == 303, "the same number and form"


def test_what_no_page_sent_counts_for_nobody_else(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("number", "form"):
        monkeypatch.setitem(rules.LIMITS, kind, rules.Limit(600, 1))
    form = make_form(tenant)
    crowd = iter(Visitor(form, ip=f"192.0.2.{n}") for n in range(20, 40))
    assert [next(crowd).send(token="made up").status_code for _ in range(2)] == [400, 400]
    assert [next(crowd).send(age=1).status_code for _ in range(2)] == [400, 400]
    assert [next(crowd).send(website="x").status_code for _ in range(2)] == [303, 303]
    assert next(crowd).send().status_code == 303
    assert next(crowd).send("+12025550165").status_code == 429


def test_the_addresses_of_one_machine_count_together(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules.LIMITS, "ip", rules.Limit(600, 1))
    form = make_form(tenant)
    addresses = ["2001:db8:0:7::1", "2001:db8:0:7:ffff::2", "2001:db8:0:8::1", "unknown"]
    sent = [Visitor(form, ip=one).send(f"+1202555018{n}") for n, one in enumerate(addresses)]
    assert [one.status_code for one in sent] == [303, 429, 303, 303]


@pytest.mark.parametrize(("kind", "long"), [("prefix", False), ("form_day", True), ("tenant_day", True)])
def test_texts_that_somebody_earns_by_are_cut_off(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, kind: str, long: bool
) -> None:
    """Each from another address and to another number: the range, the form and the tenant are counted (SEC46)."""
    assert rules.LIMITS["prefix"].most < 50
    monkeypatch.setitem(rules.LIMITS, kind, rules.Limit(rules.LIMITS[kind].seconds, 2))
    forms = [make_form(tenant), make_form(tenant, name="Other")]
    at = [forms[0], forms[0], forms[0] if kind == "form_day" else forms[1]]
    sent = [Visitor(one, ip=f"192.0.2.{n}").send(f"+120255501{n}0") for n, one in enumerate(at)]
    assert [one.status_code for one in sent] == [303, 303, 429]
    assert ("hours" in words_of(sent[2])) == (long and int(sent[2]["Retry-After"]) > 2 * 3600)
    assert len(bodies(tenant)) == 2
    elsewhere = Visitor(forms[1], ip="192.0.2.9").send("+12127360100").status_code
    assert elsewhere == (429 if kind == "tenant_day" else 303), "another range, and another form"


def test_a_number_behind_spaces_counts(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules.LIMITS, "number", rules.Limit(3600, 1))
    form = make_form(tenant)
    assert [Visitor(form).send(" " * 80 + PHONE).status_code for _ in range(2)] == [303, 429]

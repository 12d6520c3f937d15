"""Known failures of other products (tests/corpus/behaviour_scenarios.json), each with the test that keeps it out.

`WHERE` names a test for every scenario that is built; `LATER` says honestly what is not, and why. Both are checked.
Mutations tried: a scenario taken out of both, a test renamed → test_every_scenario_is_a_test_or_honestly_later;
attribution without its window → test_a24_an_opt_out_counts_against_the_campaign_it_answers.
"""

from __future__ import annotations

import ast
import json
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.reading import opt_outs_of
from consent.actions import Evidence, block, opt_in, opt_out, phone_for
from consent.actions.wordings import save_wording
from consent.models import ConsentEvent, Permission, PhoneNumber
from consent.rules.gate import Gate
from contacts.actions.ledger import follow_ledger
from contacts.actions.people import Details, create_contact
from contacts.filters import ContactFilter, contacts_of
from contacts.models import Contact, Group, GroupMember
from messaging.actions.receipts import apply_receipts
from messaging.actions.replies import may_text
from messaging.models import Broadcast, Message, Thread
from messaging.rules.outcomes import Phase
from tenants.models import Due, ProviderAccount, SenderNumber, Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope
from tests.carrier import encode, new_sid, post, text

PERSON, OFFERS = "+12025550142", "+12025550110"
TESTS = Path(__file__).parent.parent
WHERE = {
    "A01": "conversations/test_inbound.py::test_stop_is_committed_before_the_answer",
    "A05": "conversations/test_scenarios.py::test_a05_groups_survive_a_stop_and_a_start",
    "A06": "conversations/test_scenarios.py::test_a06_start_of_somebody_blocked",
    "A10": "conversations/test_inbound.py::test_at_the_same_second_stop_wins",
    "A11": "conversations/test_inbound.py::test_a_replay_after_start_changes_nothing",
    "A13": "conversations/test_scenarios.py::test_a13_yes_reaches_bots_and_inbox_unless_it_is_start",
    "A14": "conversations/test_scenarios.py::test_a14_a_stop_of_nobody_known_lasts",
    "A17": "consent_table/test_texts.py::test_stop_and_the_word_of_a_group",
    "A18": "consent_table/test_texts.py::test_stop_and_a_word_that_is_no_group",
    "A22": "conversations/test_inbound.py::test_a_forged_webhook_is_refused_and_writes_nothing",
    "A24": "conversations/test_scenarios.py::test_a24_an_opt_out_counts_against_the_campaign_it_answers",
    "A23": "conversations/test_telling.py::test_a_stop_is_told_once",
    "A25": "conversations/test_signup_double.py::test_a_join_word_opts_in_with_the_wording_published_beside_it",
    "B01": "promises/test_promise_1_begin.py",
    "B02": "promises/test_promise_1_gate_lock.py",
    "B05": "messaging/test_sender.py::test_answers_of_the_carrier",
    "B06": "promises/test_promise_7_restart_sender.py::test_two_senders_share_the_work_and_one_dies",
    "B09": "messaging/test_receipts.py",
    "B10": "messaging/test_sender.py::test_pause_is_a_barrier_and_resume_loses_and_repeats_nobody",
    "B11": "campaigns/test_report.py::test_a_campaign_pauses_itself_and_says_why",
    "B14": "api/test_messages.py",
    "C01": "messaging/test_sender.py::test_answers_of_the_carrier",
    "C03": "consent_table/test_team.py::test_21610_of_a_text_older_than_the_opt_in_is_drift",
    "C04": "conversations/test_scenarios.py::test_c04_our_own_opt_out_is_the_gate",
    "C05": "conversations/test_scenarios.py::test_c05_a_failure_is_never_a_change_of_consent",
    "D01": "contacts/test_import_consent.py::test_a_stopped_contact_stays_stopped_and_is_reported",
    "D02": "contacts/test_import_consent.py",
    "D04": "contacts/test_import_consent.py",
    "D05": "contacts/test_import_consent.py",
    "D07": "contacts/test_import_consent.py::test_lossy_spreadsheet_number",
    "D09": "contacts/test_import_consent.py",
    "D12": "contacts/test_people.py::test_consent_does_not_travel_with_a_changed_number",
    "D13": "consent/test_acts.py::test_merging_keeps_each_numbers_consent",
    "E01": "conversations/test_leaving_page.py::test_looking_changes_nothing",
    "E03": "conversations/test_leaving_links.py::test_a_reason_is_kept_with_the_opt_out",
    "E06": "conversations/test_leaving_page.py::test_stop_come_back_and_stop_again",
    "F03": "conversations/test_signup_double.py::test_the_question_is_asked_once_a_minute_and_three_times",
    "F04": "conversations/test_scenarios.py::test_f04_old_grants_show_the_wording_that_was_shown",
    "H01": "consent/test_acts.py::test_state_as_of_a_past_moment",
    "I02": "conversations/test_rules_bots.py::test_words_of_consent_are_reserved_in_every_language",
    "I04": "conversations/test_bots_dates.py",
    "I05": "conversations/test_bots_run.py::test_who_opted_out_joins_the_groups_and_gets_no_reply",
    "H04": "promises/test_restore.py::test_h04_sends_stay_held_until_the_provider_is_replayed",
    "H06": "tenants/test_settings.py::test_a_role_is_changed_but_not_the_last_owners",
}
#: Not here: what is missing, or whose tests say so.
LATER = {
    "G01": "quiet hours are not built yet",
    "G02": "quiet hours are not built yet",
}


@pytest.fixture
def door(tenant: Tenant) -> ProviderAccount:
    with tenant_scope(tenant.pk):
        return ProviderAccount.objects.get()


def test_a05_groups_survive_a_stop_and_a_start(tenant: Tenant, door: ProviderAccount) -> None:
    with tenant_scope(tenant.pk):
        group = Group.objects.create(name="VIP")
        contact = Contact.objects.create(phone_id=phone_for(e164=PERSON), first_name="Demo")
        GroupMember.objects.create(group=group, contact=contact)
    text(door, "STOP", to=OFFERS)
    wait_a_second()
    text(door, "START", to=OFFERS)
    with tenant_scope(tenant.pk):
        follow_ledger(tenant.pk)
        assert [e.kind for e in ConsentEvent.objects.order_by("seq")] == ["opt_out", "opt_in"]
        assert PhoneNumber.objects.get().status == "active"
        assert GroupMember.objects.filter(group=group, contact=contact).exists()


def test_a06_start_of_somebody_blocked(tenant: Tenant, door: ProviderAccount) -> None:
    text(door, "STOP", to=OFFERS)
    with tenant_scope(tenant.pk):
        phone = PhoneNumber.objects.get()
        block(phone_id=phone.pk, reason="abuse", event_key="b", actor=SYSTEM)
    wait_a_second()
    text(door, "START", to=OFFERS)
    with tenant_scope(tenant.pk):
        assert PhoneNumber.objects.get().status == "blocked"
        assert ConsentEvent.objects.order_by("-seq")[0].kind == "returned"
        sender = SenderNumber.objects.get(name="Offers")
        assert may_text(phone_id=phone.pk, sender_id=sender.pk, message_class=1) == Gate.BLOCKED
        replies = Message.objects.filter(direction=0, message_class=0).count()
        assert replies == 1, "the STOP was confirmed; a blocked person gets no welcome"


def wait_a_second() -> None:
    """At the same second a STOP wins."""
    time.sleep(1.05)


@pytest.mark.parametrize("code", ["30003", "30005", "30006"])
def test_c05_a_failure_is_never_a_change_of_consent(tenant: Tenant, door: ProviderAccount, code: str) -> None:
    with tenant_scope(tenant.pk):
        sender, phone = SenderNumber.objects.get(name="Offers"), phone_for(e164=PERSON)
        Permission.objects.create(phone_id=phone, sender=sender, state="opted_in", event=1)
        sids = [f"SM{n:032d}" for n in range(2)]
        for sid in sids:
            Message.objects.create(
                phone_id=phone, sender=sender, phase=Phase.HANDED, sid=sid, begun_at=timezone.now()
            )
    for sid in sids:
        fields = {
            "MessageSid": sid,
            "MessageStatus": "undelivered",
            "ErrorCode": code,
            "AccountSid": door.sid,
        }
        assert post(f"/hooks/twilio/{door.inbound_key}/status", encode(fields)).status_code == 204
        apply_receipts(tenant.pk)
    with tenant_scope(tenant.pk):
        assert Permission.objects.get().state == "opted_in"
        assert not ConsentEvent.objects.exists()
        assert (PhoneNumber.objects.get().unusable_at is not None) == (code != "30003")


def test_every_scenario_is_a_test_or_honestly_later() -> None:
    known = {one["id"] for one in json.loads((TESTS / "corpus/behaviour_scenarios.json").read_text())}
    assert WHERE.keys() | LATER.keys() == known and not WHERE.keys() & LATER.keys()
    for where in WHERE.values():
        name, _, test = where.partition("::")
        tree = ast.parse((TESTS / name).read_text())
        found = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert not test or test in found, where


def test_a13_yes_reaches_bots_and_inbox_unless_it_is_start(tenant: Tenant, door: ProviderAccount) -> None:
    text(door, "YES", to=OFFERS)
    with tenant_scope(tenant.pk):
        assert Due.objects.filter(kind="hear").count() == 1, "bots and people get it"
        assert Thread.objects.get().unread == 1
        assert not ConsentEvent.objects.exists()
    text(door, "STOP", to=OFFERS)
    wait_a_second()
    text(door, "YES", to=OFFERS)
    with tenant_scope(tenant.pk):
        assert [e.kind for e in ConsentEvent.objects.order_by("seq")] == ["opt_out", "opt_in"]
        assert Thread.objects.get().unread == 3, "and the inbox gets it too"


def test_a14_a_stop_of_nobody_known_lasts(tenant: Tenant, door: ProviderAccount) -> None:
    text(door, "STOP", to=OFFERS)
    with tenant_scope(tenant.pk):
        assert not Contact.objects.exists() and PhoneNumber.objects.get().status == "stopped"
        contact = create_contact(number=PERSON, details=Details("Demo"), actor=SYSTEM)
        assert contact.phone.status == "stopped"
        assert contacts_of(ContactFilter(unsubscribed="yes")).get() == contact


@pytest.mark.parametrize(("hours", "counts"), [(3, True), (24 * 8, False)])
def test_a24_an_opt_out_counts_against_the_campaign_it_answers(
    tenant: Tenant, door: ProviderAccount, hours: int, counts: bool
) -> None:
    with tenant_scope(tenant.pk):
        sender, phone = SenderNumber.objects.get(name="Offers"), phone_for(e164=PERSON)
        for n, age in enumerate((hours + 24, hours)):
            order = Broadcast.objects.create(sender=sender, text=f"campaign {n}", status="finished")
            Message.objects.create(
                phone_id=phone, sender=sender, broadcast=order, phase=Phase.HANDED, sid=new_sid(),
                begun_at=timezone.now() - timedelta(hours=age),
            )  # fmt: skip
    text(door, "STOP", to=OFFERS)
    with tenant_scope(tenant.pk):
        event = ConsentEvent.objects.get()
        assert (event.campaign_ref == order.pk) == counts, "the last one within the window"
        assert opt_outs_of(order.pk) == (1 if counts else 0)


def test_c04_our_own_opt_out_is_the_gate(tenant: Tenant) -> None:
    """Opted out on a web page, the provider's list knows nothing of it."""
    with tenant_scope(tenant.pk):
        sender, phone = SenderNumber.objects.get(name="Offers"), phone_for(e164=PERSON)
        opt_in(phone_id=phone, sender_ids=[sender.pk], method="paper", event_key="in", actor=SYSTEM,
               evidence=Evidence(note="signed"))  # fmt: skip
        opt_out(
            phone_id=phone, sender_id=sender.pk, reach="number", method="web", event_key="web", actor=SYSTEM
        )
        assert Permission.objects.get().provider_block_since is None
        assert may_text(phone_id=phone, sender_id=sender.pk, message_class=3) == Gate.OPTED_OUT


def test_f04_old_grants_show_the_wording_that_was_shown(tenant: Tenant, manager: Client) -> None:
    with tenant_scope(tenant.pk):
        sender, phone = SenderNumber.objects.get(name="Offers"), phone_for(e164=PERSON)
        third = [save_wording(name="Form", wording=f"Version {n}: texts", actor=SYSTEM) for n in (1, 2, 3)][2]
        seq = opt_in(
            phone_id=phone, sender_ids=[sender.pk], method="form", event_key="in", actor=SYSTEM,
            evidence=Evidence(disclosure=third.wording),
        ).seq  # fmt: skip
        save_wording(name="Form", wording="Version 4: more texts", actor=SYSTEM)
    page = manager.get(f"/consent/entries/{seq}/").content.decode()
    assert "Version 3: texts" in page and "Version 4" not in page

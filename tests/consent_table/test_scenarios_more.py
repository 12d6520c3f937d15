"""More scenarios in the manner of the given ones (tests/corpus/behaviour_scenarios_more.json), and their tests."""

from __future__ import annotations

import ast
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from consent.models import PhoneNumber
from messaging.actions.receipts import apply_receipts
from messaging.models import Message
from messaging.rules.outcomes import Phase
from tests.carrier import encode, new_sid, post
from tests.consent_table.conftest import IN, Life

TESTS = Path(__file__).parent.parent


def test_every_scenario_has_its_test() -> None:
    for one in json.loads((TESTS / "corpus/behaviour_scenarios_more.json").read_text()):
        name, _, test = one["test"].partition("::")
        tree = ast.parse((TESTS / name).read_text())
        assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, one["id"]


def test_a07_start_of_one_of_two_stopped_numbers(life: Life) -> None:
    life.texts("STOP", to="Offers")
    life.texts("STOP", to="News")
    life.later()
    life.texts("UNSTOP", to="News")
    row = life.row()
    assert (row.status, row.unsubscribed) == ("stopped", True)
    assert (row.permissions["Offers"], row.permissions["News"]) == ("opted_out", "opted_in")


@pytest.mark.parametrize("code", ["30007", "99999"])
def test_c07_no_other_code_is_an_opt_out(life: Life, code: str) -> None:
    sid = new_sid()
    with life.scope():
        Message.objects.create(
            phone_id=life.phone,
            sender=life.senders["Offers"],
            phase=Phase.HANDED,
            sid=sid,
            begun_at=timezone.now(),
            message_class=3,
        )
    fields = {"MessageSid": sid, "MessageStatus": "failed", "ErrorCode": code, "AccountSid": life.account.sid}
    assert post(f"/hooks/twilio/{life.account.inbound_key}/status", encode(fields)).status_code == 204
    apply_receipts(life.tenant.pk)
    assert life.row().permissions == IN and life.row().status == "active"


def test_c10_a_text_from_an_unusable_number_makes_it_usable(life: Life) -> None:
    with life.scope():
        PhoneNumber.objects.filter(pk=life.phone).update(unusable_at=timezone.now() - timedelta(days=1))
    life.texts("hello, are you open today")
    with life.scope():
        assert PhoneNumber.objects.get(pk=life.phone).unusable_at is None

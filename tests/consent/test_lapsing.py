"""Double opt-ins whose time is over, many at once (A13): nobody else's STOP waits for the ledger meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent.actions import ask_opt_in, lapse_requests, phone_for
from consent.actions.recording import lock_phones
from consent.models import ConsentEvent, OptInRequest
from tenants.models import SenderNumber
from tenants.rules import PERSON


def test_lapsing_locks_everybody_before_the_ledgers_head(
    scope: int, sender_a: SenderNumber, sender_b: SenderNumber
) -> None:
    """Mutation tried: a person at a time, each with an entry → the head is held while the next person is waited for."""
    people = [phone_for(e164=f"+1202555015{n}") for n in range(3)]
    for n, (person, sender) in enumerate([*((one, sender_a) for one in people), (people[0], sender_b)]):
        ask_opt_in(phone_id=person, sender_id=sender.pk, event_key=f"f:{n}", actor=PERSON)
    with CaptureQueriesContext(connection) as asked:
        assert lapse_requests(now=timezone.now() + timedelta(days=31)) == 4
    said = [one["sql"] for one in asked.captured_queries]
    locks = [n for n, sql in enumerate(said) if "consent_phonenumber" in sql and "FOR NO KEY UPDATE" in sql]
    heads = [n for n, sql in enumerate(said) if "consent_consenthead" in sql]
    assert locks and heads and max(locks) < min(heads)
    assert not OptInRequest.objects.filter(closed_at=None).exists()
    assert ConsentEvent.objects.filter(kind="lapsed").count() == 4


def test_who_is_asked_again_meanwhile_does_not_lapse(
    scope: int, sender_a: SenderNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutation tried: the requests read before the lock → it lapses with its new time."""
    phone = phone_for(e164="+12025550142")
    ask_opt_in(phone_id=phone, sender_id=sender_a.pk, event_key="f:1", actor=PERSON)
    OptInRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    def waits(phone_ids: Any, *, exclusive: bool) -> Any:
        OptInRequest.objects.update(expires_at=timezone.now() + timedelta(days=30))
        return lock_phones(phone_ids, exclusive=exclusive)

    monkeypatch.setattr("consent.actions.asking.lock_phones", waits)
    assert lapse_requests() == 0 and OptInRequest.objects.get().closed_at is None

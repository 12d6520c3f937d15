"""Channels (B6): an SMS opt-out extends to those that follow it, with the ledger's number as proof.

Mutations tried, each made the test named red:
- the follower: `follows_sms=True` dropped, `moved` not called      → test_only_channels_that_follow_are_opted_out
- the follower: `retired_at=None` dropped                           → test_a_channel_put_away_follows_no_more
- the follower: no look at EXTENDING                                → test_what_is_no_opt_out_extends_to_nothing
- the follower: no look at `recorded_at`    → test_what_happened_before_a_channel_does_not_extend_to_it
- `_extend`: `one.since >` dropped                                  → test_a_newer_opt_in_to_the_channel_stands
- `_extend`: `one.state == OUT` dropped                             → test_who_is_out_already_stays_as_they_were
- an opt-in: no proof, an older one, one of somebody blocked taken  → test_an_opt_in_needs_its_proof
- a moment to come taken as it is; no audit entry                   → test_what_the_team_records_is_kept_and_audited
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from consent import actions as consent
from consent.actions.channels import (
    FOLLOWER,
    channels,
    follow_ledger,
    retire_channel,
    save_channel,
    set_channel_consent,
)
from consent.followers import behind
from consent.models import ChannelConsent
from tenants.models import AuditEntry, SenderNumber
from tenants.rules import PERSON, SYSTEM, Refused

pytestmark = pytest.mark.django_db


def stop(phone: int, sender: SenderNumber, key: str = "stop") -> int:
    return consent.opt_out(
        phone_id=phone, sender_id=sender.pk, reach="number", method="keyword", event_key=key, actor=PERSON
    ).seq


def states() -> dict[str, str]:
    return dict(ChannelConsent.objects.values_list("channel", "state"))


def test_only_channels_that_follow_are_opted_out(make_phone: Any, sender_a: SenderNumber) -> None:
    for code, follows in (("newsletter", True), ("app-push", False)):
        save_channel(code=code, name=code.title(), follows_sms=follows, actor=SYSTEM, new=True)
    assert [one.code for one in channels()] == ["email", "newsletter", "app-push"]
    seq = stop(make_phone(), sender_a)
    assert follow_ledger() is False and follow_ledger() is False
    assert states() == {"newsletter": "opted_out"}
    kept = ChannelConsent.objects.get()
    assert (kept.event, kept.method) == (seq, "keyword")
    assert behind(FOLLOWER) == 0


def test_who_is_out_already_stays_as_they_were(make_phone: Any, sender_a: SenderNumber) -> None:
    save_channel(code="email", name="E-mail", follows_sms=True, actor=SYSTEM)
    phone = make_phone()
    told = set_channel_consent(
        phone_id=phone, channel="email", state="opted_out", actor=SYSTEM, method="phone"
    )
    stop(phone, sender_a)
    follow_ledger()
    kept = ChannelConsent.objects.get()
    assert (kept.method, kept.since, kept.event) == ("phone", told.since, None)


def test_a_channel_put_away_follows_no_more(make_phone: Any, sender_a: SenderNumber) -> None:
    save_channel(code="newsletter", name="Newsletter", follows_sms=True, actor=SYSTEM, new=True)
    retire_channel(code="newsletter", actor=SYSTEM)
    stop(make_phone(), sender_a)
    follow_ledger()
    assert states() == {}


def test_what_is_no_opt_out_extends_to_nothing(make_phone: Any, sender_a: SenderNumber) -> None:
    save_channel(code="email", name="E-mail", follows_sms=True, actor=SYSTEM)
    consent.opt_in(
        phone_id=make_phone(), sender_ids=[sender_a.pk], method="paper", event_key="in", actor=SYSTEM,
        evidence=consent.Evidence(note="signed"),
    )  # fmt: skip
    follow_ledger()
    assert states() == {} and behind(FOLLOWER) == 0


def test_what_happened_before_a_channel_does_not_extend_to_it(
    make_phone: Any, sender_a: SenderNumber
) -> None:
    stop(make_phone(), sender_a)
    save_channel(code="email", name="E-mail", follows_sms=True, actor=SYSTEM)
    follow_ledger()
    assert states() == {}


def test_a_newer_opt_in_to_the_channel_stands(make_phone: Any, sender_a: SenderNumber) -> None:
    save_channel(code="email", name="E-mail", follows_sms=True, actor=SYSTEM)
    phone = make_phone()
    stop(phone, sender_a)
    set_channel_consent(phone_id=phone, channel="email", state="opted_in", actor=SYSTEM, evidence="form 7")
    follow_ledger()
    assert states() == {"email": "opted_in"}


def test_start_does_not_bring_a_channel_back(make_phone: Any, sender_a: SenderNumber) -> None:
    save_channel(code="email", name="E-mail", follows_sms=True, actor=SYSTEM)
    phone = make_phone()
    stop(phone, sender_a)
    later = timezone.now() + timedelta(seconds=2)
    consent.start(phone_id=phone, sender_id=sender_a.pk, event_key="start", occurred_at=later)
    follow_ledger()
    assert states() == {"email": "opted_out"}


def test_an_opt_in_needs_its_proof(make_phone: Any) -> None:
    given: dict[str, Any] = {"phone_id": make_phone(), "channel": "email", "actor": SYSTEM}
    with pytest.raises(Refused) as refused:
        set_channel_consent(**given, state="opted_in")
    assert refused.value.code == "proof_needed"
    set_channel_consent(**given, state="opted_out")
    with pytest.raises(Refused) as refused:
        set_channel_consent(
            **given, state="opted_in", evidence="x", occurred_at=timezone.now() - timedelta(days=1)
        )
    assert refused.value.code == "opted_out_later"
    consent.block(phone_id=given["phone_id"], reason="abuse", event_key="b", actor=SYSTEM)
    with pytest.raises(Refused) as refused:
        set_channel_consent(**given, state="opted_in", evidence="x")
    assert refused.value.code == "blocked"


def test_what_the_team_records_is_kept_and_audited(make_phone: Any) -> None:
    before = timezone.now()
    kept = set_channel_consent(
        phone_id=make_phone(), channel="email", state="opted_in", actor=SYSTEM, evidence="form 7",
        occurred_at=before + timedelta(days=1),
    )  # fmt: skip
    assert before <= kept.since <= timezone.now(), "nothing has happened tomorrow"
    entry = AuditEntry.objects.get(verb="set_channel_consent")
    assert (entry.detail["channel"], entry.detail["state"]) == ("email", "opted_in")


def test_codes_are_checked_and_email_stays(scope: int) -> None:
    for code in ("", "App", "1x", "email", "x" * 21):
        with pytest.raises(Refused):
            save_channel(code=code, name="X", follows_sms=False, actor=SYSTEM, new=True)
    with pytest.raises(Refused):
        retire_channel(code="email", actor=SYSTEM)

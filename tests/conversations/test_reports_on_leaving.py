"""Rates of leaving and the reasons for it, counted by sets, compared with the time before (C3, C4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Campaign
from consent import actions as consent
from contacts.models import Group
from conversations.actions import learning_settings as settings_acts
from conversations.actions.learning import give_reason, own_reasons, shown_reasons
from conversations.rates import rates_of
from conversations.rules.rates import Line, compared, period_of, step_width, steps
from conversations.why_left import why_of
from messaging.models import Broadcast, Message
from tenants.models import AuditEntry, SenderNumber, Tenant
from tenants.rules import PERSON, SYSTEM, Actor, Refused
from tenants.scope import tenant_scope

pytestmark = pytest.mark.django_db
NY = ZoneInfo("America/New_York")
ZONE = "America/New_York"
Told = Callable[..., tuple[int, Message]]


@pytest.fixture
def campaign(scope: int, sender_a: SenderNumber) -> Campaign:
    """“Rolls” to VIP, with its wording at the end, forty delivered."""
    group = Group.objects.create(name="VIP")
    order = Broadcast.objects.create(
        sender=sender_a, text="rolls", footer="Reply STOP to opt out.", status="finished",
        audience={"include": [["group", group.pk]]}, counts={"delivered": 40},
    )  # fmt: skip
    return Campaign.objects.create(  # type: ignore[no-any-return]
        name="Rolls", broadcast=order, sender=sender_a, launched_at=timezone.now(), purpose="marketing"
    )


@pytest.fixture
def told(scope: int, sender_a: SenderNumber, campaign: Campaign) -> Told:
    """told(n, at) → a delivered text to a new person: (phone, message)."""

    def make(n: int, at: datetime) -> tuple[int, Message]:
        phone = consent.phone_for(e164=f"+1202555{n:04d}")
        message = Message.objects.create(
            phone_id=phone,
            sender=sender_a,
            broadcast=campaign.broadcast,
            phase=3,
            receipt=70,
            begun_at=at,
            body="x",
        )
        return phone, message

    return make


def leave(phone: int, message: Message, method: str = "keyword") -> int:
    return consent.opt_out(
        phone_id=phone, sender_id=message.sender_id, reach=consent.Reach.NUMBER, method=method,
        event_key=f"in:{message.pk}", actor=PERSON, answered_message_id=message.pk,
        campaign_ref=message.broadcast_id,
    ).seq  # fmt: skip


def period(days: int = 30) -> object:
    return period_of(days, timezone.now().astimezone(NY))


def test_a_period_is_whole_days_of_the_tenant() -> None:
    now = datetime(2026, 11, 27, 15, 20, tzinfo=NY)
    one = period_of(7, now)
    assert (one.since, one.until) == (datetime(2026, 11, 21, tzinfo=NY), datetime(2026, 11, 28, tzinfo=NY))
    assert one.before == datetime(2026, 11, 14, tzinfo=NY) and one.days == 7


def test_a_chart_has_at_most_31_points() -> None:
    assert [step_width(days) for days in (7, 30, 90, 365)] == [1, 1, 7, 14]
    assert steps({0: 5, 6: 1, 7: 2}, {7: 1}, 14, 7) == [(0, 6, 0), (7, 2, 1)]


def test_few_texts_say_little() -> None:
    assert Line("a", 199, 1).few and not Line("a", 200, 1).few
    assert (compared(5, 3), compared(3, 3), compared(0.5, 0.25, percent=True)) == (
        "2 more than before", "as many as before", "0.25 % before",
    )  # fmt: skip


def test_rates_by_campaign_sender_type_group_and_wording(told: Told, campaign: Campaign) -> None:
    now = timezone.now()
    people = [told(n, now) for n in range(4)]
    leave(*people[0])
    found = rates_of(period(), ZONE)  # type: ignore[arg-type]
    assert [(one.label, one.delivered, one.left) for one in found.campaigns] == [("Rolls", 40, 1)]
    assert found.campaigns[0].percent == 2.5
    assert [(one.label, one.delivered, one.left) for one in found.senders] == [("Offers", 4, 1)]
    assert [(one.label, one.delivered, one.left) for one in found.purposes] == [("Marketing", 4, 1)]
    assert [(one.label, one.left) for one in found.groups] == [("VIP", 1)]
    assert [one.label for one in found.wordings] == ["“Reply STOP to opt out.” at the end"]


def test_an_opt_out_counts_for_the_hour_of_the_text(told: Told) -> None:
    at = (timezone.now().astimezone(NY) - timedelta(days=3)).replace(hour=21, minute=30)
    leave(*told(1, at))
    found = rates_of(period(), ZONE)  # type: ignore[arg-type]
    assert [(one.label, one.delivered, one.left) for one in found.hours if one.delivered] == [("21:00", 1, 1)]
    assert [one.label for one in found.weekdays if one.left] == [f"{at:%A}"]


def test_who_gets_more_texts_leaves_more_often(told: Told, sender_a: SenderNumber) -> None:
    now = timezone.now()
    phone, message = told(1, now)
    told(2, now)
    for _ in range(4):
        Message.objects.create(phone_id=phone, sender=sender_a, phase=3, receipt=70, begun_at=now, body="x")
    leave(phone, message)
    found = rates_of(period(), ZONE)  # type: ignore[arg-type]
    assert [(one.label, one.delivered, one.left) for one in found.frequencies[:3]] == [
        ("1", 1, 0), ("2 to 3", 0, 0), ("4 to 7", 1, 1),
    ]  # fmt: skip


def test_the_period_before_is_compared(told: Told) -> None:
    told(1, timezone.now())
    told(2, timezone.now() - timedelta(days=40))
    told(3, timezone.now() - timedelta(days=41))
    assert rates_of(period(), ZONE).delivered.total == (1, 2)  # type: ignore[arg-type]


def test_imported_opt_outs_are_no_rate(told: Told) -> None:
    leave(*told(1, timezone.now()), method="import")
    assert rates_of(period(), ZONE).gone.total == (0, 0)  # type: ignore[arg-type]


def test_one_sender_alone(told: Told, sender_b: SenderNumber) -> None:
    leave(*told(1, timezone.now()))
    found = rates_of(period(), ZONE, sender_b.pk)  # type: ignore[arg-type]
    assert found.delivered.total == found.gone.total == (0, 0) and found.campaigns == []


@pytest.mark.parametrize(
    ("by", "label"),
    [("campaign", "Rolls"), ("sender", "Offers"), ("wording", "“Reply STOP to opt out.” at the end")],
)
def test_reasons_by_what_they_answered(told: Told, by: str, label: str) -> None:
    now = timezone.now()
    seq = leave(*told(1, now))
    leave(*told(2, now))
    give_reason(phone_id=consent.phone_for(e164="+12025550001"), event_seq=seq, reason_key="too_many")
    found = why_of(period(), ZONE, by=by)  # type: ignore[arg-type]
    assert (found.left, found.said, found.given) == (2, 1, 1)
    assert (found.split.columns, found.split.rows) == (["Too many texts"], [(label, [1], 1)])


def test_the_pages_count_with_a_fixed_number_of_queries(told: Told, manager: Client, tenant: Tenant) -> None:
    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert manager.get(path).status_code == 200
        return len(caught)

    few = asked("/reports/opt-outs/"), asked("/reports/why/?by=campaign")
    for n in range(6):
        phone, message = told(n, timezone.now())
        give_reason(phone_id=phone, event_seq=leave(phone, message), reason_key="other")
    assert (asked("/reports/opt-outs/"), asked("/reports/why/?by=campaign")) <= (few[0] + 1, few[1] + 1)


def test_tables_with_a_chart_above_are_folded(told: Told, manager: Client) -> None:
    told(1, timezone.now())
    page = manager.get("/reports/opt-outs/").content.decode()
    assert re.findall(r'sc-rates-fold"><summary[^>]*><h2 id="(\w+)-title"', page) == ["hours", "weekdays"]
    assert page.count('id="hours"') == 1, "where “Show as table” leads"


def test_the_files_have_every_table_and_every_word(told: Told, agent: Client) -> None:
    phone, message = told(1, timezone.now())
    give_reason(phone_id=phone, event_seq=leave(phone, message), reason_key="other", words="=cmd, the cat")
    rates = b"".join(agent.get("/reports/opt-outs/export/").streaming_content).decode()
    assert "campaigns,Rolls,40,1,2.500" in rates and "hours," in rates
    assert AuditEntry.objects.filter(verb="rates_exported").count() == 1
    reasons = b"".join(agent.get("/reports/why/export/").streaming_content).decode()
    assert "'=cmd, the cat" in reasons and "Something else" in reasons


def test_a_reason_in_use_is_hidden_and_never_deleted(told: Told, actor: Actor) -> None:
    phone, message = told(1, timezone.now())
    seq = leave(phone, message)
    give_reason(phone_id=phone, event_seq=seq, reason_key="too_many")
    reason = own_reasons()[0]
    settings_acts.show_reason(reason_id=reason.pk, shown=False, actor=actor)
    assert "too_many" not in {one.key for one in shown_reasons()}
    assert why_of(period(), ZONE, by="sender").given == 1  # type: ignore[arg-type]
    other = next(one for one in own_reasons() if one.key == "other")
    with pytest.raises(Refused) as refused:
        settings_acts.show_reason(reason_id=other.pk, shown=False, actor=actor)
    assert refused.value.code == "needed"


def test_reasons_are_worded_and_ordered_by_the_team(scope: int, actor: Actor) -> None:
    added = settings_acts.add_reason(label="  The bread   was dry ", actor=actor)
    for _ in range(20):
        settings_acts.move_reason(reason_id=added.pk, up=True, actor=actor)
    assert [one.label for one in shown_reasons()][:2] == ["The bread was dry", "Too many texts"]
    with pytest.raises(Refused) as refused:
        settings_acts.reword_reason(reason_id=added.pk, label="too many TEXTS", actor=actor)
    assert refused.value.code == "reason_exists"


@pytest.mark.parametrize(
    ("name", "value"),
    [("email_every_days", 0), ("complaint_days", 31), ("survey_text", "a\nb"), ("tenant_id", 2)],
)
def test_settings_out_of_bounds_are_refused(scope: int, name: str, value: object) -> None:
    with pytest.raises(Refused) as refused:
        settings_acts.update_learning(changes={name: value}, actor=SYSTEM)
    assert (refused.value.code, refused.value.field) == (f"{name}_invalid", name)


def test_the_settings_page_keeps_what_it_is_told(manager: Client, tenant: Tenant) -> None:
    sent = {"email_on": "on", "email_every_days": "30", "survey_hours": "24", "complaint_days": "3"}
    assert manager.post("/settings/learning/", sent).status_code == 302
    with tenant_scope(tenant.pk):
        kept = settings_acts.learning_settings()
    assert (kept.email_on, kept.email_every_days, kept.survey_on, kept.complaint_days) == (True, 30, False, 3)
    wrong = manager.post("/settings/learning/", sent | {"complaint_days": "0"})
    assert wrong.status_code == 400 and b"greater than or equal to 1" in wrong.content

"""The outbox of notices, read from a real mail server.

Mutations tried, each made the test named red:
- telling: `_queue` makes a row each time                        → test_a_notice_is_sent_once_however_often_it_is_queued
- telling: `_queue` rings no bell                                → the same
- telling: `notify_team` tells every role                        → test_with_nobody_named_owners_and_managers_are_told
- outbox: `record` does not look at `is_final`     → test_after_three_days_it_is_given_up_with_the_reason
- outbox: `record` does not look at `result.final`  → test_a_refused_address_is_given_up_and_the_others_are_sent
- outbox: `_claim` takes what is not due yet                     → test_a_mail_server_that_is_away_is_tried_again
- outbox: results recorded after the whole run only            → test_a_worker_that_is_stopped_repeats_nothing
- outbox: the e-mail over which it was stopped is not recorded → test_one_slow_mail_does_not_keep_the_others
- outbox: no end of a turn, or no beat before each    → test_a_slow_server_is_recorded_and_the_lease_renewed_by_turns
- outbox: `beat` not listened to                      → test_who_lost_the_lease_sends_no_more
- outbox: no end of a run                             → test_a_run_ends_and_the_rest_is_due_at_once
- outbox: a retired sender number is taken                       → test_a_retired_number_sends_no_notice
- replies: `queue_notice` does not ask `may_text`                → test_a_team_number_that_opted_out_gets_nothing
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import EmailMessage
from django.test import override_settings
from django.utils import timezone

from consent import actions as consent
from conversations.actions import outbox
from conversations.actions.telling import notify_team, queue_email, queue_team_text
from conversations.models.telling import Notification
from messaging.models import Message
from tenants.actions import retire_sender
from tenants.models import Due, SenderNumber, Tenant, User
from tenants.rules import PERSON, SYSTEM, Role
from tenants.scope import tenant_scope
from tests.receivers import Mailbox, html, mail_server, plain

pytestmark = pytest.mark.django_db
TEAM = "+12025550177"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as found:
        yield found


def queue(tenant: Tenant, to: str = "team@example.org", key: str = "k") -> None:
    with tenant_scope(tenant.pk):
        queue_email(to=to, subject="One\nline", text="Words", html="<p>Words</p>", event_key=key)


def only(tenant: Tenant) -> Notification:
    with tenant_scope(tenant.pk):
        return Notification.objects.get()  # type: ignore[no-any-return]


def test_a_notice_is_sent_once_however_often_it_is_queued(tenant: Tenant, box: Mailbox) -> None:
    queue(tenant)
    queue(tenant)
    assert Due.objects.filter(kind="outbox", tenant=tenant).exists()
    assert outbox.deliver(tenant.pk) is None
    assert outbox.deliver(tenant.pk) is None
    (sent,) = box.mails
    assert (sent["To"], sent["Subject"]) == ("team@example.org", "One line")
    assert (plain(sent).strip(), html(sent).strip()) == ("Words", "<p>Words</p>")
    assert sent["Message-ID"].startswith("<notice-") and sent["Auto-Submitted"] == "auto-generated"
    assert only(tenant).state == "sent"


def test_a_mail_server_that_is_away_is_tried_again(tenant: Tenant, box: Mailbox) -> None:
    queue(tenant)
    with override_settings(EMAIL_PORT=1):
        again = outbox.deliver(tenant.pk)
    waiting = only(tenant)
    assert (waiting.state, waiting.tries) == ("waiting", 1) and "could not be reached" in waiting.reason
    assert again is not None and timedelta(seconds=5) < again - timezone.now() < timedelta(seconds=11)
    with tenant_scope(tenant.pk):
        Notification.objects.update(next_try_at=timezone.now())
    assert outbox.deliver(tenant.pk) is None and len(box.mails) == 1


def test_after_three_days_it_is_given_up_with_the_reason(tenant: Tenant) -> None:
    queue(tenant)
    away = override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_PORT=1)
    for hours in (71, 73):
        with tenant_scope(tenant.pk):
            now = timezone.now()
            Notification.objects.update(tries=30, next_try_at=now, created_at=now - timedelta(hours=hours))
        with away:
            again = outbox.deliver(tenant.pk)
        assert (again is None) == (hours == 73)
    assert only(tenant).state == "given_up" and only(tenant).reason


def test_a_refused_address_is_given_up_and_the_others_are_sent(tenant: Tenant, box: Mailbox) -> None:
    box.refuse = lambda address: "550 no such user" if address.startswith("gone") else None
    queue(tenant, "gone@example.org", "a")
    queue(tenant, "team@example.org", "b")
    assert outbox.deliver(tenant.pk) is None
    assert [mail["To"] for mail in box.mails] == ["team@example.org"]
    with tenant_scope(tenant.pk):
        gone = Notification.objects.get(event_key="a")
    assert gone.state == "given_up" and "550" in gone.reason


def test_with_nobody_named_owners_and_managers_are_told(
    tenant: Tenant, member: User, make_user: Callable[..., User]
) -> None:
    for role in (Role.AGENT, Role.VIEWER):
        make_user(role)
    with tenant_scope(tenant.pk):
        told = notify_team(subject="S", text="T", event_key="k")
        assert [row.recipient for row in told] == [member.email]


def test_a_team_number_that_opted_out_gets_nothing(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        sender = SenderNumber.objects.get(name="Offers")
        queue_team_text(to=TEAM, sender_id=sender.pk, text="One", event_key="one")
    outbox.deliver(tenant.pk)
    with tenant_scope(tenant.pk):
        assert Message.objects.get().body == "One"
        consent.opt_out(
            phone_id=consent.phone_for(e164=TEAM), sender_id=sender.pk, reach="number", method="keyword",
            event_key="stop", actor=PERSON,
        )  # fmt: skip
        queue_team_text(to=TEAM, sender_id=sender.pk, text="Two", event_key="two")
    outbox.deliver(tenant.pk)
    with tenant_scope(tenant.pk):
        assert Message.objects.count() == 1
        refused = Notification.objects.get(event_key="two")
        assert refused.state == "given_up" and "gets no texts" in refused.reason


def test_a_retired_number_sends_no_notice(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        sender = SenderNumber.objects.get(name="Offers")
        queue_team_text(to=TEAM, sender_id=sender.pk, text="One", event_key="one")
        retire_sender(sender_id=sender.pk, actor=SYSTEM)
    outbox.deliver(tenant.pk)
    assert only(tenant).state == "given_up" and "not used any more" in only(tenant).reason
    with tenant_scope(tenant.pk):
        assert not Message.objects.exists()


class Slow:
    """A mail server by the clock: each e-mail takes `seconds`; over the `stops`-th the worker is stopped."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: float = 0, stops: int = 0) -> None:
        self.went: list[str] = []
        self.clock, self.tried, self.seconds, self.stops = 0.0, 0, seconds, stops
        self.stuck = ""
        monkeypatch.setattr(outbox, "get_connection", lambda **_: self)
        monkeypatch.setattr(outbox.time, "monotonic", lambda: self.clock)

    def open(self) -> None: ...

    def close(self) -> None: ...

    def send_messages(self, messages: list[EmailMessage]) -> int:
        self.tried += 1
        (to,) = messages[0].to
        if self.tried == self.stops or to == self.stuck:
            raise SoftTimeLimitExceeded
        self.clock += self.seconds
        self.went.append(to)
        return 1


def several(tenant: Tenant, count: int) -> list[str]:
    names = [f"p{n}@example.org" for n in range(count)]
    for name in names:
        queue(tenant, name, name)
    return names


def states(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant.pk):
        return list(Notification.objects.order_by("id").values_list("state", flat=True))


def test_a_worker_that_is_stopped_repeats_nothing(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    names, server = several(tenant, 4), Slow(monkeypatch, stops=3)
    with pytest.raises(SoftTimeLimitExceeded):
        outbox.deliver(tenant.pk)
    assert states(tenant) == ["sent", "sent", "waiting", "waiting"]
    with tenant_scope(tenant.pk):
        Notification.objects.filter(state="waiting").update(next_try_at=timezone.now())
    outbox.deliver(tenant.pk)
    assert server.went == names


def test_one_slow_mail_does_not_keep_the_others(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    names, server = several(tenant, 3), Slow(monkeypatch)
    server.stuck = names[0]
    with pytest.raises(SoftTimeLimitExceeded):
        outbox.deliver(tenant.pk)
    again = outbox.deliver(tenant.pk)
    assert server.went == names[1:] and again is not None and again > timezone.now()


def test_a_slow_server_is_recorded_and_the_lease_renewed_by_turns(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    names, server = several(tenant, 6), Slow(monkeypatch, seconds=6)
    beats: list[tuple[float, int]] = []
    outbox.deliver(tenant.pk, beat=lambda: beats.append((server.clock, states(tenant).count("sent"))))
    assert beats == [(0, 0), (18, 3)] and server.went == names


def test_who_lost_the_lease_sends_no_more(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    several(tenant, 6)
    server = Slow(monkeypatch, seconds=6)
    outbox.deliver(tenant.pk, beat=lambda: server.clock == 0)
    assert len(server.went) == 3 and states(tenant).count("waiting") == 3


def test_a_run_ends_and_the_rest_is_due_at_once(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    several(tenant, 12)
    server = Slow(monkeypatch, seconds=6)
    again = outbox.deliver(tenant.pk)
    assert len(server.went) == 9 and again is not None and again <= timezone.now()
    outbox.deliver(tenant.pk)
    assert len(set(server.went)) == len(server.went) == 12

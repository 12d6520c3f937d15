"""The outbox of notices, read from a real mail server.

Mutations tried, each made the test named red:
- telling: `_queue` makes a row each time                        → test_a_notice_is_sent_once_however_often_it_is_queued
- telling: `_queue` rings no bell                                → the same
- telling: `notify_team` tells every role                        → test_with_nobody_named_owners_and_managers_are_told
- outbox: `record` does not look at `is_final`     → test_after_nine_failures_it_is_given_up_with_the_reason
- outbox: `record` does not look at `result.final`  → test_a_refused_address_is_given_up_and_the_others_are_sent
- outbox: `_claim` takes what is not due yet                     → test_a_mail_server_that_is_away_is_tried_again
- outbox: a retired sender number is taken                       → test_a_retired_number_sends_no_notice
- replies: `queue_notice` does not ask `may_text`                → test_a_team_number_that_opted_out_gets_nothing
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
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


def test_after_nine_failures_it_is_given_up_with_the_reason(tenant: Tenant) -> None:
    queue(tenant)
    with tenant_scope(tenant.pk):
        Notification.objects.update(tries=8)
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_PORT=1):
        assert outbox.deliver(tenant.pk) is None
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

"""The e-mail after an opt-out, read from a real mail server: who gets it, what it says, where it leads (C2).

Mutations tried, each turned the test named red:
- the addresses that were told to stop not asked            → test_an_address_that_said_no_gets_none
- FollowUp rows of the last days not asked                  → test_a_second_opt_out_brings_no_second_e_mail
- `actor_kind == person` left out                           → test_what_the_team_recorded_brings_none
- FRESH left out                                            → test_switching_it_on_writes_to_nobody_of_the_past
- mail: `leave_mail` writes state and since only            → test_one_click_of_the_mail_program_ends_e_mail
- the GET of either page acting as its POST                 → test_looking_changes_nothing
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from consent import actions as consent
from consent.actions import channels
from consent.followers import behind
from consent.models import ChannelConsent, ConsentEvent, PhoneNumber
from contacts.models import Contact
from conversations.actions import follow_ups, outbox
from conversations.actions.people import record_opt_out
from conversations.models.learning import Complaint, FollowUp, LearningSettings, ReasonGiven
from conversations.models.telling import Notification
from tenants.models import (
    ProviderAccount,
    SenderNumber,
    Tenant,
    User,
    WebhookDelivery,
    WebhookEndpoint,
)
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope
from tests.carrier import text
from tests.conversations.mail_server import mail_server

pytestmark = pytest.mark.django_db
Post = Callable[[], list[EmailMessage]]


@pytest.fixture
def agreed(tenant: Tenant, ada: Contact) -> Contact:
    """Ada agreed to e-mail, and the tenant asks why."""
    with tenant_scope(tenant.pk):
        LearningSettings.objects.create(email_on=True)
        ChannelConsent.objects.create(phone_id=ada.phone_id, channel="email", state="opted_in")
    return ada


@pytest.fixture
def post(tenant: Tenant, settings: Any) -> Iterator[Post]:
    """post() lets the follower read, the outbox send, and answers the letters that came."""
    with mail_server() as (port, letters):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False

        def delivered() -> list[EmailMessage]:
            read_on(tenant)
            outbox.deliver(tenant.pk)
            return letters

        yield delivered


def read_on(tenant: Tenant) -> None:
    """Both followers read: whom an opt-out keeps from e-mail too is written before anybody is asked why."""
    with tenant_scope(tenant.pk):
        channels.follow_ledger()
        follow_ups.follow_ledger(tenant.pk)


def stop(tenant: Tenant, offers: SenderNumber, body: str = "STOP", sid: str | None = None) -> None:
    with tenant_scope(tenant.pk):
        account = ProviderAccount.objects.get()
    assert text(account, body, to=offers.address, sid=sid).status_code == 200


def links(letter: EmailMessage, kind: str) -> list[str]:
    plain = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    return re.findall(rf"https?://[^/\s]+(/p/{kind}/\S+)", plain)


def test_the_letter_asks_why_and_says_how_to_come_back(
    tenant: Tenant, agreed: Contact, offers: SenderNumber, post: Post
) -> None:
    stop(tenant, offers)
    (letter,) = post()
    plain = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    html = letter.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert letter["To"] == "demo0142@example.org" and "Demo Bakery" in letter["Subject"]
    for words in ("Too many texts", "text START to", "Demo Bakery"):
        assert words in plain
    assert "+1 202-555-0110" in plain and "+1 202-555-0110" in html and "<b>START</b>" in html
    assert len(links(letter, "why")) == 8 and html.count("/p/why/") == 8
    assert re.search(r"https?://\S+/u/\w{16,}", plain) and "/u/" in html
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert links(letter, "no-more-mail")[0] in letter["List-Unsubscribe"]


@pytest.mark.parametrize("meanwhile", ["opted out of e-mail", "came back", "has another address"])
def test_nobody_gets_it_who_does_not_want_it_by_the_time_it_leaves(
    tenant: Tenant, agreed: Contact, offers: SenderNumber, post: Post, meanwhile: str
) -> None:
    """The mail server was down: what waited is looked at again."""
    stop(tenant, offers)
    read_on(tenant)
    with tenant_scope(tenant.pk):
        assert Notification.objects.get(event_key__startswith="why:").state == "waiting"
        if meanwhile == "opted out of e-mail":
            channels.set_channel_consent(
                phone_id=agreed.phone_id, channel="email", state="opted_out", actor=SYSTEM
            )
        elif meanwhile == "came back":
            later = timezone.now() + timedelta(seconds=2)
            consent.start(phone_id=agreed.phone_id, sender_id=offers.pk, event_key="s", occurred_at=later)
        else:
            Contact.objects.filter(pk=agreed.pk).update(email="another@example.org")
    assert post() == []
    with tenant_scope(tenant.pk):
        row = Notification.objects.get(event_key__startswith="why:")
        assert (row.state, row.reason) == ("given_up", "Not sent: by now they do not want it.")


def test_nobody_is_asked_before_it_is_known_what_the_stop_reaches(
    tenant: Tenant, agreed: Contact, offers: SenderNumber, post: Post
) -> None:
    with tenant_scope(tenant.pk):
        channels.save_channel(code="email", name="E-mail", follows_sms=True, actor=SYSTEM)
    stop(tenant, offers)
    with tenant_scope(tenant.pk):
        assert follow_ups.follow_ledger(tenant.pk) is False and behind(follow_ups.FOLLOWER) > 0
    assert post() == []
    with tenant_scope(tenant.pk):
        assert behind(follow_ups.FOLLOWER) == 0 and not FollowUp.objects.exists()


@pytest.mark.parametrize("state", ["", "opted_out"])
def test_nobody_gets_it_without_having_agreed_to_e_mail(
    tenant: Tenant, agreed: Contact, offers: SenderNumber, post: Post, state: str
) -> None:
    with tenant_scope(tenant.pk):
        ChannelConsent.objects.all().delete()
        if state:
            ChannelConsent.objects.create(phone_id=agreed.phone_id, channel="email", state=state)
    stop(tenant, offers)
    assert post() == []


def test_an_address_that_said_no_gets_none(
    tenant: Tenant, agreed: Contact, offers: SenderNumber, post: Post
) -> None:
    """Two people share an address, and one of them told it to stop."""
    with tenant_scope(tenant.pk):
        phone = consent.phone_for(e164="+12025550143")
        Contact.objects.create(phone_id=phone, email=agreed.email)
        ChannelConsent.objects.create(phone_id=phone, channel="email", state="opted_out")
    stop(tenant, offers)
    assert post() == []


def test_switched_off_or_blocked_nobody_gets_it(
    tenant: Tenant, agreed: Contact, offers: SenderNumber, post: Post
) -> None:
    with tenant_scope(tenant.pk):
        consent.block(phone_id=agreed.phone_id, reason="demo", event_key="b", actor=SYSTEM)
    stop(tenant, offers)
    assert post() == []
    with tenant_scope(tenant.pk):
        PhoneNumber.objects.filter(pk=agreed.phone_id).update(blocked_at=None)
        LearningSettings.objects.update(email_on=False)
    stop(tenant, offers)
    assert post() == []


def test_a_second_opt_out_brings_no_second_e_mail(
    tenant: Tenant, agreed: Contact, offers: SenderNumber, post: Post
) -> None:
    stop(tenant, offers)
    assert len(post()) == 1
    come_and_go(tenant, offers)
    assert len(post()) == 1
    with tenant_scope(tenant.pk):
        FollowUp.objects.update(made_at=timezone.now() - timedelta(days=91))
    come_and_go(tenant, offers)
    assert len(post()) == 2


def come_and_go(tenant: Tenant, offers: SenderNumber) -> None:
    """Back and out again; at the same second as the STOP before it, a START would have no effect."""
    time.sleep(1.1)
    stop(tenant, offers, "START")
    stop(tenant, offers)
    with tenant_scope(tenant.pk):
        assert list(ConsentEvent.objects.order_by("-seq").values_list("kind", flat=True)[:2]) == [
            "opt_out",
            "opt_in",
        ]


def test_what_the_team_recorded_brings_none(tenant: Tenant, agreed: Contact, post: Post) -> None:
    with tenant_scope(tenant.pk):
        record_opt_out(phone_id=agreed.phone_id, key="k", how="phone", words="no more", actor=SYSTEM)
    assert post() == []


def test_switching_it_on_writes_to_nobody_of_the_past(
    tenant: Tenant, agreed: Contact, offers: SenderNumber, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop(tenant, offers)
    later = timezone.now() + timedelta(days=2)
    monkeypatch.setattr("conversations.actions.follow_ups.timezone.now", lambda: later)
    assert post() == []


def test_looking_changes_nothing(
    tenant: Tenant, agreed: Contact, offers: SenderNumber, post: Post, client: Client
) -> None:
    stop(tenant, offers)
    (letter,) = post()
    for path in (links(letter, "why")[0], links(letter, "no-more-mail")[0]):
        page = client.get(path)
        assert page.status_code == 200 and "noindex" in page["X-Robots-Tag"]
        assert client.head(path).status_code == 200
    with tenant_scope(tenant.pk):
        assert not ReasonGiven.objects.exists()
        assert ChannelConsent.objects.get().state == "opted_in"


def test_a_reason_chosen_in_the_mail_is_kept_by_the_button(
    tenant: Tenant, agreed: Contact, offers: SenderNumber, post: Post
) -> None:
    stop(tenant, offers)
    path = links(post()[0], "why")[1]
    browser = Client(enforce_csrf_checks=True)
    page = browser.get(path).content.decode()
    assert re.search(r'value="not_relevant" checked', page)
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)', page)[1]  # type: ignore[index]
    sent = {"reason": "not_relevant", "words": "I am vegan", "csrfmiddlewaretoken": token}
    done = browser.post(path.partition("?")[0], sent, follow=True)
    assert b"Thank you" in done.content and b"I am vegan" in done.content
    with tenant_scope(tenant.pk):
        given = ReasonGiven.objects.get()
        assert (given.reason.key, given.how, given.sender_id) == ("not_relevant", "email", offers.pk)
        assert FollowUp.objects.get().opened_at is not None


def test_one_click_of_the_mail_program_ends_e_mail(
    tenant: Tenant, agreed: Contact, offers: SenderNumber, post: Post
) -> None:
    stop(tenant, offers)
    path = links(post()[0], "no-more-mail")[0]
    with tenant_scope(tenant.pk):
        ChannelConsent.objects.update(method="form", evidence="I agree to e-mail", event=1)
        WebhookEndpoint.objects.create(url="https://example.org/hook", events=["channel.changed"])
    program = Client(enforce_csrf_checks=True)
    answer = program.post(
        path, b"List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200 and b"No more e-mail" in answer.content
    with tenant_scope(tenant.pk):
        kept = ChannelConsent.objects.get()
        assert (kept.state, kept.method, kept.actor_label) == ("opted_out", "web", "the person")
        assert kept.evidence.startswith("No more e-mail"), "not the words by which they once agreed"
        assert WebhookDelivery.objects.get().payload["state"] == "opted_out"


def test_a_forged_link_leads_nowhere(
    tenant: Tenant, agreed: Contact, offers: SenderNumber, post: Post, client: Client
) -> None:
    stop(tenant, offers)
    path = links(post()[0], "why")[0].partition("?")[0]
    assert client.get(path[:-2] + "x/").status_code == 404
    mail = path.replace("/p/why/", "/p/no-more-mail/")
    assert client.post(mail).status_code == 404


def test_their_own_words_are_a_reason_and_a_complaint(
    tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    stop(
        tenant,
        offers,
        "Stop texting me, way too many messages. I never signed up, my lawyer will hear of this",
    )
    read_on(tenant)
    with tenant_scope(tenant.pk):
        complaint = Complaint.objects.get()
        given = ReasonGiven.objects.get()
        assert complaint.about == "Talks of the law: “lawyer”" and complaint.phone_id == ada.phone_id
        assert (given.reason.key, given.how) == ("never_signed_up", "text") and given.matched_by


def test_erasure_takes_the_words(tenant: Tenant, ada: Contact, offers: SenderNumber, member: User) -> None:
    stop(tenant, offers, "Stop texting me, too many messages, I will report you")
    read_on(tenant)
    with tenant_scope(tenant.pk):
        assert ReasonGiven.objects.get().words and Complaint.objects.get().words
        consent.erase(phone_id=ada.phone_id, event_key="e", actor=SYSTEM)
    read_on(tenant)
    with tenant_scope(tenant.pk):
        given, complaint = ReasonGiven.objects.get(), Complaint.objects.get()
        assert (given.words, given.matched_by, complaint.words) == ("", "", "")
        assert given.reason.key == "too_many"
        assert ConsentEvent.objects.filter(kind="erased").exists()

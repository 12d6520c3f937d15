"""A tenant with a row of every model, for the staff admin's tests."""

from __future__ import annotations

import uuid
from typing import Any

from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign
from consent.actions import Evidence, Reach, block, hold, opt_in, opt_out, phone_for
from consent.models import (
    Channel,
    ChannelConsent,
    Disclosure,
    EvidenceFile,
    KeywordSet,
    LedgerCursor,
    OptInRequest,
)
from contacts.actions import groups, people
from contacts.models import (
    BulkJob,
    Contact,
    ContactTag,
    ExportJob,
    FieldDefinition,
    GroupMember,
    ImportJob,
    ImportRow,
    Segment,
)
from conversations.actions import bots
from conversations.actions.complaints import open_complaint
from conversations.actions.learning import give_reason
from conversations.models.bots import BotRun
from conversations.models.learning import FollowUp, LearningSettings, SurveyAsked
from conversations.models.leaving import PolicyText, Wish
from conversations.models.reviews import Review
from conversations.models.signup import Signup, SignupForm, SignupTally
from conversations.models.telling import NoticeItem, Notification, NotificationRule
from conversations.models.words import WordTrial
from messaging.models import Attempt, Broadcast, ConsentPush, Message, RawWebhook, Template, Thread
from tenants import actions, due
from tenants.actions import invitations
from tenants.models import IdempotencyKey, SenderNumber, Tenant, User, WebhookDelivery, WebhookEndpoint
from tenants.rules import PERSON, SYSTEM, Role
from tenants.scope import tenant_scope

CANARY = "Canary"
TOKEN = "test-token-" + "1" * 21


def log_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def fill(tenant: Tenant, word: str, number: int = 42, again: bool = False) -> Contact:
    """Rows of every kind whose texts begin with `word`; `again`: only another person."""
    with tenant_scope(tenant.pk):
        sender = SenderNumber.objects.get(name__endswith="Offers")
        contact = people.create_contact(
            number=f"+120255501{number:02d}", details=people.Details(word, "Contact", f"{word}@example.org"),
            actor=SYSTEM,
        )  # fmt: skip
        groups.ensure_system_groups()
        if not again:
            _once(tenant, word, sender, contact)
        _consent(contact.phone_id, sender, word, uuid.uuid4().hex)
        return contact


def _consent(phone: int, sender: SenderNumber, word: str, key: str) -> None:
    text = Message.objects.create(
        direction=1, phone_id=phone, sender=sender, body=f"{word} text", phase=3, sid=f"SM{key}"
    )
    opt_in(
        phone_id=phone, sender_ids=[sender.pk], method="paper", event_key=f"in:{key}", actor=SYSTEM,
        evidence=Evidence(note=f"{word} paper", disclosure=f"{word} disclosure"),
    )  # fmt: skip
    opt_out(
        phone_id=phone, sender_id=sender.pk, reach=Reach.NUMBER, method="keyword", event_key=f"out:{key}",
        actor=PERSON, evidence=Evidence(words=f"{word} STOP"), answered_message_id=text.pk,
        campaign_ref=Broadcast.objects.values_list("pk", flat=True).first(),
    )  # fmt: skip


def _members(tenant: Tenant, word: str) -> None:
    user = User.objects.create_user(f"{word.lower()}.member@example.org", "x" * 14, name=f"{word} Member")
    actions.set_member(tenant=tenant, user=user, role=Role.OWNER, actor=SYSTEM)
    invitations.invite(
        email=f"{word.lower()}.new@example.org", name=f"{word} New", role=Role.AGENT, actor=SYSTEM
    )


def _once(tenant: Tenant, word: str, sender: SenderNumber, contact: Contact) -> None:
    now = timezone.now()
    SenderNumber.objects.filter(pk=sender.pk).update(name=f"{word} Offers")
    _members(tenant, word)
    actions.make_api_key(name=f"{word} key", scopes=["read"], actor=SYSTEM)
    IdempotencyKey.objects.create(key=f"{word} key", route="/x", body_digest=b"x" * 32)
    endpoint = WebhookEndpoint.objects.create(url=f"https://example.org/{word}", events=["opt_out"])
    WebhookDelivery.objects.create(endpoint=endpoint, event_key=f"{word} event", payload={"word": word})
    due.put("ledger", tenant.pk)
    _contacts(word, contact)
    broadcast = Broadcast.objects.create(sender=sender, text=f"{word} text", status="finished")
    Campaign.objects.create(
        name=f"{word} campaign", sender=sender, text=word, broadcast=broadcast, launched_at=now
    )
    sent = Message.objects.create(
        phone_id=contact.phone_id, sender=sender, body=f"{word} out", broadcast=broadcast
    )
    Attempt.objects.create(message_id=sent.pk)
    RawWebhook.objects.create(kind="inbound", key=f"{word} key", body=f"Body={word}".encode())
    Template.objects.create(name=f"{word} template", text=word)
    Thread.objects.create(phone_id=contact.phone_id, sender=sender, last_text=word)
    disclosure = Disclosure.objects.create(name=f"{word} form", wording=f"{word} wording")
    form = SignupForm.objects.create(name=f"{word} form", key=word, disclosure=disclosure)
    Signup.objects.create(
        form=form, phone_id=contact.phone_id, sender=sender, token=word, way="page", result="asked"
    )
    SignupTally.objects.create(bucket=f"{word} bucket", since=now)
    _bot(word, contact, sender, sent)
    PolicyText.objects.create(page="terms", text=f"{word} terms")
    Wish.objects.create(phone_id=contact.phone_id, way="news", label=f"{word} news", wording=word)
    _learning(word, contact, sender)
    KeywordSet.objects.create(language="es", stop_words=[word])
    WordTrial.objects.create(language="es", stop_words=[word], since=now)
    LedgerCursor.objects.get_or_create(follower=word.lower())
    other = phone_for(e164="+12025550199")
    OptInRequest.objects.create(phone_id=other, sender=sender, disclosure=disclosure, expires_at=now)
    ChannelConsent.objects.create(phone_id=other, channel=word.lower(), state="opted_in")
    Channel.objects.create(code=word.lower(), name=f"{word} channel")
    rule = NotificationRule.objects.create(
        name=f"{word} rule", whats=["opted_out"], addresses=[f"{word}@example.org"]
    )
    NoticeItem.objects.create(rule=rule, event_key=f"{word} event", what="opted_out")
    Notification.objects.create(
        rule=rule, recipient=f"{word}@example.org", subject=f"{word} notice", event_key="k"
    )
    hold(phone_id=other, reason="under_review", event_key=f"{word} hold")
    Review.objects.create(phone_id=other, sender=sender, event_key=f"{word} hold", rule=word.lower())
    block(phone_id=other, reason=f"{word} reason", event_key=f"{word} block", actor=SYSTEM)


def _learning(word: str, contact: Contact, sender: SenderNumber) -> None:
    LearningSettings.objects.create(survey_text=f"{word} question")
    give_reason(
        phone_id=contact.phone_id, event_seq=None, key=word, reason_key="other", words=f"{word} reason"
    )
    FollowUp.objects.create(phone_id=contact.phone_id, event_seq=1)
    SurveyAsked.objects.create(phone_id=contact.phone_id, sender=sender, group_name=f"{word} group")
    ConsentPush.objects.create(
        phone_id=contact.phone_id, sender=sender, account_id=sender.account_id, seq=1, correlation=word, source=word,
        error=word, occurred_at=timezone.now(),
    )  # fmt: skip
    open_complaint(key=word, source="team", about=f"{word} about", words=word, who=word, actor=SYSTEM)


def _bot(word: str, contact: Contact, sender: SenderNumber, sent: Message) -> None:
    steps = [{"kind": "notify", "settings": {"text": word}}]
    content = {"name": f"{word} bot", "words": [f"{word}s"], "actions": steps}
    bot = bots.create_bot(actor=SYSTEM, content=content)
    BotRun.objects.create(
        bot=bot,
        version=1,
        message_id=sent.pk,
        phone_id=contact.phone_id,
        sender=sender,
        matched=word,
        steps=[],
    )


def _contacts(word: str, contact: Contact) -> None:
    EvidenceFile.objects.create(
        name=f"{word} form.pdf", kind="pdf", size=9, sha256=b"x" * 32, path=word, actor_kind="member"
    )
    group = groups.create_group(name=f"{word} group", actor=SYSTEM)
    tag = groups.create_tag(name=f"{word} tag", actor=SYSTEM)
    GroupMember.objects.create(group=group, contact=contact)
    ContactTag.objects.create(tag=tag, contact=contact)
    groups.set_policy(leave_groups=[group.pk], add_tags=[tag.pk], actor=SYSTEM)
    FieldDefinition.objects.create(key=word.lower(), label=f"{word} field")
    Segment.objects.create(name=f"{word} segment", query={})
    job = ImportJob.objects.create(file="x", file_name=f"{word}.csv")
    ImportRow.objects.create(job=job, line=1, outcome="blocked", cells=[word])
    ExportJob.objects.create(kind="contacts", query={"q": word})
    BulkJob.objects.create(verb="add_tag", query={"q": word})

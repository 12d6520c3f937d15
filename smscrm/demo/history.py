"""A believable past for the demo bakery: an import with proof, a campaign just sent, people who left and came back."""

from __future__ import annotations

import random
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from campaigns import actions as campaigns
from campaigns.models import Campaign
from consent import actions as consent
from consent.models import Disclosure
from consent.rules.evidence import Evidence
from contacts.actions import groups, import_run, imports
from contacts.models import Contact, ContactTag, Group, GroupMember, ImportJob, Tag
from conversations.actions import reviews, signup_forms
from messaging.actions.counts import refresh_counts
from messaging.actions.inbound import touch_thread
from messaging.models import Broadcast, Message
from messaging.models.messages import Direction, MessageClass
from messaging.rules.outcomes import NotSent, Phase, Receipt
from messaging.rules.parts import count_parts
from smscrm.demo import leaving, people, talking
from tenants.models import SenderNumber, Tenant, User
from tenants.rules import PERSON, Actor, ActorKind, Role
from tenants.scope import tenant_scope

PEOPLE = 640
WORDING = "I agree to about 4 offers a month from Demo Bakery by text. Reply STOP to opt out, HELP for help."
HARVEST = "Demo Bakery: our harvest loaf is back, 2 for 1 until Sunday."
FOOTER = "Reply STOP to opt out."
#: Replies that somebody must read, and the hours left for it.
UNCLEAR = (
    ("I thought I asked you to leave me out of the gluten free one", 2.7),
    ("who is this", 5.2),
    ("no more today thanks, still full", 7),
    ("I think I have had enough for now", 20),
)
WORDS = (
    "STOP",
    "Stop",
    "please stop",
    "unsubscribe",
    "STOP",
    "stop texting me",
    "take me off your list",
    "END",
)


def fill(tenant: Tenant) -> None:
    """Contacts, groups, a sent campaign, replies, opt-outs, blocks, holds, and a draft."""
    actor = _manager(tenant)
    dice = random.Random(11)
    _import(tenant, actor)
    with tenant_scope(tenant.pk):
        _sort_into_groups(actor, dice)
        broadcast = _just_now(actor)
        refresh_counts(broadcast.pk, force=True)
        _replies(broadcast, actor, dice)
        leaving.fill(actor, dice)
        _drafts(actor)
        _sign_up_form(actor)
    talking.fill(tenant, actor)


def _manager(tenant: Tenant) -> Actor:
    user = User.objects.get(memberships__tenant=tenant, memberships__role=Role.MANAGER)
    return Actor(ActorKind.MEMBER, user.pk, str(user), Role.MANAGER)


def _import(tenant: Tenant, actor: Actor) -> None:
    """The real import, run here rather than by a worker."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "market-stall.csv"
        people.write(path, PEOPLE, seed=3)
        with tenant_scope(tenant.pk):
            senders = list(SenderNumber.objects.exclude(name="Reminders").values_list("pk", flat=True))
            Disclosure.objects.create(name="Market stall", version=1, wording=WORDING)
            job = imports.prepare_import(
                chunks=[path.read_bytes()], file_name=path.name, actor=actor, user_id=actor.id
            )
            imports.set_evidence(
                job_id=job.pk,
                actor=actor,
                today=timezone.localdate(),
                answer={
                    "kind": "contacts",
                    "proof": True,
                    "method": "paper",
                    "date": date(2025, 3, 12).isoformat(),
                    "wording": WORDING,
                    "note": "Sheets of the market stall, 14 pages, in the office.",
                    "senders": senders,
                },
            )
            imports.set_columns(job_id=job.pk, targets=list(job.mapping["targets"]), actor=actor)
            ImportJob.objects.filter(pk=job.pk).update(status="waiting")
    settings.FILES_ROOT.mkdir(parents=True, exist_ok=True)
    while not import_run.run(tenant.pk, job.pk):
        pass


def _sort_into_groups(actor: Actor, dice: random.Random) -> None:
    ids = list(Contact.objects.order_by("pk").values_list("pk", flat=True))
    for name, share in (("VIP", 0.85), ("Holiday", 0.5), ("Wholesale", 0.08), ("Web form", 0.2)):
        group = groups.create_group(name=name, actor=actor)
        GroupMember.objects.bulk_create(
            [GroupMember(group=group, contact_id=pk) for pk in ids if dice.random() < share]
        )
    Group.objects.filter(name="Holiday").update(word="HOLIDAY")
    for name, share in (("rye", 0.2), ("collects-in-store", 0.3), ("asked-why", 0.02)):
        tag: Tag = groups.create_tag(name=name, actor=actor)
        ContactTag.objects.bulk_create(
            [ContactTag(tag=tag, contact_id=pk) for pk in ids if dice.random() < share]
        )


def _just_now(actor: Actor) -> Broadcast:
    """The harvest campaign as it ended: everyone in VIP, most delivered."""
    sender = SenderNumber.objects.get(name="Offers")
    group = Group.objects.get(name="VIP")
    # Minutes ago: the ledger keeps the true time of each entry, which no demo can move.
    start = timezone.now() - timedelta(minutes=12)
    audience = {"include": [["group", group.pk]], "exclude": [], "skip_any_stop": False}
    campaign = campaigns.create_campaign(
        actor=actor, name="Harvest loaf", sender_id=sender.pk, text=HARVEST, audience=audience
    )
    members = list(
        Contact.objects.filter(memberships__group=group).order_by("pk").values_list("pk", "phone_id")
    )
    broadcast: Broadcast = Broadcast.objects.create(
        sender=sender,
        text=HARVEST,
        footer=FOOTER,
        audience=audience,
        status=Broadcast.Status.FINISHED,
        audience_size=len(members),
        planned_at=start,
        started_at=start,
        finished_at=start + timedelta(minutes=1),
        created_by_id=actor.id,
        created_at=start,
    )
    Campaign.objects.filter(pk=campaign.pk).update(
        broadcast=broadcast, launched_at=start, launched_by_id=actor.id, launch_key="demo", created_at=start
    )
    Message.objects.bulk_create(
        [
            _told(broadcast, sender, contact, phone, start, index)
            for index, (contact, phone) in enumerate(members)
        ],
        batch_size=500,
    )
    return broadcast


def _told(
    broadcast: Broadcast, sender: SenderNumber, contact: int, phone: int, start: datetime, index: int
) -> Message:
    at = start + timedelta(milliseconds=40 * index)
    body = f"{HARVEST} {FOOTER}"
    message = Message(
        broadcast=broadcast,
        sender=sender,
        contact_id=contact,
        phone_id=phone,
        message_class=MessageClass.MARKETING,
        body=body,
        parts=count_parts(body).parts,
        phase=Phase.HANDED,
        receipt=Receipt.DELIVERED,
        created_at=start,
        begun_at=at,
        ended_at=at,
        receipt_at=at + timedelta(seconds=3),
    )
    if index % 41 == 40:
        message.receipt, message.error_code = Receipt.UNDELIVERED, 30003
    elif index % 53 == 52:
        message.phase, message.receipt, message.body = Phase.NOT_SENT, Receipt.NONE, None
        message.reason, message.begun_at, message.parts = NotSent.NO_OPT_IN, None, 0
    return message


def _replies(broadcast: Broadcast, actor: Actor, dice: random.Random) -> None:
    """Some left in a word or a sentence, one came back, some asked, two are blocked, one rang."""
    answered = list(Message.objects.filter(broadcast=broadcast, receipt=Receipt.DELIVERED).order_by("pk"))
    chosen = dice.sample(answered, 24)
    for index, message in enumerate(chosen[:5]):
        _left(message, WORDS[index], minutes=2 + index)
    for message in chosen[5:12]:
        _said(message, dice.choice(("Thank you", "Is the shop open on Sunday?", "Yum")), minutes=3)
    back = chosen[0]
    consent.start(
        phone_id=back.phone_id,
        sender_id=back.sender_id,
        event_key=f"demo:start:{back.pk}",
        occurred_at=timezone.now() - timedelta(minutes=1),
        evidence=Evidence(words="START"),
    )
    _said(back, "START", minutes=11)
    for message, (words, hours) in zip((chosen[12], *chosen[16:19]), UNCLEAR, strict=True):
        _unclear(message, words, hours=hours)
    for message in chosen[13:15]:
        consent.block(
            phone_id=message.phone_id,
            reason="Asked the shop never to be texted again",
            event_key=f"demo:block:{message.pk}",
            actor=actor,
        )
    gone = chosen[15]
    consent.opt_out(
        phone_id=gone.phone_id,
        sender_id=None,
        reach="all",
        method="phone",
        event_key=f"demo:phone:{gone.pk}",
        actor=actor,
        evidence=Evidence(words="Rang the shop: no more texts at all"),
        occurred_at=timezone.now() - timedelta(days=2),
    )


def _said(message: Message, text: str, *, minutes: float) -> datetime:
    at = (message.begun_at or timezone.now()) + timedelta(minutes=minutes)
    Message.objects.create(
        direction=Direction.IN,
        message_class=MessageClass.SERVICE,
        phase=Phase.HANDED,
        phone_id=message.phone_id,
        sender_id=message.sender_id,
        contact_id=message.contact_id,
        answers_id=message.pk,
        body=text,
        parts=1,
        created_at=at,
        begun_at=at,
        ended_at=at,
    )
    touch_thread(phone_id=message.phone_id, sender_id=message.sender_id, text=text, direction=Direction.IN)
    return at


def _unclear(message: Message, words: str, *, hours: float) -> None:
    _said(message, words, minutes=9)
    reply = Message.objects.filter(answers_id=message.pk, direction=Direction.IN).latest("pk")
    reviews.ask(
        phone_id=message.phone_id,
        event_key=f"demo:review:{message.pk}",
        until=timezone.now() + timedelta(hours=hours),
        message=reply,
        answered=message,
        rule="unclear_word",
    )


def _left(message: Message, words: str, *, minutes: float) -> None:
    at = _said(message, words, minutes=minutes)
    consent.opt_out(
        phone_id=message.phone_id,
        sender_id=message.sender_id,
        reach="number",
        method="keyword" if words.isupper() or " " not in words else "free_text",
        event_key=f"demo:stop:{message.pk}",
        actor=PERSON,
        evidence=Evidence(words=words),
        answered_message_id=message.pk,
        campaign_ref=message.broadcast_id,
        occurred_at=at,
    )


def _drafts(actor: Actor) -> None:
    sender = SenderNumber.objects.get(name="Offers")
    audience = {
        "include": [
            ["group", Group.objects.get(name="VIP").pk],
            ["group", Group.objects.get(name="Holiday").pk],
        ],
        "exclude": [["group", Group.objects.get(name="Wholesale").pk]],
        "skip_any_stop": False,
    }
    campaigns.create_campaign(
        actor=actor,
        name="Saturday market",
        sender_id=sender.pk,
        audience=audience,
        text='Demo Bakery: Hi {{ first_name | default: "there" }}, your weekend rolls are back. 2 for 1 on Saturday '
        "and Sunday, just show this text at the counter.",
    )
    campaigns.create_campaign(
        actor=actor,
        name="Thank you, with a link to opt out",
        sender_id=sender.pk,
        audience=audience,
        text="Demo Bakery: thank you for a good year. Come by for a free coffee.",
        footer_text="Stop: {{ opt_out_link }}",
    )


def _sign_up_form(actor: Actor) -> None:
    """A form that is open, with a JOIN word: try it on its page and on the handset."""
    form = signup_forms.create_form(name="Counter", actor=actor)
    changes = {
        "heading": "Rolls by text",
        "intro": "What is fresh, about four times a month.",
        "asks": [{"name": "first_name", "required": False}],
        "word": "ROLLS",
        "word_sender": SenderNumber.objects.get(name="Offers").pk,
    }
    signup_forms.update_form(form_id=form.pk, changes=changes, actor=actor)
    signup_forms.set_state(form_id=form.pk, state="live", actor=actor)

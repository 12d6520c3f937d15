"""Other ways to reach people: the tenant's channels, and consent on them (B6).

An SMS opt-out extends to the channels that say so, by a follower of the ledger with the entry's number as proof.
START does not take that back: consent on a channel returns only with proof of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from consent.followers import follow
from consent.models import Channel, ChannelConsent, ConsentEvent, PhoneNumber
from consent.models.ledger import Kind, Method
from tenants.actions import audit, tell
from tenants.models import WebhookEndpoint
from tenants.rules import PERSON, SYSTEM, Actor, Refused, Role, require
from tenants.scope import current_tenant_id

FOLLOWER = "channels"
EMAIL = "email"
MOST = 20
OUT, IN = "opted_out", "opted_in"
EXTENDING = frozenset({Kind.OPT_OUT, Kind.WRONG_NUMBER, Kind.BLOCK, Kind.ERASED})
_CODE = re.compile(r"[a-z][a-z0-9-]{0,19}")


def channels() -> list[Channel]:
    """The tenant's channels in use; e-mail is always there, first."""
    found = list(Channel.objects.filter(retired_at=None))
    if not any(one.code == EMAIL for one in found):
        found.insert(0, Channel(code=EMAIL, name="E-mail"))
    return sorted(found, key=lambda one: (one.code != EMAIL, one.pk or 0))


def save_channel(*, code: str, name: str, follows_sms: bool, actor: Actor, new: bool = False) -> Channel:
    """Register a channel, or change it; its code stays. One that was put away comes back.

    Raises `Refused`: not_allowed, code_invalid, code_taken, name_missing, not_found, too_many.
    """
    require(actor, Role.MANAGER, "change the channels")
    if not new and code != EMAIL and not Channel.objects.filter(code=code).exists():
        raise Refused("not_found", "There is no such channel.")
    name = " ".join(name.split())
    if not _CODE.fullmatch(code):
        told = "Use small letters, digits and hyphens, at most 20, beginning with a letter: app-push."
        raise Refused("code_invalid", told, "code")
    if not 0 < len(name) <= 60:
        raise Refused("name_missing", "Write a name of at most 60 characters.", "name")
    channel = Channel.objects.select_for_update(no_key=True).filter(code=code).first()
    if new and (code == EMAIL or (channel is not None and channel.retired_at is None)):
        raise Refused("code_taken", "There is a channel with this code. Choose another.", "code")
    if channel is None:
        if Channel.objects.filter(retired_at=None).count() >= MOST:
            raise Refused("too_many", f"At most {MOST} channels.", "code")
        channel = Channel(code=code)
    channel.name, channel.follows_sms, channel.retired_at = name, follows_sms, None
    channel.save()
    audit(actor, "save_channel", "channel", channel.pk, code=code, name=name, follows_sms=follows_sms)
    return channel


def retire_channel(*, code: str, actor: Actor) -> None:
    """Put a channel away; what people said about it is kept."""
    require(actor, Role.MANAGER, "change the channels")
    if code == EMAIL:
        raise Refused("email_stays", "E-mail is always a channel. Switch off that SMS opt-outs extend to it.")
    changed = Channel.objects.filter(code=code, retired_at=None).update(retired_at=timezone.now())
    if not changed:
        raise Refused("not_found", "There is no such channel.")
    audit(actor, "retire_channel", "channel", None, code=code)


def find_channel(code: str) -> Channel:
    """A channel in use. Raises `Refused("channel_unknown")`."""
    for channel in channels():
        if channel.code == code:
            return channel
    raise Refused(
        "channel_unknown", "There is no such channel. Register it under Settings → Channels.", "channel"
    )


@transaction.atomic
def set_channel_consent(
    *,
    phone_id: int,
    channel: str,
    state: str,
    actor: Actor,
    method: Method | str = Method.API,
    evidence: str = "",
    occurred_at: datetime | None = None,
) -> ChannelConsent:
    """Record what a person said about a channel. An opt-out is never refused; an opt-in needs its proof.

    Raises `Refused`: not_allowed, channel_unknown, proof_needed, opted_out_later, blocked.
    """
    require(actor, Role.AGENT, "record consent")
    find_channel(channel)
    told_at = min(occurred_at or timezone.now(), timezone.now())
    phone = PhoneNumber.objects.select_for_update(no_key=True).get(pk=phone_id)
    kept = ChannelConsent.objects.filter(phone_id=phone_id, channel=channel).first()
    if state == IN:
        _may_opt_in(phone, kept, evidence, told_at)
    return _write(phone, kept, channel, state, Method(method), evidence, told_at, actor)


@transaction.atomic
def person_says(*, phone_id: int, channel: str, state: str, method: Method, evidence: str) -> ChannelConsent:
    """What a person does about a channel on a page of theirs, with the words of that page as proof. Never refused."""
    phone = PhoneNumber.objects.select_for_update(no_key=True).get(pk=phone_id)
    kept = ChannelConsent.objects.filter(phone_id=phone_id, channel=channel).first()
    return _write(phone, kept, channel, state, method, evidence, timezone.now(), PERSON)


def _write(
    phone: PhoneNumber, kept: ChannelConsent | None, channel: str, state: str, method: Method, evidence: str,
    told_at: datetime, actor: Actor,
) -> ChannelConsent:  # fmt: skip
    """The one writer of what was said of a channel itself; who said it before stays as they were."""
    if kept is not None and kept.state == state:
        return kept
    kept = kept or ChannelConsent(phone_id=phone.pk, channel=channel)
    kept.state, kept.since, kept.event = state, told_at, None
    kept.method, kept.evidence, kept.actor_label = method.value, evidence, actor.label[:120]
    kept.save()
    entry = audit(
        actor, "set_channel_consent", "phone", phone.pk, channel=channel, state=state, method=kept.method
    )
    _tell(kept, phone, f"channel:{channel}:{phone.pk}:audit-{entry.pk}")
    return kept


def _may_opt_in(phone: PhoneNumber, kept: ChannelConsent | None, evidence: str, told_at: datetime) -> None:
    if not evidence.strip():
        raise Refused(
            "proof_needed", "An opt-in needs its proof: their words, or the wording shown.", "evidence"
        )
    if phone.blocked_at is not None:
        raise Refused("blocked", "Your team blocked this person, or they were erased.")
    if kept is not None and kept.state == OUT and told_at <= kept.since:
        raise Refused("opted_out_later", "This person opted out of the channel after that. Ask them again.")


def follow_ledger() -> bool:
    """Extend SMS opt-outs to the channels that follow them; True when more entries wait."""
    with follow(FOLLOWER) as reading:
        if not reading.events:
            return False
        leaving = [event for event in reading.events if event.kind in EXTENDING]
        codes = list(
            Channel.objects.filter(follows_sms=True, retired_at=None).values_list("code", "created_at")
        )
        for code, since in codes:
            _extend(code, [event for event in leaving if event.recorded_at >= since])
        reading.moved(reading.events[-1].seq)
        return reading.more


def _extend(code: str, events: Sequence[ConsentEvent]) -> None:
    """Write the opt-outs of one channel; who is out already stays as it was."""
    first = {event.phone_id: event for event in reversed(events)}
    kept = {
        one.phone_id: one for one in ChannelConsent.objects.filter(channel=code, phone_id__in=list(first))
    }
    changed = []
    for phone_id, event in first.items():
        one = kept.get(phone_id) or ChannelConsent(
            tenant_id=current_tenant_id(), phone_id=phone_id, channel=code, state=IN, since=event.occurred_at
        )
        # An opt-in to the channel that is newer than the opt-out stands.
        if one.pk is not None and (one.state == OUT or one.since > event.occurred_at):
            continue
        one.state, one.since, one.event, one.method = OUT, event.occurred_at, event.seq, event.method
        one.evidence, one.actor_label = "", SYSTEM.label
        changed.append(one)
    ChannelConsent.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["phone", "channel"],
        update_fields=["state", "since", "event", "method", "evidence", "actor_label"],
    )
    if changed and WebhookEndpoint.objects.exists():
        phones = PhoneNumber.objects.in_bulk([one.phone_id for one in changed])
        for one in changed:
            _tell(one, phones[one.phone_id], f"channel:{code}:{one.phone_id}:{one.event}")


def _tell(kept: ChannelConsent, phone: PhoneNumber, event_key: str) -> None:
    payload: dict[str, Any] = {
        "phone": kept.phone_id, "number": phone.e164, "channel": kept.channel, "state": kept.state,
        "since": kept.since.isoformat(), "method": kept.method, "entry": kept.event,
    }  # fmt: skip
    tell(
        event="channel.changed", event_key=event_key, payload=payload, order_key=f"phone:{kept.phone_id}",
    )  # fmt: skip

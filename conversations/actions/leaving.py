"""What a person does on their own page: stop, come back, choose, say why, wish for something else (A6, A18)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.utils import timezone

from consent import actions as consent
from consent.actions import Outcome
from consent.actions.channels import person_says
from consent.actions.wordings import save_wording
from consent.models import Disclosure
from consent.models.ledger import Kind, Method
from consent.rules.evidence import Evidence, plain_ip
from consent.rules.reach import Reach
from contacts.actions.words import leave_by_word
from conversations.actions.learning import give_reason
from conversations.leaving import Visit, disclosure_of, groups_of
from conversations.models.learning import ReasonGiven
from conversations.models.leaving import Wish
from conversations.rules import wording
from messaging.actions.ledger import suppress_group
from messaging.actions.replies import queue_sign_up_text
from tenants.models import Tenant
from tenants.rules import PERSON, SYSTEM, Refused

WELCOME_LIFE = timedelta(minutes=5)


def stop(visit: Visit, *, everything: bool, evidence: Evidence) -> Outcome:
    """The person's one tap: this sender (its purpose, where the tenant's STOP means that), or all of them.

    Never refused. Repeated without a change in between it is one event and one repeat, however often it comes: the
    key names what it acted upon.
    """
    # To a number that sends no more, only "everything" is an answer: who writes now is another (as with a text).
    past = visit.sender is None or visit.sender.retired_at is not None
    reach = Reach.ALL if everything or past else Reach(visit.tenant.stop_covers)
    return consent.opt_out(
        phone_id=visit.phone.pk,
        sender_id=visit.ids.sender if visit.sender is not None else None,
        reach=reach,
        method=Method.WEB,
        event_key=_key(visit, f"stop:{visit.ids.sender if reach != Reach.ALL else 'all'}"),
        actor=PERSON,
        evidence=evidence,
        answered_message_id=visit.answered.pk if visit.answered else None,
        campaign_ref=visit.ids.broadcast or None,
    )


def come_back(visit: Visit, *, sender_ids: Sequence[int], evidence: Evidence) -> Outcome:
    """The senders that the person ticked, with the wording they saw, in its version; one welcome where it can leave.

    A block of the team stands and is told of (`returned`). Raises `Refused`: tick_one, only_start (erased, or
    somebody else's number by now: only START from the handset brings that back).
    """
    if visit.erased or visit.phone.wrong_person_at is not None:
        raise Refused("only_start", "To come back, text START from your phone.")
    known = {one.pk for one in visit.live}
    wanted = [one for one in dict.fromkeys(sender_ids) if one in known]
    if not wanted:
        raise Refused("tick_one", visit.say("tick_one"), "senders")
    shown = shown_wording(visit)
    outcome = consent.opt_in(
        phone_id=visit.phone.pk,
        sender_ids=wanted,
        method=Method.WEB,
        event_key=_key(visit, "back:" + ",".join(map(str, wanted))),
        actor=PERSON,
        evidence=Evidence(
            words=evidence.words, disclosure=shown.wording, note=str(shown), ip=evidence.ip,
            user_agent=evidence.user_agent, url=evidence.url,
        ),
        sender_id=visit.ids.sender if visit.ids.sender in wanted else None,
        answered_message_id=visit.answered.pk if visit.answered else None,
    )  # fmt: skip
    if outcome.kind == Kind.OPT_IN and outcome.changed:
        _welcome(visit, wanted)
    return outcome


def choose(
    visit: Visit, *, shown: Iterable[int], wanted: Iterable[int], lists: Iterable[str], evidence: Evidence
) -> None:
    """The preference page: what was ticked stays or comes, what was shown without a tick stops.

    `shown` are the senders of the page, so that one added since is not taken for unticked; `lists` the words of the
    groups to keep. Stops come first. Raises as `come_back` does for what is new.
    """
    now = {one.pk: visit.gets(one) for one in visit.live}
    ticked = set(wanted)
    leave = sorted(one for one in set(shown) - ticked if now.get(one, False))
    join = sorted(one for one in ticked if not now.get(one, True))
    if leave:
        consent.opt_out(
            phone_id=visit.phone.pk,
            sender_id=leave[0] if len(leave) == 1 else None,
            sender_ids=leave,
            reach=Reach.NUMBER,
            method=Method.WEB,
            event_key=_key(visit, "choose:" + ",".join(map(str, leave))),
            actor=PERSON,
            evidence=evidence,
            answered_message_id=visit.answered.pk if visit.answered else None,
            campaign_ref=visit.ids.broadcast or None,
        )
    if join:
        come_back(visit, sender_ids=join, evidence=evidence)
    _leave_lists(visit, set(lists))


def say_why(visit: Visit, *, reason: str, words: str) -> ReasonGiven:
    """Why they left, for the opt-out in force. Raises `Refused`: reason_unknown, key_needed, not_found."""
    return give_reason(phone_id=visit.phone.pk, event_seq=visit.entry, reason_key=reason, words=words)


def wish(visit: Visit, *, ways: Iterable[str], evidence: Evidence) -> list[Wish]:
    """The boxes that the person ticked of the other ways; each once while it stands, with the words beside it."""
    if visit.erased:
        return []
    ticked, made = set(ways), []
    for way in visit.tenant.other_ways:
        if way["key"] not in ticked:
            continue
        row, new = Wish.objects.get_or_create(
            phone_id=visit.phone.pk, way=way["key"], ended_at=None,
            defaults={
                "label": way["label"], "wording": way["label"], "broadcast_ref": visit.ids.broadcast or None,
                "ip": plain_ip(evidence.ip), "user_agent": evidence.user_agent[:400].replace("\x00", ""),
            },
        )  # fmt: skip
        if new and way.get("channel"):
            _channel(visit.phone.pk, way["channel"], "opted_in", way["label"])
        made.append(row)
    return made


def end_wish(visit: Visit, *, wish_id: int) -> None:
    """The person takes one back."""
    found = Wish.objects.standing().filter(pk=wish_id, phone_id=visit.phone.pk).first()
    if found is None:
        return
    Wish.objects.filter(pk=found.pk).update(ended_at=timezone.now())
    way = next((one for one in visit.tenant.other_ways if one["key"] == found.way), None)
    if way and way.get("channel"):
        _channel(visit.phone.pk, way["channel"], "opted_out", f"Taken back: {found.label}")


def shown_wording(visit: Visit) -> Disclosure:
    """The wording of the way back in the visit's language, a new version whenever its words have changed."""
    return save_wording(name=f"Come back ({visit.language})", wording=disclosure_of(visit), actor=SYSTEM)


def _key(visit: Visit, act: str) -> str:
    """Names an act by what it acts upon: the newest entry that set one of the person's permissions."""
    state = max([one.event for one in visit.permissions.values()] + [visit.phone.all_stopped_event or 0])
    told = act if len(act) <= 60 else hashlib.sha256(act.encode()).hexdigest()[:32]
    return f"page:{visit.phone.pk}:{state}:{told}"


def _welcome(visit: Visit, sender_ids: Sequence[int]) -> None:
    """One text that says how to leave and get help, from the first sender that the carrier lets through (A4)."""
    brand = Tenant.objects.values_list("brand", flat=True).get(pk=visit.tenant.pk)
    body, expires = wording.welcome_back(brand), timezone.now() + WELCOME_LIFE
    for sender_id in sender_ids:
        if queue_sign_up_text(phone_id=visit.phone.pk, sender_id=sender_id, body=body, expires_at=expires):
            return


def _leave_lists(visit: Visit, kept: set[str]) -> None:
    if visit.contact is None:
        return
    for group in groups_of(visit):
        if group.word not in kept:
            leave_by_word(contact_id=visit.contact.pk, word=group.word)
            suppress_group(phone_id=visit.phone.pk, group_id=group.pk)


def _channel(phone_id: int, channel: str, state: str, told: str) -> None:
    """Consent on another channel of the same person, with the sentence that proves it."""
    person_says(phone_id=phone_id, channel=channel, state=state, method=Method.WEB, evidence=told)

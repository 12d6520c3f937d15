"""What a person's own page knows: who they are, what they may stop, what is stopped, in their language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.formats import date_format

from consent.models import Permission, PhoneNumber
from consent.reading import permissions_of
from consent.rules.numbers import show
from contacts.models import Contact, Group
from conversations.actions.learning import shown_reasons
from conversations.models.learning import ReasonGiven
from conversations.models.leaving import Wish
from conversations.rules.leaving_words import LANGUAGES, choose_language, reason_label, say
from conversations.rules.reasons import HOUSE
from messaging.models import Message
from messaging.rules.links import LinkIds
from tenants.models import SenderAddress, SenderNumber, Tenant

_HOUSE = {one.key: one.label for one in HOUSE}


@dataclass
class Visit:
    """One visit to the page of one number, by one link. Read inside the tenant's scope."""

    ids: LinkIds
    token: str
    tenant: Tenant
    phone: PhoneNumber
    language: str
    senders: Sequence[SenderNumber] = ()
    contact: Contact | None = None
    said: dict[str, str] = field(default_factory=dict)

    def say(self, key: str, **values: str) -> str:
        """A sentence in the language of the visit; brand and last digits are known."""
        return say(self.language, key, brand=self.tenant.brand, tail=self.tail, **values)

    @property
    def tail(self) -> str:
        """The last digits of the number: all that the page shows of a person."""
        return (self.phone.e164 or "")[-4:] or "–"

    @property
    def erased(self) -> bool:
        return self.phone.e164 is None

    @cached_property
    def sender(self) -> SenderNumber | None:
        """The sender number of the link, also one that is retired by now."""
        return next((one for one in self.senders if one.pk == self.ids.sender), None)

    @cached_property
    def inside(self) -> dict[int, str]:
        """A number of each messaging service: people know numbers, no SIDs."""
        rows = SenderAddress.objects.order_by("-pk").values_list("sender_id", "e164")
        return dict(rows)

    def address(self, sender: SenderNumber) -> str:
        """A sender number as people know it; "" for a messaging service without a number here."""
        if sender.kind == SenderNumber.Kind.SERVICE:
            return show(self.inside.get(sender.pk, ""))
        return show(sender.address)

    @cached_property
    def live(self) -> list[SenderNumber]:
        return [one for one in self.senders if one.retired_at is None]

    @cached_property
    def states(self) -> dict[int, str]:
        """opted_in, opted_out, pending, unknown or on_hold by sender number."""
        found = permissions_of([self.phone.pk], [one.pk for one in self.senders])
        return {sender: state for (_, sender), state in found.items()}

    @cached_property
    def permissions(self) -> dict[int, Permission]:
        return {one.sender_id: one for one in Permission.objects.filter(phone_id=self.phone.pk)}

    def gets(self, sender: SenderNumber) -> bool:
        """Whether the sender may text them as things stand: they agreed, or it needs no agreement."""
        state = self.states.get(sender.pk, "unknown")
        asks = sender.purpose == SenderNumber.Purpose.MARKETING and self.tenant.marketing_needs_opt_in
        return state in {"opted_in", "on_hold"} or (state == "unknown" and not asks)

    def opted_out(self, sender: SenderNumber) -> bool:
        return self.states.get(sender.pk) == "opted_out"

    @property
    def stopped_here(self) -> bool:
        """Whether the sender of the link, or everything, is stopped."""
        return self.stopped_all or (self.sender is not None and self.opted_out(self.sender))

    @property
    def stopped_all(self) -> bool:
        return bool(self.live or self.phone.all_stopped_event) and all(map(self.opted_out, self.live))

    @cached_property
    def answered(self) -> Message | None:
        """The very text that held the link, as long as it is kept."""
        if not self.ids.broadcast:
            return None
        found: Message | None = Message.objects.filter(
            broadcast_id=self.ids.broadcast, phone_id=self.phone.pk
        ).first()
        return found

    @property
    def entry(self) -> int | None:
        """Ledger number of the opt-out in force: what a reason is about."""
        kept = self.permissions.get(self.ids.sender)
        if kept is not None and kept.state == Permission.State.OPTED_OUT:
            return kept.event
        return self.phone.all_stopped_event or max(
            (one.event for one in self.permissions.values() if one.state == Permission.State.OPTED_OUT),
            default=None,
        )


def find_visit(ids: LinkIds, token: str, *, asked: str = "", accepted: str = "") -> Visit | None:
    """The visit of a genuine link; None where the number is no longer known at all."""
    tenant = Tenant.objects.filter(pk=ids.tenant).first()
    phone = PhoneNumber.objects.filter(pk=ids.phone).first()
    if tenant is None or phone is None:
        return None
    contact = Contact.objects.filter(phone_id=phone.pk).first()
    language = choose_language(asked, contact.language if contact else "", accepted)
    senders = list(SenderNumber.objects.order_by("pk"))
    return Visit(ids, token, tenant, phone, language, senders, contact)


def page_context(visit: Visit, said: str = "") -> dict[str, Any]:
    """The page: the question, or what is stopped and what may follow. `said`: what was just done."""
    stopped = visit.stopped_here
    return {
        **frame(visit),
        "title": _title(visit),
        "lead": _lead(visit),
        "sign": "stopped" if visit.stopped_all else "opted_out",
        "stopped": stopped,
        "blocked": visit.phone.blocked_at is not None,
        "erased": visit.erased,
        "choices": [] if visit.erased else _choices(visit),
        "may_return": not visit.erased and visit.phone.wrong_person_at is None,
        "only_start": only_start(visit),
        "text_start": [] if stopped else starts(visit),
        "notes": _notes(visit),
        "reasons": _reasons(visit) if stopped and said != "reason" and not _told_why(visit) else [],
        "told": _told(visit, said),
        **_ways(visit, offered=stopped),
    }


def frame(visit: Visit) -> dict[str, Any]:
    """What every page of the link shares."""
    return {
        "visit": visit,
        "brand": visit.tenant.brand,
        "words": {
            key: visit.say(key)
            for key in (
                "language", "for_number", "undo", "come_back", "why", "why_words", "send_answer", "ways", "ways_note",
                "ways_send", "ways_end", "choices", "choices_lead", "choices_save", "lists", "back_title", "back_lead",
                "back_button", "keep_out", "only_company", "terms", "privacy", "stop_all", "active_note",
            )
        },
        "languages": [(code, name, code == visit.language) for code, name in LANGUAGES.items()],
        "language_name": LANGUAGES[visit.language],
    }  # fmt: skip


def boxes(visit: Visit, *, chosen: Sequence[str] = (), only_stopped: bool = False) -> list[dict[str, Any]]:
    """A box for each sender number in use: its label in the person's words, ticked only where `chosen` says so."""
    return [
        {
            "value": str(one.pk),
            "label": visit.say("back_box", what=kind_of(visit, one), number=visit.address(one)),
            "checked": str(one.pk) in chosen,
        }
        for one in visit.live
        if not only_stopped or visit.opted_out(one)
    ]


def kind_of(visit: Visit, sender: SenderNumber) -> str:
    """Offers, Service texts, Order texts."""
    what = visit.say(sender.purpose)
    return what[:1].upper() + what[1:]


def disclosure_of(visit: Visit) -> str:
    """What a person agrees to who comes back, word for word."""
    often = visit.tenant.message_frequency.strip()
    return visit.say("disclosure", often=f", {often[:1].lower()}{often[1:]}" if often else "")


def mark_of(visit: Visit) -> str:
    """Tells whether the wording that was on the page is still the same."""
    return salted_hmac("leaving.wording", disclosure_of(visit)).hexdigest()[:16]


def starts(visit: Visit) -> list[str]:
    """Sender numbers that the carrier still blocks for them: START to each lifts that."""
    return [
        visit.say("text_start", number=visit.address(one))
        for one in visit.live
        if not visit.opted_out(one)
        and (kept := visit.permissions.get(one.pk)) is not None
        and kept.provider_block_since is not None
    ]


def groups_of(visit: Visit) -> list[Group]:
    """The lists they are on that people know by name: those with a word of their own."""
    if visit.contact is None:
        return []
    return list(Group.objects.filter(members__contact=visit.contact).exclude(word="").order_by("name"))


def _choices(visit: Visit) -> list[dict[str, str]]:
    """The two buttons: this sender (or its purpose, where a STOP means that), and everything."""
    rows: list[dict[str, str]] = []
    covers, sender = visit.tenant.stop_covers, visit.sender
    here = covers != Tenant.StopCovers.ALL and not visit.stopped_here
    if here and sender is not None and sender.retired_at is None:
        wide = covers == Tenant.StopCovers.PURPOSE
        small = visit.say("from_purpose") if wide else visit.say("from_number", number=visit.address(sender))
        rows.append(
            {
                "reach": "sender",
                "label": visit.say(f"stop_{sender.purpose}"),
                "small": small,
                "sign": "opted_out",
            }
        )
    if not visit.stopped_all:
        rows.append(
            {"reach": "all", "label": visit.say("stop_all"), "small": _also(visit), "sign": "stopped"}
        )
    return rows


def _also(visit: Visit) -> str:
    others = {one.purpose for one in visit.live if one.pk != visit.ids.sender and not visit.opted_out(one)}
    others -= {visit.sender.purpose} if visit.sender else set()
    if not others:
        return visit.say("every_number")
    kinds = [visit.say(one) for one in SenderNumber.Purpose.values if one in others]
    return visit.say("also", what=visit.say("and").join(kinds))


def _title(visit: Visit) -> str:
    if visit.phone.blocked_at is not None:
        return visit.say("blocked_title")
    if not visit.stopped_here:
        return visit.say("stop_title")
    since = _since(visit)
    if since is None or timezone.now() - since > timedelta(hours=1):
        return visit.say("was_title")
    if visit.stopped_all or visit.sender is None:
        return visit.say("done_all_title")
    return visit.say("done_title", what=visit.say(visit.sender.purpose))


def _lead(visit: Visit) -> str:
    if visit.phone.blocked_at is not None:
        return visit.say("blocked_lead")
    if not visit.stopped_here:
        return visit.say("stop_lead")
    when = _when(visit, _since(visit) or timezone.now())
    if visit.stopped_all or visit.sender is None:
        return visit.say("done_all_lead", when=when)
    lead = visit.say("done_lead", when=when, what=visit.say(visit.sender.purpose))
    still = [kind_of(visit, one) for one in visit.live if visit.states.get(one.pk) == "opted_in"]
    more = visit.say("still_come", what=", ".join(dict.fromkeys(still))) if still else ""
    return f"{lead} {more}".strip()


def _since(visit: Visit) -> datetime | None:
    kept = visit.permissions.get(visit.ids.sender)
    if kept is not None and kept.state == Permission.State.OPTED_OUT:
        return kept.since
    stopped: datetime | None = visit.phone.stopped_at
    return stopped


def _when(visit: Visit, at: datetime) -> str:
    zone = ZoneInfo(visit.phone.zone or visit.tenant.zone)
    local, today = at.astimezone(zone), timezone.now().astimezone(zone)
    same_day = local.date() == today.date()
    return f"{local:%H:%M}" if same_day else date_format(local, "j F Y")


def only_start(visit: Visit) -> str:
    """The way back of a number that belongs to somebody else by now, or was erased: from the handset itself."""
    if not visit.erased and visit.phone.wrong_person_at is None:
        return ""
    hearing = [one for one in visit.live if one.kind != SenderNumber.Kind.ALPHANUMERIC and visit.address(one)]
    texted = visit.sender if visit.sender in hearing else next(iter(hearing), None)
    return visit.say("only_start", number=visit.address(texted)) if texted else ""


def _notes(visit: Visit) -> list[str]:
    """Other ways out, named: STOP, and the opt-out lines (A17)."""
    answerable = visit.sender is None or visit.sender.kind != SenderNumber.Kind.ALPHANUMERIC
    lines = [one for one in visit.live if one.is_opt_out_line]
    first = visit.say("reply_stop" if answerable else "cannot_reply")
    return [first, *(visit.say("opt_out_line", number=visit.address(one)) for one in lines)]


def _reasons(visit: Visit) -> list[dict[str, str]]:
    return [
        {
            "key": one.key,
            "label": reason_label(visit.language, one.key, one.label, _HOUSE.get(one.key, "")),
        }
        for one in shown_reasons()
    ]


def _told_why(visit: Visit) -> bool:
    return visit.entry is not None and ReasonGiven.objects.filter(key=f"event:{visit.entry}").exists()


def _told(visit: Visit, said: str) -> str:
    """What the last act came to, for the top of the page."""
    if said == "reason":
        return visit.say("answer_kept")
    if said == "choices":
        return visit.say("choices_kept")
    if said == "back":
        return visit.say("blocked_wish" if visit.phone.blocked_at is not None else "back_done")
    return ""


def _ways(visit: Visit, *, offered: bool) -> dict[str, Any]:
    """Other ways the tenant offers, by empty boxes; and those they asked for (A18)."""
    standing = list(Wish.objects.standing().filter(phone_id=visit.phone.pk)) if not visit.erased else []
    asked = {one.way for one in standing}
    ways = [one for one in visit.tenant.other_ways if one["key"] not in asked] if offered else []
    kept = visit.say("ways_kept", what=", ".join(one.label for one in standing)) if standing else ""
    return {"ways": [] if visit.erased else ways, "wishes": standing, "wishes_kept": kept}

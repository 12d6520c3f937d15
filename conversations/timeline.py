"""The timeline of one person, newest first: texts and entries of the permission history, by cursor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from consent.models import ConsentEvent
from consent.reading import Entry, HistoryFilter, history
from conversations.bottimeline import names_of, run_item, runs_before, runs_by_message
from conversations.rules.timeline import Line, Told, entry_line, merged, plain, when
from messaging.models import Message
from messaging.models.messages import Direction, MessageClass
from messaging.rules.errors import code_label
from messaging.rules.links import without_tokens
from messaging.rules.outcomes import NotSent, outcome
from tenants.models import SenderNumber

PAGE = 30
ALL, MESSAGES, PERMISSION, BOTS = "all", "messages", "permission", "bots"
FILTERS = ((ALL, "All"), (MESSAGES, "Messages"), (PERMISSION, "Permission"), (BOTS, "Bots"))
_OUTCOME_META = {"Waiting": "Waits to be sent", "Sending": "On its way", "Being checked": "Being checked"}


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next older page begins: below this message id and this ledger number."""

    message: int | None = None
    entry: int | None = None

    @classmethod
    def read(cls, text: str) -> Cursor:
        """From an address ("120-45"); anything else is the beginning."""
        message, _, entry = text.partition("-")
        if not (message.isdecimal() and entry.isdecimal()) or len(text) > 38:
            return cls()
        return cls(int(message), int(entry))

    def __str__(self) -> str:
        return f"{self.message}-{self.entry}"


@dataclass(frozen=True, slots=True)
class Page:
    """Lines for `parts/timeline_item.html`; `older` the cursor of the next page, None at the end."""

    items: list[dict[str, Any]]
    older: Cursor | None


def page_of(
    phone_id: int,
    *,
    show: str = ALL,
    cursor: Cursor | None = None,
    zone: str = "UTC",
    now: datetime | None = None,
) -> Page:
    """One page of a phone number's past: at most 30 lines, in a fixed number of queries."""
    start, now = cursor or Cursor(), now or timezone.now()
    if show == BOTS:
        return _bots_page(phone_id, start, zone, now)
    texts = _texts(phone_id, start) if show != PERMISSION else []
    entries = _entries(phone_id, start) if show != MESSAGES else []
    order = merged([text_time(t) for t in texts], [e.event.recorded_at for e in entries], PAGE)
    campaigns = _campaigns(texts, entries)
    senders = dict(SenderNumber.objects.values_list("pk", "name"))
    heard = [text.pk for text in texts if text.direction == Direction.IN] if show == ALL else []
    runs = runs_by_message(phone_id, heard)
    bots = names_of(list(runs.values()))
    items: list[dict[str, Any]] = []
    taken = [0, 0]
    for pick in order:
        if pick == 0:
            if run := runs.get(texts[taken[0]].pk):
                items.append(run_item(run, bots) | _time(run.at, zone, now))
            items.append(_text_item(texts[taken[0]], senders, campaigns, zone, now))
        else:
            items.append(_entry_item(entries[taken[1]], campaigns, zone, now))
        taken[pick] += 1
    more = len(texts) > taken[0] or len(entries) > taken[1]
    older = Cursor(
        texts[taken[0] - 1].pk if taken[0] else (start.message or 2**62),
        entries[taken[1] - 1].event.seq if taken[1] else (start.entry or 2**62),
    )
    return Page(items, older if more else None)


def _bots_page(phone_id: int, start: Cursor, zone: str, now: datetime) -> Page:
    """What bots did alone."""
    runs = runs_before(phone_id, start.message)
    bots = names_of(runs)
    items = [run_item(run, bots) | _time(run.at, zone, now) for run in runs[:PAGE]]
    older = Cursor(runs[PAGE - 1].message_id, 0) if len(runs) > PAGE else None
    return Page(items, older)


def text_time(message: Message) -> datetime:
    """When a text is shown to have happened: when it left, else when it was queued."""
    return message.begun_at or message.created_at


def told_of(entry: Entry, campaigns: dict[int, str]) -> Told:
    """An entry with its evidence, as the rules read it."""
    event, evidence = entry.event, entry.evidence
    return Told(
        kind=event.kind,
        method=event.method,
        reach=event.reach,
        senders=() if event.reach == "all" else entry.senders,
        words=evidence.words if evidence else "",
        note=evidence.note if evidence else "",
        by=evidence.actor_label if evidence else "",
        campaign=campaigns.get(event.campaign_ref or 0, ""),
        to_status=event.to_status,
        file=evidence.file.name if evidence and evidence.file else "",
    )


def campaign_names(broadcast_ids: Iterable[int | None]) -> dict[int, str]:
    """Names of campaigns by broadcast id."""
    wanted = {one for one in broadcast_ids if one}
    if not wanted:
        return {}
    return dict(Campaign.objects.filter(broadcast_id__in=wanted).values_list("broadcast_id", "name"))


def last_event(phone_id: int) -> ConsentEvent | None:
    """The newest entry of a number that meant something."""
    found: ConsentEvent | None = (
        ConsentEvent.objects.filter(phone_id=phone_id).exclude(kind="no_effect").order_by("-seq").first()
    )
    return found


def _texts(phone_id: int, start: Cursor) -> list[Message]:
    found = Message.objects.filter(phone_id=phone_id)
    if start.message is not None:
        found = found.filter(pk__lt=start.message)
    return list(found.order_by("-pk")[: PAGE + 1])


def _entries(phone_id: int, start: Cursor) -> list[Entry]:
    return history(HistoryFilter(phone_id=phone_id), before_seq=start.entry, limit=PAGE + 1)


def _campaigns(texts: Sequence[Message], entries: Sequence[Entry]) -> dict[int, str]:
    return campaign_names([t.broadcast_id for t in texts] + [e.event.campaign_ref for e in entries])


def _entry_item(entry: Entry, campaigns: dict[int, str], zone: str, now: datetime) -> dict[str, Any]:
    line = entry_line(told_of(entry, campaigns))
    at = entry.event.recorded_at
    url = reverse("conversations:entry", args=[entry.event.seq])
    return _item(line, at, zone, now) | {"entry": entry.event.seq, "url": url, "drawer": "wide"}


def _item(line: Line, at: datetime, zone: str, now: datetime) -> dict[str, Any]:
    return {
        "title": line.title,
        "meta": line.meta,
        "sign": line.sign,
        "icon": line.icon,
        **_time(at, zone, now),
    }


def _time(at: datetime, zone: str, now: datetime) -> dict[str, str]:
    return {"when": when(at, zone, now), "iso": at.isoformat()}


def _text_item(
    message: Message, senders: dict[int, str], campaigns: dict[int, str], zone: str, now: datetime
) -> dict[str, Any]:
    sender = plain(senders.get(message.sender_id, "a retired sender"))
    if message.direction == Direction.IN:
        item = _item(Line(f"Wrote to {sender}", icon="arrow-down-left"), text_time(message), zone, now)
        return item | {"bubble": {"text": message.body or "", "dir": "in"}}
    return _sent_item(message, sender, plain(campaigns.get(message.broadcast_id or 0, "")), zone, now)


def _sent_item(message: Message, sender: str, campaign: str, zone: str, now: datetime) -> dict[str, Any]:
    word = outcome(message.phase, message.reason, message.receipt)
    name = f"*{campaign}*" if campaign else "a text"
    if word in {"Suppressed", "Not sent"}:
        shown = f"{name} from {sender} was not sent"
        line = Line(shown[:1].upper() + shown[1:], NotSent(message.reason).label, icon="send-off")
        return _item(line, text_time(message), zone, now) | _bubble(message, "withheld")
    title = "Got an answer from" if message.message_class == MessageClass.REPLY else f"Got {name} from"
    if word in {"Waiting", "Sending"}:
        title = title.replace("Got", "Gets", 1)
    parts = f"{message.parts} part{'s' if message.parts != 1 else ''}" if message.parts else ""
    why = code_label(message.error_code) if message.error_code and word == "Not delivered" else ""
    meta = ", ".join(piece for piece in (_OUTCOME_META.get(word, word), why, parts) if piece)
    state = "failed" if word == "Not delivered" else ""
    line = Line(f"{title} {sender}", meta, icon="arrow-up-right")
    return _item(line, text_time(message), zone, now) | _bubble(message, state)


def _bubble(message: Message, state: str) -> dict[str, Any]:
    if not message.body:
        return {}
    return {"bubble": {"text": without_tokens(message.body), "dir": "out", "state": state}}

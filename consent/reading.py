"""Reading consent: per sender, for a page, as of a past moment, and the history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, F, Max, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Greatest

from consent.models import ConsentEvent, ConsentEvidence, Hold, OptInRequest, Permission, PhoneNumber
from consent.models.ledger import Kind, Method
from consent.models.numbers import Status
from consent.rules.fold import Fact, PhoneState, fold
from consent.rules.gate import PhoneFacts
from tenants.models import SenderNumber

_FACT = ("seq", "kind", "occurred_at", "reach", "senders", "undoes")
Pair = tuple[int, int]


def facts_of(
    phone_id: int, *, before_seq: int | None = None, recorded_by: datetime | None = None
) -> list[Fact]:
    """A phone number's entries as the fold reads them, oldest first."""
    events = ConsentEvent.objects.filter(phone_id=phone_id).order_by("seq")
    if before_seq is not None:
        events = events.filter(seq__lt=before_seq)
    if recorded_by is not None:
        events = events.filter(recorded_at__lte=recorded_by)
    return [Fact(s, k, at, r, tuple(senders), u) for s, k, at, r, senders, u in events.values_list(*_FACT)]


def phone_facts(phone_ids: Sequence[int], sender_ids: Sequence[int]) -> dict[Pair, PhoneFacts]:
    """What the gate knows, for every pair of known phones and given senders; four queries."""
    permissions = _permissions(phone_ids, sender_ids)
    holds: dict[int, list[tuple[str, int | None]]] = {}
    for phone_id, reason, sender_id in Hold.objects.filter(phone_id__in=phone_ids).values_list(
        "phone_id", "reason", "sender_id"
    ):
        holds.setdefault(phone_id, []).append((reason, sender_id))
    pending = _pending(phone_ids, sender_ids)
    facts = {}
    for phone in PhoneNumber.objects.filter(id__in=phone_ids):
        for sender in sender_ids:
            held = {reason for reason, whom in holds.get(phone.pk, []) if whom is None or whom == sender}
            kept = permissions.get((phone.pk, sender))
            facts[phone.pk, sender] = PhoneFacts(
                has_number=phone.e164 is not None,
                erased=phone.block_reason == "erased",
                blocked=phone.blocked_at is not None,
                stop_in_progress="stop_in_progress" in held,
                under_review="under_review" in held,
                provider_doubt="provider_doubt" in held,
                all_stopped_event=phone.all_stopped_event,
                state=kept.state if kept else "",
                event=kept.event if kept else 0,
                provider_block=kept is not None and kept.provider_block_since is not None,
                pending=(phone.pk, sender) in pending,
                unusable=phone.unusable_at is not None,
            )
    return facts


def permissions_of(phone_ids: Sequence[int], sender_ids: Sequence[int]) -> dict[Pair, str]:
    """opted_in, opted_out, pending, unknown or on_hold for every pair: the columns of a contact list."""
    return {pair: _label(facts) for pair, facts in phone_facts(phone_ids, sender_ids).items()}


def opt_outs_of(phone_id: int, sender_ids: Sequence[int]) -> dict[int, ConsentEvent]:
    """For each sender that the person opted out of: the entry that did it, which only a later agreement undoes."""
    found: dict[int, int] = {}
    for (_, sender_id), facts in phone_facts([phone_id], sender_ids).items():
        if facts.state == "opted_out":
            found[sender_id] = facts.event
        elif facts.covered_by_all and facts.all_stopped_event is not None:
            found[sender_id] = facts.all_stopped_event
    events = {event.seq: event for event in ConsentEvent.objects.filter(seq__in=set(found.values()))}
    return {sender_id: events[seq] for sender_id, seq in found.items() if seq in events}


def reach_labels(phones: Iterable[PhoneNumber]) -> dict[int, str]:
    """ "Active", "Stopped · all", "Stopped · Offers, Orders" or "Blocked" for each phone; five queries."""
    found = list(phones)
    stopped = [p.pk for p in found if p.status == "stopped"]
    senders = list(SenderNumber.objects.order_by("id")) if stopped else []
    states = permissions_of(stopped, [sender.pk for sender in senders]) if stopped else {}
    return {
        phone.pk: f"Stopped · {stopped_from(phone.pk, states, senders)}"
        if phone.status == "stopped"
        else str(Status(phone.status).label)
        for phone in found
    }


def stopped_from(phone_id: int, states: Mapping[Pair, str], senders: Iterable[SenderNumber]) -> str:
    """From which senders somebody who stopped stopped: "all" in use, or their names.

    `senders` must be every one of the tenant, retired ones too: who stopped only such a one did not stop all.
    """
    out, open_ = [], False
    for sender in senders:
        if states[phone_id, sender.pk] == "opted_out":
            out.append(sender.name)
        elif sender.retired_at is None:
            open_ = True
    return ", ".join(out) if open_ else "all"


def reach_label(phone: PhoneNumber) -> str:
    """`reach_labels` of one."""
    return reach_labels([phone])[phone.pk]


@dataclass(frozen=True, slots=True)
class AsOf:
    """What the ledger said at a past moment: state of the pair ("opted_in", "opted_out", "unknown"), status of the
    person, since when, and the entry with its evidence (None where erased) that decided."""

    state: str
    status: str
    since: datetime | None = None
    event: ConsentEvent | None = None
    evidence: ConsentEvidence | None = None


def state_as_of(*, phone_id: int, sender_id: int, at: datetime) -> AsOf:
    """The pair's state at a moment, derived from the entries recorded by then and nothing else."""
    state = fold(facts_of(phone_id, recorded_by=at))
    kept = state.permissions.get(sender_id)
    if state.opted_out(sender_id):
        seq = kept.event if kept is not None and kept.state == "opted_out" else state.all_stopped
    else:
        seq = kept.event if kept is not None else None
    event = ConsentEvent.objects.filter(seq=seq).first() if seq is not None else None
    return AsOf(
        state="opted_out" if state.opted_out(sender_id) else (kept.state if kept else "unknown"),
        status=state.status,
        since=_since(state, sender_id, event),
        event=event,
        evidence=evidence_of([event]).get(event.seq) if event is not None else None,
    )


def evidence_of(events: Iterable[ConsentEvent]) -> dict[int, ConsentEvidence]:
    """Evidence by ledger number, for entries that still have theirs."""
    wanted = [(e.evidence_id, e.seq) for e in events if e.evidence_id is not None]
    found = ConsentEvidence.objects.select_related("file")
    rows = found.in_bulk({evidence_id for evidence_id, _ in wanted})
    return {seq: rows[evidence_id] for evidence_id, seq in wanted if evidence_id in rows}


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """What of the history to show; empty: all. `kinds` and `methods` are values of Kind and Method.

    `sender_id`: entries told to that sender number or that set its permission, those of all among them; `phone_ids`:
    of one of these numbers.
    """

    phone_id: int | None = None
    phone_ids: Sequence[int] | None = None
    sender_id: int | None = None
    kinds: Sequence[str] = ()
    methods: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    campaign_ref: int | None = None
    number: int | None = None
    hash_prefix: str = ""
    actor_kinds: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history."""

    event: ConsentEvent
    e164: str | None
    change: str
    how: str
    seal: str
    evidence: ConsentEvidence | None = None
    senders: tuple[str, ...] = field(default=())


def history(
    wanted: HistoryFilter | None = None, *, before_seq: int | None = None, limit: int = 50
) -> list[Entry]:
    """Entries newest first, `limit` below `before_seq` (keyset), with their evidence and their senders' names."""
    return _entries(_filtered(wanted or HistoryFilter(), before_seq).order_by("-seq")[:limit])


@dataclass(frozen=True, slots=True)
class Kept:
    """One number of the do-not-contact list: since when, with which reach, and the entry that tells why."""

    phone: PhoneNumber
    reach: str
    since: datetime
    why: Entry | None


def do_not_contact(
    *,
    status: str = "",
    after_id: int = 0,
    limit: int = 50,
    digits: str = "",
    method: str = "",
    since: datetime | None = None,
) -> list[Kept]:
    """Numbers that at least one sender may not text, in the order of their ids after `after_id` (keyset).

    `status`: "stopped" or "blocked" for those only; `digits`: a part of the number; `method`: how the entry that
    decides was told; `since`: on the list since then or later.
    """
    phones: QuerySet[PhoneNumber] = (
        PhoneNumber.objects.do_not_contact().filter(id__gt=after_id).order_by("id")
    )
    if status:
        phones = phones.filter(status=status)
    if digits:
        phones = phones.filter(e164__contains=digits)
    if since is not None:
        phones = phones.filter(Q(blocked_at__gte=since) | Q(blocked_at=None, stopped_at__gte=since))
    if method:
        told = ConsentEvent.objects.filter(phone_id=OuterRef("pk"), seq=OuterRef("why"))
        phones = phones.alias(why=_deciding()).alias(told=Subquery(told.values("method")[:1]))
        phones = phones.filter(told=method)
    return kept_of(list(phones[:limit]))


def kept_of(found: list[PhoneNumber]) -> list[Kept]:
    """Lines of the list for some numbers that are on it; five queries."""
    labels = reach_labels(found)
    phones = PhoneNumber.objects.filter(id__in=[p.pk for p in found])
    deciding = phones.annotate(why=_deciding()).values_list("why", flat=True)
    entries = _entries(ConsentEvent.objects.filter(seq__in=[seq for seq in deciding if seq is not None]))
    why = {entry.event.phone_id: entry for entry in entries}
    return [Kept(p, labels[p.pk], p.blocked_at or p.stopped_at or p.created_at, why.get(p.pk)) for p in found]


def _deciding() -> Case:
    """Ledger number of the entry that keeps a number on the list: its erasure, the team's block, or the newest of the
    opt-outs in force. What was lifted or taken back since decides nothing, and what was said under a block neither.
    """
    events = ConsentEvent.objects.filter(phone_id=OuterRef("pk")).order_by("-seq").values("seq")
    out = Permission.objects.filter(phone_id=OuterRef("pk"), state=Permission.State.OPTED_OUT)
    newest = out.order_by().values("phone_id").annotate(newest=Max("event")).values("newest")
    return Case(
        When(block_reason="erased", then=Subquery(events.filter(kind=Kind.ERASED)[:1])),
        When(blocked_at__isnull=False, then=Subquery(events.filter(kind=Kind.BLOCK)[:1])),
        # PostgreSQL's GREATEST passes over what is NULL.
        default=Greatest(F("all_stopped_event"), Subquery(newest)),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One number at which the list changed: how it stands now, `kept` None where nothing keeps it on the list."""

    seq: int
    phone: PhoneNumber
    kept: Kept | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes read, and the entry to go on after; `more`: there are entries behind it."""

    rows: list[Change]
    next_after: int
    more: bool


def list_changes(*, after_seq: int, limit: int) -> Changes:
    """Numbers whose consent changed after an entry of the ledger, in its order, each as it stands now.

    Entries become visible in the order of their numbers: who goes on after `next_after` misses nothing.
    """
    read = ConsentEvent.objects.filter(seq__gt=after_seq).order_by("seq").values_list("seq", "phone_id")
    entries = list(read[: limit + 1])
    more, entries = len(entries) > limit, entries[:limit]
    last = {phone_id: seq for seq, phone_id in entries}
    phones = PhoneNumber.objects.in_bulk(list(last))
    kept = {
        one.phone.pk: one for one in kept_of([p for p in phones.values() if p.stopped_at or p.blocked_at])
    }
    rows = [Change(seq, phones[pk], kept.get(pk)) for pk, seq in last.items() if pk in phones]
    return Changes(sorted(rows, key=lambda one: one.seq), entries[-1][0] if entries else after_seq, more)


def _entries(found: QuerySet[ConsentEvent]) -> list[Entry]:
    events = list(found)
    evidence = evidence_of(events)
    numbers = dict(PhoneNumber.objects.filter(id__in={e.phone_id for e in events}).values_list("id", "e164"))
    names = dict(SenderNumber.objects.values_list("id", "name"))
    return [
        Entry(
            event=event,
            e164=numbers.get(event.phone_id),
            change=Kind(event.kind).label,
            how=Method(event.method).label,
            seal=bytes(event.hash).hex(),
            evidence=evidence.get(event.seq),
            senders=("All",) if event.reach == "all" else tuple(names.get(s, "") for s in event.senders),
        )
        for event in events
    ]


def _filtered(wanted: HistoryFilter, before_seq: int | None) -> QuerySet[ConsentEvent]:
    events: QuerySet[ConsentEvent] = ConsentEvent.objects.all()
    simple: Mapping[str, Any] = {
        "seq__lt": before_seq,
        "phone_id": wanted.phone_id,
        "recorded_at__gte": wanted.since,
        "recorded_at__lt": wanted.until,
        "campaign_ref": wanted.campaign_ref,
        "seq": wanted.number,
    }
    events = events.filter(**{name: value for name, value in simple.items() if value is not None})
    if wanted.sender_id is not None:
        sender = wanted.sender_id
        events = events.filter(Q(sender_id=sender) | Q(senders__contains=[sender]) | Q(reach="all"))
    if wanted.phone_ids is not None:
        events = events.filter(phone_id__in=wanted.phone_ids)
    if wanted.kinds:
        events = events.filter(kind__in=wanted.kinds)
    if wanted.methods:
        events = events.filter(method__in=wanted.methods)
    if wanted.actor_kinds:
        events = events.filter(actor_kind__in=wanted.actor_kinds)
    if wanted.hash_prefix:
        low = bytes.fromhex(wanted.hash_prefix + "0" * (len(wanted.hash_prefix) % 2))
        high = bytes.fromhex(wanted.hash_prefix + "f" * (len(wanted.hash_prefix) % 2))
        events = events.filter(hash__gte=low, hash__lte=high + b"\xff" * 32)
    return events


def _permissions(phone_ids: Sequence[int], sender_ids: Sequence[int]) -> dict[Pair, Permission]:
    rows = Permission.objects.filter(phone_id__in=phone_ids, sender_id__in=sender_ids)
    return {(row.phone_id, row.sender_id): row for row in rows}


def _pending(phone_ids: Sequence[int], sender_ids: Sequence[int]) -> set[Pair]:
    rows = OptInRequest.objects.filter(
        phone_id__in=phone_ids, sender_id__in=sender_ids, closed_at__isnull=True
    )
    return set(rows.values_list("phone_id", "sender_id"))


def _label(facts: PhoneFacts) -> str:
    if facts.state == "opted_out" or facts.covered_by_all:
        return "opted_out"
    if facts.stop_in_progress or facts.under_review or facts.provider_doubt:
        return "on_hold"
    if facts.pending:
        return "pending"
    return facts.state or "unknown"


def _since(state: PhoneState, sender_id: int, event: ConsentEvent | None) -> datetime | None:
    kept = state.permissions.get(sender_id)
    if kept is not None and event is not None and kept.event == event.seq:
        return kept.since
    return event.occurred_at if event is not None else None

"""May this sender text this person, and why: the chain that a profile shows, in plain sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from consent.models import ConsentEvent, Hold, OptInRequest, Permission
from consent.reading import evidence_of, phone_facts
from consent.rules import sentences
from consent.rules.gate import Gate, PhoneFacts, decide
from consent.rules.numbers import show
from consent.rules.sentences import Asked, Said, Step
from tenants.models import SenderNumber, Tenant
from tenants.rules import Refused
from tenants.scope import current_tenant_id


@dataclass(frozen=True, slots=True)
class Explanation:
    """`sentence` starts with Yes or No; `steps` are the six of the chain; `sign` names the consent sign to show.

    `event` is the entry that decides (its `seq` is "#45,310 in the ledger"), None where nothing was ever said; `words`
    their words and `file` the name of an attached file, empty where none were kept.
    """

    gate: Gate
    steps: tuple[Step, ...]
    sentence: str
    way_back: str
    sign: str
    facts: PhoneFacts
    event: ConsentEvent | None = None
    words: str = ""
    file: str = ""

    @property
    def may(self) -> bool:
        return self.gate is Gate.OK


def explain(
    phone_id: int | None, sender_id: int, message_class: int, *, now: datetime | None = None
) -> Explanation:
    """The gate's answer for one person, one sender number and one class of message (0 reply … 3 marketing).

    `phone_id` None: a number that was never seen here.
    """
    tenant = Tenant.objects.get(id=current_tenant_id())
    sender = SenderNumber.objects.filter(id=sender_id).first()
    if sender is None:
        raise Refused("no_such_sender", "This sender number is not known here.")
    if phone_id is None:
        facts = PhoneFacts()
    else:
        facts = phone_facts([phone_id], [sender_id]).get((phone_id, sender_id), PhoneFacts(has_number=False))
    gate = decide(facts, message_class=message_class, needs_opt_in=tenant.marketing_needs_opt_in)
    event = _event(gate, facts, phone_id, sender_id)
    evidence = evidence_of([event]).get(event.seq) if event is not None else None
    words = evidence.words if evidence is not None else ""
    said = None
    if event is not None:
        at = _since(gate, phone_id, sender_id, event)
        said = Said(event.method, at, words, evidence.actor_label if evidence is not None else "")
    address = show(sender.address) if sender.address.startswith("+") else sender.address
    asked = Asked(sender.name, address, message_class, tenant.zone, now or timezone.now(), tenant.brand)
    until = _until(gate, phone_id, sender_id)
    return Explanation(
        gate=gate,
        steps=sentences.steps(gate, facts, asked),
        sentence=sentences.sentence(gate, asked, said, until=until),
        way_back=sentences.way_back(gate, asked, provider_block=facts.provider_block),
        sign=sentences.DECIDING[gate][3] if gate in sentences.DECIDING else _open_sign(facts),
        facts=facts,
        event=event,
        words=words,
        file=evidence.file.name if evidence is not None and evidence.file else "",
    )


def _open_sign(facts: PhoneFacts) -> str:
    return "opted_in" if facts.state == "opted_in" else "unknown"


def _event(gate: Gate, facts: PhoneFacts, phone_id: int | None, sender_id: int) -> ConsentEvent | None:
    """The entry that decides, as far as one does."""
    events = ConsentEvent.objects.filter(phone_id=phone_id)
    if gate in {Gate.OPTED_OUT, Gate.OK} and facts.event:
        return events.filter(seq=facts.event).first()
    if gate == Gate.OPTED_OUT_ALL:
        # The person's last words about this sender, where they said more than the opt-out of all.
        newer = max(facts.all_stopped_event or 0, facts.event if facts.state == "opted_out" else 0)
        return events.filter(seq=newer).first()
    kinds = {
        Gate.BLOCKED: ["block"],
        Gate.ERASED: ["erased"],
        Gate.UNDER_REVIEW: ["held"],
        Gate.PROVIDER_DOUBT: ["held"],
        Gate.PROVIDER_BLOCK: ["provider_block", "opt_out", "repeated"],
        Gate.PENDING: ["asked"],
    }.get(gate)
    if kinds is None:
        return None
    found = events.filter(kind__in=kinds)
    if gate in {Gate.PROVIDER_BLOCK, Gate.PENDING}:
        found = found.filter(sender_id=sender_id)
    return found.order_by("-seq").first()


def _since(gate: Gate, phone_id: int | None, sender_id: int, event: ConsentEvent) -> datetime:
    if gate in {Gate.OPTED_OUT, Gate.OPTED_OUT_ALL, Gate.OK}:
        kept = Permission.objects.filter(phone_id=phone_id, sender_id=sender_id, event=event.seq).first()
        if kept is not None:
            return kept.since
    return event.occurred_at


def _until(gate: Gate, phone_id: int | None, sender_id: int) -> datetime | None:
    if gate == Gate.PENDING:
        requests = OptInRequest.objects.filter(phone_id=phone_id, sender_id=sender_id, closed_at__isnull=True)
        return requests.values_list("expires_at", flat=True).first()
    if gate == Gate.UNDER_REVIEW:
        holds = Hold.objects.filter(phone_id=phone_id, reason="under_review", until__isnull=False)
        return holds.order_by("until").values_list("until", flat=True).first()
    return None

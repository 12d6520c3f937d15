"""The do-not-contact check for other systems: many numbers in a fixed number of queries, known here or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.actions.numbers import e164_hash
from consent.models import Permission, PhoneNumber
from consent.reading import phone_facts
from consent.rules.gate import TRANSACTIONAL, Gate, PhoneFacts, decide
from consent.rules.numbers import NumberVerdict, normalise
from tenants.models import SenderNumber, Tenant
from tenants.rules import Refused
from tenants.scope import current_tenant_id

CLASSES = {"transactional": 1, "service": 2, "marketing": 3}
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Checked:
    """One number: may it be texted, by the first no; status of the number, "unknown" where it was never seen here."""

    number: str
    e164: str | None
    allowed: bool
    reason: str | None
    status: str
    since: datetime | None


def check_numbers(
    *, numbers: Sequence[str], sender_id: int | None = None, purpose: str = ""
) -> list[Checked]:
    """For each number: may `sender_id` text it, or each of the tenant's senders in use where none is named.

    `purpose` is that of the text, by default the sender's; with neither it is asked as a transactional text, which
    answers: is the person on the do-not-contact list, or held? Six queries, however many numbers.
    Raises `Refused("sender_unknown")`.
    """
    tenant = Tenant.objects.get(pk=current_tenant_id())
    verdicts = [normalise(one, tenant.country, enabled=tenant.allowed_countries) for one in numbers]
    senders, message_class = _senders(sender_id, purpose)
    hashes = {e164_hash(v.e164): v.e164 for v in verdicts if v.e164}
    found = PhoneNumber.objects.filter(e164_hash__in=list(hashes))
    phones = {hashes[bytes(phone.e164_hash)]: phone for phone in found}
    facts = phone_facts([phone.pk for phone in phones.values()], senders)
    asking = _Asking(
        senders, message_class, tenant.marketing_needs_opt_in, facts, _opted_out(phones, senders)
    )
    return [
        asking.one(number, verdict, phones.get(verdict.e164 or ""))
        for number, verdict in zip(numbers, verdicts, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Asking:
    senders: Sequence[int]
    message_class: int
    needs_opt_in: bool
    facts: dict[tuple[int, int], PhoneFacts]
    since: dict[tuple[int, int], datetime]

    def one(self, number: str, verdict: NumberVerdict, phone: PhoneNumber | None) -> Checked:
        status = phone.status if phone is not None else UNKNOWN
        if verdict.e164 is None:
            return Checked(number, None, False, "number_invalid", status, None)
        gate, since = self._gate(phone)
        if gate is not Gate.OK:
            return Checked(number, verdict.e164, False, gate.name.lower(), status, since)
        if verdict.verdict != "accept":
            return Checked(number, verdict.e164, False, _cannot(verdict), status, None)
        return Checked(number, verdict.e164, True, None, status, None)

    def _gate(self, phone: PhoneNumber | None) -> tuple[Gate, datetime | None]:
        """The first no of any sender, the stronger reason first, and since when."""
        if phone is None:
            gate = decide(PhoneFacts(), message_class=self.message_class, needs_opt_in=self.needs_opt_in)
            return gate, None
        asked = [
            (
                decide(
                    self.facts[phone.pk, s], message_class=self.message_class, needs_opt_in=self.needs_opt_in
                ),
                s,
            )
            for s in self.senders
        ]
        refused = [pair for pair in asked if pair[0] is not Gate.OK]
        if not refused:
            return Gate.OK, None
        gate, sender = min(refused)
        if gate in {Gate.BLOCKED, Gate.ERASED}:
            return gate, phone.blocked_at
        if gate in {Gate.OPTED_OUT, Gate.OPTED_OUT_ALL}:
            return gate, self.since.get((phone.pk, sender), phone.stopped_at)
        return gate, phone.unusable_at if gate is Gate.UNUSABLE else None


def class_of(purpose: str, sender: SenderNumber | None) -> int:
    """The class of message to ask about: of the purpose, else the sender's, else transactional."""
    return CLASSES.get(purpose or (sender.purpose if sender else ""), TRANSACTIONAL)


def _senders(sender_id: int | None, purpose: str) -> tuple[list[int], int]:
    if sender_id is None:
        live = SenderNumber.objects.filter(retired_at__isnull=True).order_by("pk")
        return list(live.values_list("pk", flat=True)), class_of(purpose, None)
    sender = SenderNumber.objects.filter(pk=sender_id).first()
    if sender is None:
        raise Refused("sender_unknown", "This sender number does not exist.", "sender")
    return [sender_id], class_of(purpose, sender)


def _opted_out(phones: dict[str, PhoneNumber], senders: Sequence[int]) -> dict[tuple[int, int], datetime]:
    rows = Permission.objects.filter(
        phone_id__in=[p.pk for p in phones.values()], sender_id__in=senders, state="opted_out"
    )
    return {
        (phone, sender): since for phone, sender, since in rows.values_list("phone_id", "sender_id", "since")
    }


def _cannot(verdict: NumberVerdict) -> str:
    return verdict.reason if verdict.reason == "country_not_enabled" else "number_invalid"

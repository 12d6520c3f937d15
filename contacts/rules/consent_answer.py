"""The answer to "how did these people agree?": without proof they arrive without permission (D04, A12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from tenants.moments import day_possible
from tenants.rules import Refused

KINDS = ("contacts", "opt_outs", "never_contact")
PROOF_METHODS = {
    "paper": "Ticked on paper",
    "form": "On a web form",
    "keyword": "By text message",
    "in_person": "Said in person",
    "phone": "Said on the phone",
    "email": "By e-mail",
    "other": "Another way",
}
_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a file is and what it proves. `date` is ISO; `senders` are sender number ids."""

    kind: str = "contacts"
    proof: bool = False
    method: str = ""
    date: str = ""
    wording: str = ""
    note: str = ""
    senders: tuple[int, ...] = ()

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Answer:
        """Read what `as_json` wrote."""
        known = {k: v for k, v in stored.items() if k in cls.__slots__}
        return cls(**known | {"senders": tuple(stored.get("senders", ()))})

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"senders": list(self.senders)}

    @property
    def grants(self) -> bool:
        """Whether rows of this file may be opted in."""
        return self.kind == "contacts" and self.proof


def read_answer(given: dict[str, Any], *, today: date) -> Answer:
    """Check an answer. With proof: how, when, the words they saw and for which sender numbers, all of them.

    Raises the first of its `faults`.
    """
    for fault in faults(given, today=today):
        raise fault
    kind, note = str(given.get("kind") or "contacts"), _text(given, "note")
    if kind != "contacts":
        return Answer(kind=kind, note=note, wording=_text(given, "wording"), date=_text(given, "date"))
    if not given["proof"]:
        return Answer(note=note)
    senders = tuple(given["senders"])
    return Answer(
        kind, True, str(given["method"]), _text(given, "date"), _text(given, "wording"), note, senders
    )


def faults(given: dict[str, Any], *, today: date) -> Iterator[Refused]:
    """Everything that is wrong with an answer, so that a page tells all of it at once.

    Codes: kind_unknown, proof_missing, method_missing, date_missing, date_invalid, date_in_future, date_too_early,
    wording_missing, senders_missing, text_too_long; `field` names the part.
    """
    kind = str(given.get("kind") or "contacts")
    if kind not in KINDS:
        yield Refused(
            "kind_unknown", "Say whether these are contacts, opt-outs or numbers never to contact.", "kind"
        )
        return
    for name in ("wording", "note"):
        if len(_text(given, name)) > _MAX:
            yield Refused("text_too_long", f"Keep the words under {_MAX:,} characters.", name)
    if kind != "contacts":
        yield from _faults_of_date(given, today)
    elif given.get("proof") not in (True, False):
        yield Refused("proof_missing", "Choose whether you have proof that they agreed.", "proof")
    elif given["proof"]:
        yield from _faults_of_proof(given, today)


def _faults_of_proof(given: dict[str, Any], today: date) -> Iterator[Refused]:
    if str(given.get("method") or "") not in PROOF_METHODS:
        yield Refused("method_missing", "Say how they agreed.", "method")
    if not _text(given, "date"):
        yield Refused(
            "date_missing", "Say when they agreed. An earlier day in a column of the file wins.", "date"
        )
    if not _text(given, "wording"):
        yield Refused("wording_missing", "Copy the words that they agreed to.", "wording")
    if not given.get("senders"):
        yield Refused("senders_missing", "Choose the sender numbers that they agreed to.", "senders")
    yield from _faults_of_date(given, today)


def _faults_of_date(given: dict[str, Any], today: date) -> Iterator[Refused]:
    raw = _text(given, "date")
    if not raw:
        return
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        yield Refused("date_invalid", "Write the day like 2026-11-14.", "date")
        return
    if day > today:
        yield Refused("date_in_future", "This day is still to come.", "date")
    elif not day_possible(day):
        yield Refused("date_too_early", "There were no text messages yet on this day.", "date")


def _text(given: dict[str, Any], name: str) -> str:
    return str(given.get(name) or "").strip()

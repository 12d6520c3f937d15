"""The answer to "how did these people agree?": without proof they arrive without permission (D04, A12)."""

from __future__ import annotations

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

    Raises `Refused`: kind_unknown, proof_missing, method_missing, date_missing, date_invalid, date_in_future,
    date_too_early, wording_missing, senders_missing, text_too_long; `field` names the part.
    """
    kind = str(given.get("kind") or "contacts")
    if kind not in KINDS:
        raise Refused(
            "kind_unknown", "Say whether these are contacts, opt-outs or numbers never to contact.", "kind"
        )
    note, wording = str(given.get("note") or "").strip(), str(given.get("wording") or "").strip()
    if max(len(note), len(wording)) > _MAX:
        raise Refused("text_too_long", f"Keep the words under {_MAX:,} characters.", "wording")
    if kind != "contacts":
        return Answer(kind=kind, note=note, wording=wording, date=_optional_date(given, today))
    if given.get("proof") not in (True, False):
        raise Refused("proof_missing", "Choose whether you have proof that they agreed.", "proof")
    if not given["proof"]:
        return Answer(note=note)
    method, senders = str(given.get("method") or ""), tuple(given.get("senders") or ())
    if method not in PROOF_METHODS:
        raise Refused("method_missing", "Say how they agreed.", "method")
    if not given.get("date"):
        raise Refused(
            "date_missing", "Say when they agreed. An earlier day in a column of the file wins.", "date"
        )
    if not wording:
        raise Refused("wording_missing", "Copy the words that they agreed to.", "wording")
    if not senders:
        raise Refused("senders_missing", "Choose the sender numbers that they agreed to.", "senders")
    return Answer(kind, True, method, _optional_date(given, today), wording, note, senders)


def _optional_date(given: dict[str, Any], today: date) -> str:
    raw = str(given.get("date") or "").strip()
    if not raw:
        return ""
    try:
        day = date.fromisoformat(raw)
    except ValueError as error:
        raise Refused("date_invalid", "Write the day like 2026-11-14.", "date") from error
    if day > today:
        raise Refused("date_in_future", "This day is still to come.", "date")
    if not day_possible(day):
        raise Refused("date_too_early", "There were no text messages yet on this day.", "date")
    return raw

"""The provider's error codes as data (`twilio_errors.csv`, each row with its source) and in plain words."""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).with_name("twilio_errors.csv")


@dataclass(frozen=True, slots=True)
class ErrorFact:
    """One code. `stage` where it arises, `retry` when to try again, `action` what the system should do."""

    code: int
    message: str
    stage: str
    retry: str
    action: str
    charge: str
    note: str
    address: str


#: Plain words for the codes that marketers meet; the others are shown in the provider's own words.
_LABELS = {
    20003: "The provider account was refused: check its credentials",
    20429: "Too many requests at once; tried again",
    21211: "Not a phone number",
    21408: "The provider account may not text this country",
    21606: "This sender number cannot send here",
    21610: "The person opted out of this sender number",
    21611: "The sender number's queue is full; tried again later",
    21612: "This sender number cannot reach that number",
    21614: "Not a mobile number",
    21617: "The text is longer than 1,600 characters",
    21635: "A landline",
    30001: "The queue of the messaging service is full",
    30002: "The provider account is suspended",
    30003: "The phone was off or out of reach",
    30004: "Blocked by the carrier; the person may have opted out there",
    30005: "The number is unknown or no longer in use",
    30006: "A landline, or its carrier cannot be reached",
    30007: "Filtered as spam by the carrier",
    30008: "The carrier gave no reason",
    30022: "Sent faster than the carrier allows",
    30023: "The carrier's daily limit is reached",
    30027: "T-Mobile's daily limit is reached",
    30032: "The toll-free number is not verified yet",
    30033: "The registration of this campaign is suspended",
    30034: "The sender number is not registered for US texting",
    30035: "The sender number is still being set up",
    30036: "Too late: not delivered within its validity",
    30410: "The carrier did not answer in time",
    30450: "Blocked as possible fraud",
    30610: "Held back for quiet hours by the provider",
    30640: "Held back by the provider: this person is known for lawsuits",
}


@lru_cache(maxsize=1)
def error_facts() -> dict[int, ErrorFact]:
    """Every code of the catalogue, by number."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return {int(row["code"]): _fact(row) for row in csv.DictReader(lines)}


def error_fact(code: int) -> ErrorFact | None:
    """What is known of a code; None for a code that is not in the catalogue."""
    return error_facts().get(code)


def code_label(code: int | None) -> str:
    """A code in plain words: "The person opted out of this sender number"."""
    if not code:
        return ""
    fact = error_fact(code)
    return _LABELS.get(code) or (fact.message if fact else f"The carrier answered {code}")


def _fact(row: dict[str, str]) -> ErrorFact:
    return ErrorFact(
        code=int(row["code"]),
        message=row["message"],
        stage=row["stage"],
        retry=row["retry"],
        action=row["contact_or_system_action"],
        charge=row["charge"],
        note=row["note"],
        address=row["address"],
    )

"""What an import may do with a row, in the words people read."""

from __future__ import annotations

from dataclasses import dataclass

from consent.rules.numbers import REASON_TEXT
from contacts.rules.files.table import ROW_ERRORS

#: Rows whose values were taken (whatever their permission).
TAKEN = ("new", "updated", "unchanged", "kept_opted_out", "blocked", "duplicate")
#: Outcomes of a list of opt-outs.
OPT_OUT_OUTCOMES = ("stopped_new", "stopped_known", "already_stopped")
#: Said of a row beside its outcome: it was taken, but for one cell.
NOTES = ("email_left_out",)
#: Kept as they were, whatever the file says.
KEPT = ("kept_opted_out", "blocked", "erased", "already_stopped")

_WORDS = {
    "new": ("New", ""),
    "updated": ("Updated", ""),
    "unchanged": ("Nothing new", "What the file says is known already."),
    "kept_opted_out": ("Kept opted out or stopped", "An import never brings anyone back."),
    "blocked": ("Kept blocked", "Your team has blocked this number."),
    "erased": ("Erased, not created", "This person asked to be forgotten."),
    "duplicate": ("Same number twice", "Merged, the later row wins."),
    "stopped_new": ("Stopped, not a contact", "The number is on the do-not-contact list now."),
    "stopped_known": ("Stopped, one of your contacts", "They get no more texts from any sender."),
    "already_stopped": ("Already stopped", "Nothing changes."),
    **{code: ("Not taken", why) for code, why in ROW_ERRORS.items()},
    "field_too_long": ("Not taken", "A cell is longer than the place it goes to."),
    "unknown_id": ("Not taken", "This id is not one of your contacts."),
    "bad_date": ("Not taken", "The day they agreed cannot be read, or cannot be."),
    "email_left_out": ("Taken without the e-mail", "It is not an e-mail address."),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome for a page: `key` chooses its sign (parts/outcome_row.html)."""

    code: str
    key: str
    label: str
    why: str


def is_refused(code: str) -> bool:
    """Whether the row was not taken at all."""
    return code not in TAKEN and code not in OPT_OUT_OUTCOMES and code not in NOTES


def outcome(code: str) -> Outcome:
    """The words of an outcome code; `phone:<reason>` speaks with the reasons of phone numbers."""
    if code.startswith("phone:"):
        why = REASON_TEXT.get(code.removeprefix("phone:"), "This is not a mobile number that can be texted.")
        return Outcome(code, "bad", "Not taken", why)
    label, why = _WORDS.get(code, ("Not taken", ""))
    return Outcome(code, _key(code), label, why)


def _key(code: str) -> str:
    if code in {"new", "updated", "blocked"}:
        return code
    keys = {"kept_opted_out": "kept", "duplicate": "twice", "unchanged": "none", "already_stopped": "none"}
    if code in {"stopped_new", "stopped_known"}:
        return "kept"
    return keys.get(code, "bad")

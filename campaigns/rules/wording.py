"""The opt-out wording of a draft: words, a link, or both (A5)."""

from __future__ import annotations

from messaging.rules.links import OPT_OUT_LINK, has_link
from messaging.rules.wording import FIRST, MOST_DAYS

LINK_FIELD = f"{{{{ {OPT_OUT_LINK} }}}}"
#: What the choice writes; the author may change every word of it.
PRESETS = {
    "words": "Reply STOP to opt out.",
    "link": f"Stop: {LINK_FIELD}",
    "both": f"Reply STOP or {LINK_FIELD}",
}
LABELS = {"words": "A reply", "link": "A link", "both": "Either"}


DAYS_WANTED = f"Write a number of days from 1 to {MOST_DAYS}."


def known_days(days: object) -> bool:
    """Whether a draft may be saved with it: 1 to 365, or none yet."""
    return days is None or (isinstance(days, int) and not isinstance(days, bool) and 1 <= days <= MOST_DAYS)


def read_days(typed: str) -> int | None:
    """The days that were typed; None for what is no number of days, which the check list then asks for."""
    typed = typed.strip()
    days = int(typed) if typed.isdecimal() and len(typed) <= 6 else None
    return days if known_days(days) else None


def why_words(*, every: int, sender: str, had_on: str, country: str) -> str:
    """Why one person would get the wording, or not: `had_on` is the day they last had it, as far as that counts."""
    if country:
        return f"Carries the opt-out wording, as every text to {country} does."
    if had_on:
        return f"No opt-out wording this time: had it on {had_on}."
    if every == FIRST:
        return f"Carries the opt-out wording: has had none from {sender} yet."
    days = "day" if every == 1 else f"{every} days"
    return f"Carries the opt-out wording: had none from {sender} in the last {days}."


def line_wording(address: str) -> str:
    """Names the opt-out line: any text to it, whatever its words, stops all numbers (A17)."""
    return f"Text anything to {address} to stop all."


def says_of(wording: str) -> str:
    """words, link or both: a wording with the link and a word people can answer with is both."""
    if not has_link(wording):
        return "words"
    return "both" if "STOP" in wording else "link"


def footer_choices(wording: str) -> list[dict[str, object]]:
    """Items of parts/segmented.html."""
    current = says_of(wording)
    return [{"label": label, "value": key, "current": key == current} for key, label in LABELS.items()]


def changed_wording(typed: str, *, before: str, chosen: str) -> str:
    """The wording to save: the choice's own words when the choice was changed, else what was typed."""
    return PRESETS[chosen] if chosen in PRESETS and chosen != says_of(before) else typed


def often_choices(current: str, sender: str) -> list[dict[str, object]]:
    """Who gets the wording, each with what it means for the people."""
    number = sender or "this number"
    said = {
        "always": ("Everyone, in every text", "The safest choice: nobody has to look for it."),
        "first": (
            "People who have never had it",
            f"In their first text from {number}; later ones go without it.",
        ),
        "days": ("People who have not had it for some days", "It comes again when that time has passed."),
    }
    return [
        {"value": value, "label": label, "note": note, "current": value == current}
        for value, (label, note) in said.items()
    ]


def shown_wording(wording: str) -> str:
    """The wording in a line, its link by name."""
    return wording.replace(LINK_FIELD, "(their link)")


def example(text: str, *, first: bool, most: int = 70) -> str:
    """The end of a text where the wording stands, or its beginning; words are not cut."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    return f"{text[:most].rpartition(' ')[0]} …" if first else f"… {text[-most:].partition(' ')[2]}"

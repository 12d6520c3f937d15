"""The opt-out wording of a draft: words, a link, or both (A5)."""

from __future__ import annotations

from messaging.rules.links import OPT_OUT_LINK, has_link

LINK_FIELD = f"{{{{ {OPT_OUT_LINK} }}}}"
#: What the choice writes; the author may change every word of it.
PRESETS = {
    "words": "Reply STOP to opt out.",
    "link": f"Stop: {LINK_FIELD}",
    "both": f"Reply STOP or {LINK_FIELD}",
}
LABELS = {"words": "Words", "link": "Link", "both": "Both"}


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

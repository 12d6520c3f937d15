"""How often a person gets the opt-out wording of a campaign, in words and numbers (A5).

`every` is what a broadcast freezes: 0 in every text, -1 in the first text, n at most once in n days. Whether one
person is due is asked of the database (messaging.wording); a doubt always adds the wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

ALWAYS, FIRST = 0, -1
MOST_DAYS = 365
MONTH = 31  # at least monthly is what the trade advises: the longest month
# A monthly text that leaves a little earlier in the day than the last one is still a month later.
SLACK = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Country:
    """A country whose rules want a way out in every marketing text: nobody there is ever sent one without."""

    code: str
    name: str
    prefixes: tuple[str, ...]
    rule: str
    source: str


_CANADIAN = (
    "204 226 236 249 250 257 263 273 289 306 343 354 365 367 368 382 403 416 418 428 431 437 438 450 460 468 "
    "474 506 514 519 548 579 581 584 587 600 604 613 622 633 639 647 672 683 705 709 742 753 778 780 782 807 "
    "819 825 867 873 879 902 905 942"
)
EVERY_TEXT = (
    Country(
        "GB", "the United Kingdom", ("+44",), "PECR, reg. 22",
        "https://ico.org.uk/for-organisations/guide-to-pecr/guidance-on-direct-marketing-using-electronic-mail/"
        "how-do-we-comply-with-the-rules-on-sending-marketing-by-electronic-mail/",
    ),
    Country(
        "CA", "Canada", tuple(f"+1{area}" for area in _CANADIAN.split()), "CASL, s. 6",
        "https://laws-lois.justice.gc.ca/eng/acts/E-1.6/",
    ),
)  # fmt: skip
COUNTRIES = {country.code: country for country in EVERY_TEXT}


def said(every: int) -> str:
    """'in every text', 'in the first text', 'every 30 days'."""
    if every == ALWAYS:
        return "in every text"
    if every == FIRST:
        return "in the first text"
    return "every day" if every == 1 else f"every {every} days"


def named(footer: str, *, first: bool, every: int) -> str:
    """A broadcast's wording as reports name it: “Reply STOP to opt out.” at the end, every 30 days."""
    if not footer:
        return "No opt-out wording"
    often = "" if every == ALWAYS else f", {said(every)}"
    return f"“{footer}” {'at the start' if first else 'at the end'}{often}"

"""Which of a tenant's sender numbers an opt-out covers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MARKETING = "marketing"


class Reach(StrEnum):
    """How far an opt-out reaches: the number texted, the numbers of one purpose, or all (later ones too)."""

    NUMBER = "number"
    PURPOSE = "purpose"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Covers:
    """The reach, and for `purpose` which purpose."""

    reach: Reach
    purpose: str = ""


def reach_of(
    *, stop_covers: str, us_rules: bool, purpose: str, is_opt_out_line: bool, words_reach: str = "sender"
) -> Covers:
    """What an opt-out texted to a sender number of `purpose` covers.

    `stop_covers` is the tenant's setting; `words_reach` what the person's words asked for ("sender": nothing more
    than STOP). The opt-out line covers all whatever the words. Words decide before the setting, and the US rule R9
    (47 CFR 64.1200(a)(10): revoking in reply to an exempt informational text stops everything) before the setting.
    """
    if is_opt_out_line or words_reach == "all":
        return Covers(Reach.ALL)
    if words_reach == "purpose":
        return Covers(Reach.PURPOSE, MARKETING)
    if us_rules and purpose != MARKETING:
        return Covers(Reach.ALL)
    if stop_covers == Reach.PURPOSE:
        return Covers(Reach.PURPOSE, purpose)
    return Covers(Reach(stop_covers))

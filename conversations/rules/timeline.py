"""What happened with one person, in lines: texts and permissions in one order, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from consent.rules.sentences import as_told

_BY = {
    "keyword": "By keyword",
    "free_text": "In their own words",
    "opt_out_line": "Texted the opt-out line",
    "web": "On the web page",
    "form": "On a form",
    "phone": "Told by phone",
    "email": "Told by e-mail",
    "post": "Told by letter",
    "in_person": "Told in person",
    "paper": "Signed on paper",
    "import": "By an import",
    "api": "From another system of yours",
    "bot": "By a bot",
    "team": "",
    "provider": "Told by the carrier",
    "review": "Decided when the reply was read",
    "review_lapsed": "Nobody read the reply in time",
    "system": "",
}


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of the ledger as the timeline reads it; `senders` are names, empty with `reach` "all"."""

    kind: str
    method: str
    reach: str = ""
    senders: Sequence[str] = ()
    words: str = ""
    note: str = ""
    by: str = ""
    campaign: str = ""
    to_status: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `sign` of the vocabulary or else `icon`; *stars* in the title stand out."""

    title: str
    meta: str = ""
    sign: str = ""
    icon: str = ""


def plain(text: str) -> str:
    """A name inside a title, where stars would be read as emphasis."""
    return " ".join(text.replace("*", "∗").split())


def names(told: Told) -> str:
    """Whom an entry concerns: "Offers and Orders", or "every sender"."""
    if told.reach == "all":
        return "every sender"
    found = [plain(name) for name in told.senders if name]
    if not found:
        return ""
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"


def entry_line(told: Told) -> Line:
    """The line of one ledger entry."""
    whom = names(told)
    of = f" of {whom}" if whom else ""
    to = f" to {whom}" if whom else ""
    if told.kind == "opt_out":
        return Line(f"*Opted out*{of}", _meta(told), "stopped" if told.reach == "all" else "opted_out")
    if told.kind == "opt_in":
        return Line(f"*Opted in*{to}", _meta(told), "opted_in")
    sign, icon, title = _LINES.get(told.kind, ("", "circle", plain(told.kind)))
    if told.kind in {"asked", "lapsed", "withdrawn", "provider_block"} and whom:
        title = f"{title}, {whom}"
    return Line(title, _meta(told), sign, icon)


_LINES: dict[str, tuple[str, str, str]] = {
    "repeated": ("opted_out", "", "*Opted out again*, already in force"),
    "no_effect": ("", "info-circle", "Recorded without effect"),
    "block": ("blocked", "", "*Blocked* on every sender"),
    "unblock": ("", "lock-open", "*Unblocked*"),
    "mistake": ("", "arrow-back-up", "Opt-out taken back, *entered by mistake*"),
    "asked": ("pending", "", "Asked to confirm"),
    "lapsed": ("unknown", "", "No YES came, the request lapsed"),
    "held": ("on_hold", "", "*Put on hold*, marketing waits"),
    "released": ("", "player-play", "*Hold released*"),
    "provider_block": ("opted_out", "", "The carrier blocks this pair"),
    "wrong_number": ("stopped", "", "*Wrong number*, opted out of every sender"),
    "number_changed": ("", "switch-horizontal", "The number of the contact changed"),
    "merged": ("", "git-merge", "Two contacts became one"),
    "withdrawn": ("unknown", "", "Opt-in of an undone import withdrawn"),
    "erased": ("blocked", "", "*Erased*"),
    "returned": ("", "repeat", "*Asked to return*; the block stays until a manager lifts it"),
}


def _meta(told: Told) -> str:
    how = _BY.get(told.method, "")
    words = " ".join(told.words.split())
    if words:
        how = f"{how} “{words}”" if how else f"“{words}”"
    parts = [how, f"answering “{told.campaign}”" if told.campaign else ""]
    if told.note:
        parts.append(" ".join(told.note.split()))
    if told.file:
        parts.append(f"with the file {told.file}")
    if told.by:
        parts.append(f"recorded by {told.by}")
    text = ", ".join(part for part in parts if part)
    return text[:1].upper() + text[1:] + ("." if text and text[-1] not in ".!?”" else "")


def when(moment: datetime, zone: str, now: datetime) -> str:
    """ "Today, 12:44", "14 Nov, 18:02", with the year when it is another one; in the given zone."""
    local, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    if local.date() == today.date():
        return f"Today, {local:%H:%M}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {local:%b}{year}, {local:%H:%M}"


def when_told(moment: datetime, zone: str, now: datetime) -> str:
    """Like `when` for what somebody told, without a time where they told only the day."""
    return as_told(when(moment, zone, now), moment, zone)


def merged(first: Sequence[datetime], second: Sequence[datetime], limit: int) -> list[int]:
    """How two streams, each newest first, interleave: 0 or 1 for each of the newest `limit` lines.

    Each stream keeps its own order, so that a cursor in each of them pages without gap or double.
    """
    at = [0, 0]
    order: list[int] = []
    streams = (first, second)
    while len(order) < limit and (at[0] < len(first) or at[1] < len(second)):
        if at[0] >= len(first):
            pick = 1
        elif at[1] >= len(second):
            pick = 0
        else:
            pick = 0 if streams[0][at[0]] > streams[1][at[1]] else 1
        order.append(pick)
        at[pick] += 1
    return order

"""Reading the composer's form: strings in, the values of `campaigns.actions.update_campaign` out."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict

from campaigns.rules.wording import changed_wording, read_days
from tenants.rules import Refused

_SETS = ("group", "tag", "all")


def read_form(post: QueryDict, zone: str, footer_before: str = "") -> dict[str, Any]:
    """Values of a draft from its form; `zone` is the tenant's, `footer_before` the wording as it was saved.

    Raises Refused `time_invalid`, `audience_invalid`, `sender_missing`.
    """
    footer = post.get("footer", "end") if post.get("footer_on") else "none"
    return {
        "name": post.get("name", ""),
        "sender_id": _number(post.get("sender", ""), "sender_missing", "sender"),
        "purpose": post.get("purpose", "marketing"),
        "text": post.get("text", "").replace("\r\n", "\n"),
        "footer": footer,
        "footer_text": changed_wording(
            post.get("footer_text", "").strip(), before=footer_before, chosen=post.get("footer_says", "")
        ),
        "footer_when": post.get("footer_when", "always"),
        **_days(post),
        "audience": read_audience(post),
        "send_at": _time(post, zone),
    }


def read_audience(post: QueryDict) -> dict[str, Any]:
    """The audience: chips as `include=group:3`, one change by the button `add` or `remove` as `include:group:3`."""
    sides: dict[str, list[list[Any]]] = {side: _sets(post.getlist(side)) for side in ("include", "exclude")}
    for verb in ("add", "remove"):
        side, _, chosen = post.get(verb, "").partition(":")
        if side not in sides:
            continue
        for one in _sets([chosen]):
            sides[side] = [kept for kept in sides[side] if kept != one]
            if verb == "add":
                sides[side].append(one)
    return {**sides, "skip_any_stop": bool(post.get("skip_any_stop"))}


def _days(post: QueryDict) -> dict[str, int | None]:
    """The days as typed. What is no number is saved as none where days are asked, so that nothing else is lost."""
    days = read_days(post.get("footer_days", ""))
    asked = post.get("footer_when") == "days" and "footer_days" in post
    return {"footer_days": days} if asked or days is not None else {}


def _sets(words: list[str]) -> list[list[Any]]:
    found: list[list[Any]] = []
    for word in words:
        kind, _, ref = word.partition(":")
        if kind not in _SETS or not ref.isdecimal() or len(ref) > 18:
            raise Refused(
                "audience_invalid",
                "The audience is not understood. Choose groups and tags again.",
                "audience",
            )
        if [kind, int(ref)] not in found:
            found.append([kind, int(ref)])
    return found


def _number(text: str, code: str, field: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise Refused(code, "This sender number does not exist. Choose another.", field)
    return int(text)


def _time(post: QueryDict, zone: str) -> datetime | None:
    if post.get("when", "now") != "later":
        return None
    day, clock = post.get("date", "").strip(), post.get("time", "").strip()
    if not day:
        return None
    try:
        return datetime.fromisoformat(f"{day}T{clock or '10:00'}").replace(tzinfo=ZoneInfo(zone))
    except ValueError as error:
        raise Refused("time_invalid", "Write the time as a date and a time of day.", "send_at") from error


def read_id(text: str | None, *, least: int = 0) -> int:
    """An id from an address, `least` where it is missing or no number."""
    return int(text) if text and text.isdecimal() and len(text) <= 18 else least

"""What a bot may do and say: settings of each action, the wording that a reply needs, what keeps a bot from being on.

A bot's content is one plain form, the same for pages, the API and its versions; see `clean`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consent.rules.keywords import DEFAULT, KeywordWords
from conversations.rules.bots import ANY, FIRST, LEAVE, WHOLE, Action, Plan, Word, read_word, reserved
from messaging.rules.merge import compile_text
from tenants.rules import Refused

MATCHES = (WHOLE, FIRST, ANY)
PERMISSIONS = ("ask", "active", "stopped", "blocked")
KINDS = (
    "add_groups", "remove_groups", "add_tags", "remove_tags", "set_field", "permission", "reply", "notify", "webhook",
)  # fmt: skip
#: Names a bot's texts may use beside the fields of contacts.
OWN_NAMES = ("text", "rest", "word")
MOST_WORDS, MOST_ACTIONS, MAX_REPLY = 40, 20, 1000
_STOP, _START = re.compile(r"\bSTOP\b"), re.compile(r"\bSTART\b")
_NO_FALLBACK = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Known:
    """What the tenant has, by id or key, with names."""

    senders: Mapping[int, str]
    groups: Mapping[int, str]
    tags: Mapping[int, str]
    fields: Mapping[str, str]
    keywords: KeywordWords = DEFAULT
    brand: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A line of the check list: `holds` keeps the bot from being switched on; `field` names what is meant."""

    text: str
    holds: bool = False
    field: str = ""


def read_words(texts: Sequence[str], match: str, keywords: KeywordWords = DEFAULT) -> tuple[Word, ...]:
    """The triggers of what was typed. Refused: word_empty, word_reserved (with the reason), too_many_words."""
    if match not in MATCHES:
        raise Refused("match_invalid", "Choose whole text, first word, or any other text.", "match")
    found: dict[tuple[str, str], Word] = {}
    for text in texts:
        word = read_word(text, FIRST if match == FIRST else WHOLE)
        if not word.key:
            raise Refused("word_empty", "Write a word or an emoji.", "words")
        if len(" ".join(text.split())) > 60:
            raise Refused("word_too_long", "Keep a word under 60 characters.", "words")
        if match == FIRST and word.kind == FIRST and " " in word.text.strip():
            raise Refused("word_two", "“Starts with” looks at the first word alone. Write one word.", "words")
        why = reserved(word, keywords)
        if why:
            raise Refused("word_reserved", why, "words")
        found.setdefault((word.kind, word.key), word)
    if len(found) > MOST_WORDS:
        raise Refused("too_many_words", f"At most {MOST_WORDS} words a bot.", "words")
    words = tuple(found.values())
    if match == ANY:
        words = (*(word for word in words if word.kind == LEAVE), Word(ANY, "", ""))
    return words


def clean_action(raw: Mapping[str, Any], known: Known) -> Action:
    """One action with settings of its kind only. Refused: action_invalid, not_found, and those of merge fields."""
    kind, given = str(raw.get("kind", "")), raw.get("settings") or {}
    if kind not in KINDS or not isinstance(given, Mapping):
        raise Refused("action_invalid", "Choose what the bot does.", "actions")
    settings: dict[str, Any]
    if kind in ("add_groups", "remove_groups"):
        settings = {"groups": _ids(given.get("groups"), known.groups, "group")}
    elif kind in ("add_tags", "remove_tags"):
        settings = {"tags": _ids(given.get("tags"), known.tags, "tag")}
    elif kind == "set_field":
        name = str(given.get("field", ""))
        if name and name not in known.fields:
            raise Refused("not_found", "This field does not exist. Choose another.", "actions")
        settings = {"field": name, "value": _text(given.get("value"), 500)}
    elif kind == "permission":
        to = str(given.get("to", "ask"))
        if to not in PERMISSIONS:
            raise Refused("action_invalid", "Choose what becomes of the permission.", "actions")
        settings = {"to": to, "disclosure": _text(given.get("disclosure"), 1000)}
    elif kind == "reply":
        settings = {"text": _text(given.get("text"), MAX_REPLY), "marketing": bool(given.get("marketing"))}
    else:
        settings = {"text": _text(given.get("text"), 500)}
    return Action(kind, settings, bool(raw.get("stop_on_failure")))


def _ids(given: Any, known: Mapping[int, str], what: str) -> list[int]:
    found = given if isinstance(given, list) else []
    if any(isinstance(one, bool) or not isinstance(one, int) or one not in known for one in found):
        raise Refused("not_found", f"This {what} does not exist. Choose another.", "actions")
    return list(dict.fromkeys(found))


def _text(given: Any, limit: int, field: str = "actions") -> str:
    text = str(given or "").replace("\r\n", "\n").strip()
    if len(text) > limit:
        raise Refused("too_long", f"Shorten it to {limit:,} characters.", field)
    return text


def reply_text(given: Any, field: str) -> str:
    """A text that a bot says beside its actions. Raises `Refused("too_long")`."""
    return _text(given, MAX_REPLY, field)


def changes_permission(actions: Collection[Action]) -> bool:
    """Whether a bot with these actions may only be switched on by a manager."""
    return any(action.kind == "permission" for action in actions)


def sets(actions: Collection[Action], to: str) -> bool:
    """Whether one of the actions sets the permission to this."""
    return any(action.kind == "permission" and action.settings.get("to") == to for action in actions)


def remarks(plan: Plan, known: Known) -> list[Remark]:
    """What to mend before it may be on, and what to look at."""
    found = []
    if not plan.words:
        found.append(Remark("Add the word people text.", True, "words"))
    if not plan.actions:
        found.append(Remark("Add what happens then.", True, "actions"))
    for word in plan.words:
        why = reserved(word, known.keywords)
        if why:
            found.append(Remark(why, True, "words"))
    kinds = {action.kind for action in plan.actions}
    if any(word.kind == LEAVE for word in plan.words) and "remove_groups" not in kinds:
        found.append(Remark("STOP with a word leaves a group. Add “Take out of groups”.", True, "actions"))
    if plan.is_catch_all and sets(plan.actions, "active"):
        found.append(Remark("Only a word of its own opts people in. Any other text can’t.", True, "actions"))
    if plan.is_catch_all and sets(plan.actions, "ask"):
        found.append(Remark("Only a word of its own asks for a YES. Any other text can’t.", True, "actions"))
    for place, action in enumerate(plan.actions, 1):
        found += _of_action(place, action, known)
    found += _outside(plan, known)
    if sum(action.kind == "permission" for action in plan.actions) > 1:
        found.append(Remark("It sets the permission twice. Keep one.", True, "actions"))
    replies = [action for action in plan.actions if action.kind == "reply"]
    if sets(plan.actions, "stopped") and len(replies) > 1:
        found.append(Remark("After an opt-out one confirmation goes out: only the first reply.", False))
    if sets(plan.actions, "active") and not _disclosure(plan.actions):
        found.append(Remark("Write what people were told where they read the word: it is the proof.", False))
    return found


def _disclosure(actions: Collection[Action]) -> str:
    return next((a.settings.get("disclosure", "") for a in actions if a.kind == "permission"), "")


def _outside(plan: Plan, known: Known) -> list[Remark]:
    """What is wrong with the texts for out of its dates; a text without its date is never said."""
    found = []
    for label, text, date, field in (
        ("Before it begins", plan.early_reply, plan.starts_at, "early_reply"),
        ("After it ended", plan.over_reply, plan.ends_at, "over_reply"),
    ):
        if text:
            found += _reply(label, text, known, field)
        if text and date is None:
            found.append(Remark(f"{label}: the bot has no such date, so this is never said.", False, field))
    return found


def _of_action(place: int, action: Action, known: Known) -> list[Remark]:
    settings, field = action.settings, f"action-{place}"
    if action.kind in ("add_groups", "remove_groups"):
        return _sets(place, settings.get("groups", []), known.groups, "group", field)
    if action.kind in ("add_tags", "remove_tags"):
        return _sets(place, settings.get("tags", []), known.tags, "tag", field)
    if action.kind == "set_field":
        if settings.get("field") not in known.fields:
            return [Remark(f"Step {place}: choose the field.", True, field)]
        return _merge(f"Step {place}", settings.get("value", ""), known, field)
    if action.kind == "reply":
        return _reply(f"Step {place}", settings.get("text", ""), known, field)
    if action.kind == "notify":
        return _merge(f"Step {place}", settings.get("text", ""), known, field)
    return []


def _sets(place: int, ids: Sequence[int], known: Mapping[int, str], what: str, field: str) -> list[Remark]:
    if not ids:
        return [Remark(f"Step {place}: choose at least one {what}.", True, field)]
    if any(one not in known for one in ids):
        return [Remark(f"Step {place}: a {what} was deleted. Choose another.", True, field)]
    return []


def _merge(label: str, text: str, known: Known, field: str) -> list[Remark]:
    try:
        compile_text(text, frozenset([*known.fields, *OWN_NAMES]))
    except Refused as refused:
        return [Remark(f"{label}: {refused.message}", True, field)]
    return []


def _reply(label: str, text: str, known: Known, field: str) -> list[Remark]:
    if not text:
        return [Remark(f"{label}: write the reply.", True, field)]
    found = _merge(label, text, known, field)
    if known.brand and known.brand.casefold() not in text.casefold():
        found.append(Remark(f"{label}: the reply does not say that it is from {known.brand}.", False, field))
    bare = [name for name in _NO_FALLBACK.findall(text) if name not in OWN_NAMES]
    if bare:
        found.append(Remark(f"{label}: {bare[0]} has no fallback for people without one.", False, field))
    return found


def reminder(text: str, *, stopped: bool = False, ask: bool = False) -> str:
    """The words added to a reply so that it says how to leave, or how to come back (A4); empty when it says so."""
    if stopped:
        return "" if _START.search(text) else "Reply START to come back."
    if _STOP.search(text):
        return ""
    return "Reply STOP to opt out, HELP for help." if ask else "Reply STOP to opt out."


def question(brand: str) -> str:
    """The question of a double opt-in, for a bot that asks without a reply of its own."""
    return f"{brand}: reply YES to get our texts. Reply STOP to opt out, HELP for help. Msg & data rates may apply."

"""The bot builder's form: what was posted as a bot's content, and the small acts that change it before it is saved."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict

from consent.rules.keywords import KeywordWords
from conversations.rules.botactions import KINDS, MOST_ACTIONS, MOST_WORDS, read_words
from conversations.rules.bots import FIRST, WHOLE, read_word, word_key
from tenants.moments import plannable
from tenants.rules import Refused

_IDS = {"add_groups": "groups", "remove_groups": "groups", "add_tags": "tags", "remove_tags": "tags"}
FIRST_SETTINGS: dict[str, dict[str, Any]] = {
    "permission": {"to": "ask", "disclosure": ""}, "reply": {"text": "", "marketing": False},
    "set_field": {"field": "", "value": "{{ rest }}"}, "notify": {"text": ""}, "webhook": {"text": ""},
}  # fmt: skip


def read_content(post: QueryDict, zone: str) -> dict[str, Any]:
    """The content in the form, unchecked; times in the tenant's zone. Raises `Refused("time_invalid")`."""
    order = [one for one in post.getlist("order") if one.isdecimal() and len(one) < 4][:MOST_ACTIONS]
    words = [" ".join(word.split()) for word in post.getlist("word")][:MOST_WORDS]
    return {
        "name": post.get("name", ""),
        "match": post.get("match", WHOLE),
        "words": [word for word in words if word],
        "language": post.get("language", "").strip(),
        "senders": _ids(post, "sender"),
        "include_groups": _ids(post, "include"),
        "exclude_groups": _ids(post, "exclude"),
        "starts_at": _moment(post.get("starts", ""), zone, "starts_at"),
        "ends_at": _moment(post.get("ends", ""), zone, "ends_at"),
        "early_reply": post.get("early_reply", "").replace("\r\n", "\n"),
        "over_reply": post.get("over_reply", "").replace("\r\n", "\n"),
        "outside_marketing": bool(post.get("outside_marketing")),
        "hours_from": post.get("hours_from", "").strip() or None,
        "hours_until": post.get("hours_until", "").strip() or None,
        "answer_every": post.get("every", "always"),
        "actions": [_action(post, token) for token in dict.fromkeys(order)],
    }


def _action(post: QueryDict, token: str) -> dict[str, Any]:
    kind = post.get(f"kind-{token}", "")
    settings: dict[str, Any]
    if kind in _IDS:
        settings = {_IDS[kind]: _ids(post, f"ids-{token}")}
    elif kind == "set_field":
        settings = {"field": post.get(f"field-{token}", ""), "value": post.get(f"value-{token}", "")}
    elif kind == "permission":
        settings = {"to": post.get(f"to-{token}", "ask"), "disclosure": post.get(f"disclosure-{token}", "")}
    elif kind == "reply":
        settings = {
            "text": post.get(f"text-{token}", "").replace("\r\n", "\n"),
            "marketing": bool(post.get(f"marketing-{token}")),
        }
    else:
        settings = {"text": post.get(f"text-{token}", "").replace("\r\n", "\n")}
    return {"kind": kind, "settings": settings, "stop_on_failure": bool(post.get(f"stop-{token}"))}


def with_typed_words(content: dict[str, Any], typed: str, keywords: KeywordWords) -> dict[str, Any]:
    """The content with the words that stand in the input, parted by commas. Raises `Refused` of `read_words`."""
    new = [" ".join(word.split()) for word in typed.split(",")]
    new = [word for word in new if word]
    match = content["match"] if content["match"] in (WHOLE, FIRST) else WHOLE
    read_words(new, match, keywords)
    have = {read_word(word, match) for word in content["words"]}
    keys = {(word.kind, word.key) for word in have}
    fresh = []
    for word in new:
        found = read_word(word, match)
        if (found.kind, found.key) not in keys:
            keys.add((found.kind, found.key))
            fresh.append(word if len(word_key(word)) > 24 else word.upper())
    return {**content, "words": [*content["words"], *fresh]}


def changed(content: dict[str, Any], do: str) -> dict[str, Any]:
    """The content after one press: unword:<word>, add:<kind>, up:<n>, down:<n>, remove:<n> of the order shown."""
    verb, _, what = do.partition(":")
    actions = list(content["actions"])
    if verb == "unword":
        return {**content, "words": [word for word in content["words"] if word != what]}
    if verb == "add" and what in KINDS and len(actions) < MOST_ACTIONS:
        settings = FIRST_SETTINGS.get(what, {_IDS.get(what, "groups"): []})
        return {
            **content,
            "actions": [*actions, {"kind": what, "settings": dict(settings), "stop_on_failure": False}],
        }
    place = int(what) if what.isdecimal() and len(what) < 4 else -1
    if not 0 <= place < len(actions):
        return content
    if verb == "remove":
        del actions[place]
    elif verb in ("up", "down"):
        other = place + (1 if verb == "down" else -1)
        if 0 <= other < len(actions):
            actions[place], actions[other] = actions[other], actions[place]
    return {**content, "actions": actions}


def _ids(post: QueryDict, name: str) -> list[int]:
    return [int(one) for one in post.getlist(name) if one.isdecimal() and len(one) < 19]


def _moment(text: str, zone: str, field: str) -> str | None:
    text = text.strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    except ValueError as error:
        raise Refused("time_invalid", "Write the time as a date and a time of day.", field) from error
    return plannable(moment, field).isoformat()

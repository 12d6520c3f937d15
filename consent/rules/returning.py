"""Coming back and asking for help, in the languages of `lexicon.returning`: never more than a wish, never an opt-out.

A sentence asks to come back when it says "again" and a word for subscribing or receiving, or says both in one
("reabonner"), or that somebody left by mistake; a refusal or "stop" beside it makes it none. Linear in the text.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from consent.rules.lookup import BIT, LANGUAGES, UNSPACED, read, said
from consent.rules.scripts import hits

_MOST_WORDS = 24
_AGAIN, _JOIN, _REJOIN, _MISTAKE = (BIT[name] for name in ("again", "join", "rejoin", "mistake"))
_WHO, _HELPME, _NEED = (BIT[name] for name in ("who", "helpme", "need"))
_WANTS = _JOIN | BIT["receive"] | BIT["message"] | BIT["want"]
_LEFT = BIT["unsub"] | BIT["idiom"] | BIT["list"] | _JOIN | _REJOIN | _AGAIN | BIT["stop"]
_REFUSED = reduce(
    or_,
    (
        BIT[n]
        for n in ("neg", "nomore", "nowant", "nocomm", "stop", "other", "report", "leave", "idiom", "unsub")
    ),
)
_FILLER, _ASK, _TIME = BIT["filler"], BIT["ask"], BIT["time"]
_ENGLISH = LANGUAGES.index("en")


def asks_to_return(pieces: list[str]) -> str:
    """The rule by which a text asks to come back, or "": `asks_to_return`, `left_by_mistake`."""
    together: dict[int, int] = {}
    for clause in pieces:
        if clause.count(" ") >= _MOST_WORDS:
            continue
        if not clause.isascii() and (found := _unspaced(clause)):
            return found
        words, by_language = read(clause)
        all_said = said(clause)
        for language, senses in by_language.items():
            if language == _ENGLISH:
                continue
            told = all_said[language]
            if told & BIT["want"] and told & BIT["unsub"]:
                return ""
            together[language] = together.get(language, 0) | told
            if not told & (_REJOIN | _AGAIN) or any(b & _REFUSED and not b & _JOIN for b in senses):
                continue
            unknown = sum(1 for bits in senses if not bits)
            if unknown <= len(words) // 3 and _returns(senses, told):
                return "asks_to_return"
    left = any(told & _MISTAKE and told & _LEFT and not told & BIT["other"] for told in together.values())
    return "left_by_mistake" if left else ""


def _returns(senses: list[int], said: int) -> bool:
    if said & _REJOIN:
        return True
    return (
        bool(said & _AGAIN) and any(bits & _WANTS and not bits & _AGAIN for bits in senses) and _joins(said)
    )


def _joins(said: int) -> bool:
    return bool(said & _JOIN) or bool(said & BIT["want"] and said & (BIT["receive"] | BIT["message"]))


def _unspaced(clause: str) -> str:
    for language in UNSPACED:
        found = hits(clause, language).keys()
        if not found or found & {"other", "leave", "wrong"}:
            continue
        if "rejoin" in found and not found & {"stop", "nowant"}:
            return "asks_to_return"
        if "again" in found and "join" in found and not found & {"stop", "nowant", "unsub"}:
            return "asks_to_return"
        if "mistake" in found and found & {"unsub", "stop"} and not found & {"nowant"}:
            return "left_by_mistake"
    return ""


def asks_for_help(pieces: list[str]) -> str:
    """The rule by which a text asks who writes or for help, or "": `who_is_this`, `asks_for_help`."""
    for clause in pieces:
        if clause.count(" ") >= 10:
            continue
        if not clause.isascii():
            for script in UNSPACED:
                found = hits(clause, script).keys()
                if "who" in found and len(clause) <= 20:
                    return "who_is_this"
                if "helpme" in found and len(clause) <= 16 and not found & {"other", "stop"}:
                    return "asks_for_help"
        words, by_language = read(clause)
        for language, all_said in said(clause).items():
            if not all_said & (_WHO | _HELPME) or language == _ENGLISH:
                continue
            if rule := _helps(words, by_language[language]):
                return rule
    return ""


def _helps(words: list[str], senses: list[int]) -> str:
    said = reduce(or_, senses)
    unknown = sum(1 for bits in senses if not bits)
    if said & _WHO and unknown <= (1 if len(words) > 3 else 0) and not said & (BIT["other"] | BIT["stop"]):
        first = next(place for place, bits in enumerate(senses) if bits & _WHO)
        if all(bits & (_FILLER | _ASK | _NEED) for bits in senses[:first]):
            return "who_is_this"
    if said & _HELPME and not said & (BIT["stop"] | BIT["neg"]):
        needs = any(bits & _NEED and not bits & _HELPME for bits in senses)
        if unknown == 0 or (needs and unknown <= max(1, len(words) // 3)):
            return "asks_for_help"
    return ""

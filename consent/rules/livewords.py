"""Which words "STOP <word>" may name for leaving one group only: none with which the text asks for more. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from consent.rules.keywords import KeywordWords, by_rules
from consent.rules.words import ANSWERS, DEFAULT, joined

#: What hears any word behind STOP; whether more is asked for is then a question of reach alone.
_ANY_WORD = {"stop_and_word", "polite_keyword"}
#: Kinds of texts somebody may well have a group of; every other word for texts means all of them.
_KINDS_OF_TEXTS = re.compile(r"(?:alert|reminder|update)s?", re.IGNORECASE)

#: What is said of such a word.
TOLD = "STOP {word} asks for more than to leave a group, so it stays an opt-out. Choose another word."


@lru_cache(maxsize=512)  # asked of every text that names a group
def asks_for_more(word: str, words: KeywordWords = DEFAULT) -> bool:
    """ "STOP NOW", "STOP TEXTS", "STOP PROMOS": opt-outs, whatever group is called so.

    So is a word that acts, or answers, when it stands alone. `words`: those of the tenant.
    """
    alone = by_rules(word, words=words, opted_out=True, double_opt_in_open=True)
    if alone.label == "optout" or alone.rule == "keyword" or joined(word) & ANSWERS:
        return True
    if by_rules(f"stop {word}", words=words, live_words=frozenset({word})).reach != "group":
        return True
    said = by_rules(f"stop {word}", words=words)
    if said.label == "optout" and (said.rule not in _ANY_WORD or said.reach != "sender"):
        return True
    return not _KINDS_OF_TEXTS.fullmatch(word.strip()) and any(
        heard.label == "optout" and heard.rule not in _ANY_WORD
        for heard in (by_rules(f"{verb} {word}", words=words) for verb in ("cancel", "leave"))
    )

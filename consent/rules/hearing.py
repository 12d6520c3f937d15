"""What an inbound text asks for: the rules first, then what its wording weighs. Pure, linear, never raises.

A word that is the whole text is certain and nothing else is asked. A sentence is what its rule says, unless the
wording as a whole speaks against it; where no rule speaks, the wording alone may. In between lies doubt, and doubt is
held and reviewed: nothing is sent meanwhile (CONSENT.md, "free text, unclear").
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TypedDict, Unpack

from consent.rules.keywords import Heard, KeywordWords, by_rules
from consent.rules.learned import score
from consent.rules.livewords import asks_for_more
from consent.rules.reaching import reach_in
from consent.rules.texts import key, own_words
from consent.rules.words import DEFAULT

#: From here on a text is an opt-out that is acted on at once: nine of ten such texts are (docs/decisions/0025).
CLEAR = 1.5
#: From here on it is held and reviewed: of four such texts three were opt-outs.
UNCLEAR = 0.6
#: Below this a rule of sentences is overruled: of twenty such texts one was an opt-out.
OUTWEIGHED = -0.75
# Rules that found the word itself; they stand whatever else is said.
_CERTAIN = frozenset(
    {
        "keyword", "repeated", "typo", "stretched", "sign", "polite_keyword", "group_word", "stop_and_word",
        "footer_echo", "provider_type", "nothing_opted_out", "unclear_word", "for_today", "answer_and_keyword",
    }
)  # fmt: skip


# "I do not want to opt out", said in so many words and nothing else.
_STAYS = re.compile(
    r"(?:no |yes |please |wait )*(?:i |im |we )?(?:do not|dont|did not|didnt|not|never|dnt)"
    r"(?: (?:ever|want|wish|trying|wanting|meaning|mean|intend|asking|plan|going|asked|please|you|to|be))*"
    r" (?:opt(?:ing|ed)? (?:me )?out|unsubscribed?(?: me)?|unsubscribing|leave|leaving|stop)"
    r"(?: (?:of|from|getting|receiving|your|the|these|texts?|messages|list|alerts|offers|please|thanks))*"
)


class Known(TypedDict, total=False):
    """What is known beside the text.

    `opt_out_type`: the provider's OptOutType or "" (its absence means nothing). `words`: those of the tenant.
    `opted_out`: of the sender texted; without it, and without an open double opt-in, START and YES are ordinary texts.
    `live_words`: groups and bots of the tenant, in any case, which "STOP <word>" may name.
    """

    opt_out_type: str
    words: KeywordWords
    opted_out: bool
    double_opt_in_open: bool
    live_words: frozenset[str]


def classify(text: str, **known: Unpack[Known]) -> Heard:
    """What `text` asks for."""
    heard = by_rules(text, **known)
    if heard.group_word is not None and asks_for_more(heard.group_word, known.get("words", DEFAULT)):
        # Set up before such words were refused: "Stop texting me" leaves no group.
        known["live_words"] = frozenset()
        heard = by_rules(text, **known)
    if heard.rule in _CERTAIN or heard.label in ("help", "optin"):
        return heard
    own = own_words(text)
    plain = key(own)
    if (
        not plain or plain in DEFAULT.opt_out
    ):  # a keyword here is one of a language that the tenant does not hear
        return heard
    if heard.label == "none" and len(plain) < 80 and _STAYS.fullmatch(plain):
        return Heard("none", "clear", "wants_to_stay")
    return _weighed(heard, own, plain)


def _weighed(heard: Heard, own: str, plain: str) -> Heard:
    total = score(own, named(heard))
    if heard.label == "optout":
        if total < OUTWEIGHED:
            return Heard("none", "clear", "outweighed")
        return replace(heard, confidence="unclear") if total < CLEAR else heard
    if total < (CLEAR if heard.rule == "turned_round" else UNCLEAR):
        return heard
    reach = reach_in(plain)
    if reach == "all":  # "you write every day" is no wish about every number; a rule would have found that
        reach = "sender"
    return Heard("optout", "clear" if total >= CLEAR else "unclear", "learned", reach)


def named(heard: Heard) -> str:
    """What the rules said, as the learned weights know it."""
    return f"{heard.label}:{heard.rule}:{heard.confidence}"

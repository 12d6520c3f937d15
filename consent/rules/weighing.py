"""Why a text was heard as it was: the words that weighed, for and against, and the rule in a plain sentence. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from consent.rules import grammar, learned, scripts
from consent.rules.hearing import classify
from consent.rules.keywords import Heard
from consent.rules.lookup import plain
from consent.rules.spelling import one
from consent.rules.texts import MAX_PHRASE_TEXT, clauses, key, latin, own_words
from consent.rules.words import DEFAULT, KeywordWords

#: What a sense of a word adds to an opt-out or takes from it, and what it is called. The rules decide, not the sum:
#: the points only say how heavily a word counts beside the others.
SENSES: dict[str, tuple[int, str]] = {
    "unsub": (4, "unsubscribing"),
    "leave": (4, "to be left alone"),
    "wrong": (4, "a wrong number"),
    "idiom": (4, "a set phrase for leaving"),
    "stop": (3, "asks to stop"),
    "removeme": (3, "asks to be removed"),
    "nocomm": (3, "do not write"),
    "nowant": (3, "does not want"),
    "remove": (2, "asks to remove"),
    "report": (3, "threatens to report you"),
    "law": (2, "names the law"),
    "message": (2, "names messages"),
    "comm": (2, "writing or calling"),
    "list": (1, "names a list"),
    "number": (1, "names a number"),
    "neg": (1, "a refusal"),
    "nomore": (2, "no more"),
    "more": (1, "no longer"),
    "want": (1, "wanting"),
    "receive": (1, "receiving"),
    "me": (1, "about themselves"),
    "keep": (-5, "asks to go on"),
    "other": (-4, "names an order or a visit"),
    "time": (-3, "names a time"),
    "past": (-3, "something that did not arrive"),
    "ask": (-2, "asks a question"),
}
_WORD = re.compile(r"\S+")
_MAX_WORDS = 60

_REASONS = {
    "keyword": "The whole text is an opt-out word.",
    "repeated": "An opt-out word, said several times.",
    "typo": "The whole text is an opt-out word with a slip of the thumb.",
    "stretched": "An opt-out word with stretched letters.",
    "sign": "A sign that stands for stop.",
    "polite_keyword": "An opt-out word with a greeting, thanks or please around it.",
    "answer_and_keyword": "An answer and an opt-out word: it may be meant for something else.",
    "unclear_word": "A word that is often an opt-out, and often not.",
    "group_word": "Stop, and the word of one of your groups: they leave that group only.",
    "stop_and_word": "Stop, and a word you have not set up: that is a stop.",
    "for_today": "Stop, for a time: that may or may not be an opt-out.",
    "footer_echo": "Your own opt-out line, typed back.",
    "wrong_number": "They say that the number is wrong.",
    "leave_alone": "They ask to be left alone.",
    "hostile": "Nothing but anger at your texts: that counts as an opt-out.",
    "threat": "They threaten to block or report you.",
    "stop_alone": "Nothing but stop is left without names and small words; it may be said in fun.",
    "revoked": "They take their permission back.",
    "wants_out": "They want to be off the list or to have the texts ended.",
    "only_service": "They want service texts only: no marketing.",
    "weary": "They are tired of the texts, without asking to stop.",
    "said_stop": "They say that they asked you to stop before.",
    "stop_doing": "They ask you to stop writing.",
    "stop_messages": "They ask you to stop the messages.",
    "stop_clause": "Stop, as a sentence of its own.",
    "do_not_contact": "They ask you not to write.",
    "stop_receiving": "They want to stop getting messages.",
    "bare_refusal": "Do not write, without saying whom or what: it may be about now only.",
    "another_way": "They ask for another channel; it may be an opt-out from texts.",
    "remove_me": "They ask to be taken off.",
    "unsubscribe": "They ask to unsubscribe.",
    "want_no_more": "They say that they want no more messages.",
    "no_messages": "They say: no messages.",
    "idiom": "A set phrase for leaving.",
    "erasure": "They name the data protection law and ask to be deleted.",
    "foreign_phrase": "A set phrase for leaving, in another language.",
    "ends_with_request": "A longer text that ends in asking you to stop.",
    "shouted_stop": "STOP in capitals at the end of an ordinary text.",
    "provider_type": "The carrier says what they asked for.",
    "opt_out_line": "Any text to your opt-out line opts out.",
    "own_word": "A word from your own list.",
    "nothing_opted_out": "START or YES, where nothing is opted out: an ordinary text.",
    "turned_round": "The words of an opt-out, turned round: they do not ask to stop.",
    "wants_to_stay": "They say that they do not want to leave.",
    "learned": "No single rule; the wording is that of people who ask you to stop.",
    "outweighed": "A rule found an opt-out, but the wording as a whole speaks against it.",
    "nothing": "Nothing here asks to stop, to return, or for help.",
    "who_is_this": "They ask who writes.",
    "asks_for_help": "They ask for help.",
    "left_by_mistake": "They say that they left by mistake. It changes no permission by itself.",
    "asks_to_return": "They ask to come back, in other words than START. It changes no permission by itself.",
}
_BY_LABEL = {
    "help": "They ask for help.",
    "optin": "They ask to come back.",
    "none": _REASONS["nothing"],
    "optout": "They ask you to stop.",
}


@dataclass(frozen=True, slots=True)
class Weight:
    """One word of the text as it was written; `points` above zero speak for an opt-out, below zero against it."""

    word: str
    points: int
    sense: str

    @property
    def size(self) -> int:
        """Without its sign."""
        return abs(self.points)


def reason(heard: Heard) -> str:
    """The rule that decided, as one sentence."""
    if heard.rule == "keyword" and heard.label != "optout":
        return {
            "help": "The whole text is a help word.",
            "optin": "The whole text is a word for coming back.",
        }.get(heard.label, _REASONS["nothing"])
    return _REASONS.get(heard.rule, _BY_LABEL[heard.label])


def explain_words(text: str, *, words: KeywordWords = DEFAULT) -> tuple[Weight, ...]:
    """The words that weighed in `classify`, in their order and spelling; words without weight are left out."""
    own = own_words(text)[:MAX_PHRASE_TEXT]
    if classify(text, words=words).rule in ("learned", "outweighed"):
        return _leanings(own)
    known = words.opt_out | words.opt_out_all | words.typos
    language = _language(own)
    if language in scripts.IN_TEXT:
        return tuple(
            Weight(found, *SENSES[sense])
            for found, sense in grammar.inside(key(own), language)
            if sense in SENSES
        )
    written = _WORD.findall(own)[:_MAX_WORDS]
    spelled = [plain(latin(key(word))).replace(" ", "") for word in written]
    if language == "en":  # "rmv" weighs as "remove"
        spelled = [one(word).partition(" ")[0] or word for word in spelled]
    senses = grammar.senses_of(spelled, language)
    weights = []
    for word, spelling, found in zip(written, spelled, senses, strict=True):
        sense = max(
            (name for name in found if name in SENSES), key=lambda name: abs(SENSES[name][0]), default=""
        )
        if sense:
            weights.append(Weight(word, *SENSES[sense]))
        elif spelling in known:
            weights.append(Weight(word, 4, "an opt-out word"))
    if not weights and classify(text, words=words).label == "optout":
        return (Weight(own.strip()[:80], 5, "an opt-out word"),)
    return tuple(weights)


def _leanings(own: str) -> tuple[Weight, ...]:
    """The words that lean most to one side, where the wording decided and no single word did."""
    leaning = [
        (word, max(-5, min(5, round(2 * share)))) for word, share in learned.leanings(own)[:_MAX_WORDS]
    ]
    return tuple(
        Weight(word, points, "wording of people who leave" if points > 0 else "wording of ordinary texts")
        for word, points in leaning
        if points and word != "0"  # any number: `learned.tokens` knows them as one
    )


def _language(text: str) -> str:
    """The language whose rule holds, else the one that knows most of the words, English first."""
    pieces = clauses(text)
    for piece in pieces:
        found = grammar.find(piece)
        if found is not None:
            return found.language
    return grammar.best_language(" ".join(pieces))

"""A tenant's own words: how they are read from what people type, and which cannot be taken. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from consent.rules.hearing import classify
from consent.rules.texts import key
from consent.rules.words import ANSWERS, DEFAULT, STRONG_OPT_IN, joined

MOST_WORDS = 50
LONGEST = 34  # what a word of one text may be elsewhere too
KINDS = ("stop_words", "start_words", "help_words")
#: Languages a list may be kept under; the built-in words know most of them.
LANGUAGES: dict[str, str] = {
    "en": "English", "es": "Spanish", "fr": "French", "de": "German", "pt": "Portuguese", "it": "Italian",
    "nl": "Dutch", "sv": "Swedish", "no": "Norwegian", "da": "Danish", "fi": "Finnish", "pl": "Polish",
    "cs": "Czech", "ro": "Romanian", "hu": "Hungarian", "el": "Greek", "bg": "Bulgarian", "ru": "Russian",
    "uk": "Ukrainian", "tr": "Turkish", "ar": "Arabic", "he": "Hebrew", "hi": "Hindi", "zh": "Chinese",
    "ja": "Japanese", "ko": "Korean", "vi": "Vietnamese", "tl": "Tagalog", "id": "Indonesian",
    "ht": "Haitian Creole",
}  # fmt: skip
_BETWEEN = re.compile(r"[,;\n\r|]+")
_ALWAYS = {
    "stop_words": DEFAULT.opt_out | DEFAULT.opt_out_all | DEFAULT.typos,
    "start_words": DEFAULT.opt_in | joined(STRONG_OPT_IN),
    "help_words": DEFAULT.help,
}
_MEANS = {"optout": "opts people out", "help": "gets the help text", "optin": "brings people back"}
_KIND_OF = {"stop_words": "optout", "start_words": "optin", "help_words": "help"}
Lists = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why lists cannot be taken: a stable code, a sentence that says what to do, and the list it stands in."""

    code: str
    message: str
    field: str


def read_words(typed: str | Iterable[str]) -> tuple[str, ...]:
    """Words between commas or lines, each once in the order typed: " Halt, no  more " gives ("Halt", "no more")."""
    pieces = _BETWEEN.split(typed) if isinstance(typed, str) else list(typed)
    found: dict[str, str] = {}
    for piece in pieces:
        word = " ".join(piece.split())
        if word:
            found.setdefault(run_of(word) or word, word)
    return tuple(found.values())


def run_of(word: str) -> str:
    """A word as whole texts are compared with it."""
    return key(word).replace(" ", "")


def version_of(lists: Lists) -> str:
    """What tells one state of the lists from another, so that nobody saves over what they have not seen."""
    said = "\n".join("|".join(lists.get(kind, ())) for kind in KINDS)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def problem_of(lists: Lists, *, taken: Mapping[str, str]) -> Problem | None:
    """The first reason against these lists. `taken`: words in use elsewhere, as `run_of`, and by what.

    Codes: too_many_words, word_empty, word_too_long, word_answer, word_always_heard, word_reserved, word_twice,
    word_taken.
    """
    seen: dict[str, str] = {}
    for kind in KINDS:
        words = lists.get(kind, ())
        if len(words) > MOST_WORDS:
            return Problem("too_many_words", f"Keep at most {MOST_WORDS} words in a list.", kind)
        for word in words:
            found = _wrong(word, kind, seen, taken)
            if found is not None:
                return found
            seen[run_of(word)] = kind
    return None


def _wrong(word: str, kind: str, seen: Mapping[str, str], taken: Mapping[str, str]) -> Problem | None:
    run = run_of(word)
    shown = f"“{word[:LONGEST]}”"
    if not run or (len(run) < 2 and run.isascii()):
        return Problem("word_empty", f"{shown} is too short. A word has at least two letters.", kind)
    if len(word) > LONGEST:
        return Problem(
            "word_too_long", f"{shown} is too long. Keep a word under {LONGEST + 1} letters.", kind
        )
    if run in ANSWERS or run.isdecimal():
        return Problem("word_answer", f"People answer {shown} to many questions. Choose another word.", kind)
    if run in _ALWAYS[kind]:
        return Problem("word_always_heard", f"{shown} is always heard. Leave it out here.", kind)
    heard = classify(word, opted_out=True)
    if heard.label in _MEANS and heard.confidence == "clear" and heard.label != _KIND_OF[kind]:
        return Problem("word_reserved", f"{shown} {_MEANS[heard.label]}, whatever stands here.", kind)
    if run in seen:
        return Problem("word_twice", f"{shown} stands in two lists. Keep it in one.", kind)
    if run in taken:
        return Problem("word_taken", f"{shown} is the word of {taken[run]}. Change it there first.", kind)
    return None

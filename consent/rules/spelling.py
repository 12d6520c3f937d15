"""English as people type it, in one spelling: slang, dropped vowels, leet, slips of the thumb, swearing. Pure.

The tables are made once; a clause costs one look-up a word. Only `frames` reads what comes out, so that a wrong
guess at a word does no harm outside of a sentence about texts.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import combinations

from consent.rules.lexicon.spellings import MENDED, NOISE, REAL, SLANG
from consent.rules.typos import slips
from consent.rules.words import set_of

_VOWELS = frozenset("aeiou")
_LEET = str.maketrans("0135748$@!|", "oiestabsail")
_DISGUISED = re.compile(r"(?<![\w$@])(?=[\w$@!|]*[a-z])(?=[\w$@!|]*[$@!|013457])[\w$@!|]{3,14}(?!\w)")
_STRETCHED = re.compile(r"(.)\1{2,}")
#: "f***ing", "sh!t": a word with its middle hidden.
CENSORED = re.compile(r"\b[a-z]{1,3}[*#@$%&]{1,6}[a-z]{0,5}(?!\w)|[*#@$%&!]{4,}", re.IGNORECASE)
_MAX_WORDS = 60

_NOISE = set_of(NOISE)


def _bare_of_vowels(word: str) -> set[str]:
    """The word with some or all of its inner vowels left out: "rmv", "remv", "delte"."""
    places = [i for i, letter in enumerate(word) if letter in _VOWELS and i]
    found = set()
    for count in range(1, min(len(places), 4) + 1):
        for gone in combinations(places, count):
            left = "".join(letter for i, letter in enumerate(word) if i not in gone)
            if len(left) > 2:
                found.add(left)
    return found


def _made() -> dict[str, str]:
    table = {}
    real = set_of(REAL)
    words = [word.replace("'", "") for word in MENDED.split()]
    for word in reversed(words):  # the first named wins
        for variant in slips(word) | _bare_of_vowels(word):
            if len(variant) > 2 and variant not in real:
                table[variant] = word
    for pair in SLANG.split():
        spelling, _, meant = pair.partition("=")
        table[spelling] = meant.replace("_", " ")
    for word in words:
        table.pop(word, None)
    return table


_TABLE = _made()
_MEANT = frozenset(word.replace("'", "") for word in MENDED.split())


def undisguised(text: str) -> str:
    """ "$TOP", "st0p", "unsub5cribe": signs and digits as the letters they look like, where a known word comes out."""
    return _DISGUISED.sub(_letters, text) if any(sign in text for sign in "$@!|013457") else text


def _letters(found: re.Match[str]) -> str:
    word = found[0].rstrip("!|")
    plain = word.translate(_LEET)
    return plain if plain in _MEANT or plain in _OPT_OUT else found[0]


_OPT_OUT = frozenset(
    {"stop", "end", "quit", "cancel", "revoke", "optout", "unsubscribe", "help", "info", "start"}
)


@lru_cache(maxsize=4096)
def one(word: str) -> str:
    """The word that is meant, or the word itself; an empty word for noise."""
    meant = _TABLE.get(word, word)
    if meant == word and _STRETCHED.search(word):
        short = _STRETCHED.sub(r"\1", word)
        meant = short if short in _MEANT else _TABLE.get(short, short)
        if meant not in _MEANT:
            double = _STRETCHED.sub(r"\1\1", word)
            meant = double if double in _NOISE else meant
    return "" if meant in _NOISE else meant


_JOINED = {
    "do not": "dont",
    "do nt": "dont",
    "don t": "dont",
    "does not": "doesnt",
    "doesn t": "doesnt",
    "did not": "didnt",
    "didn t": "didnt",
    "i am": "im",
    "i m": "im",
    "i would": "id",
    "i d": "id",
    "any more": "anymore",
    "no longer": "nolonger",
    "this is": "it is",
    "that is": "it is",
    "its": "it is",
    "thats": "it is",
    "whats": "what is",
    "off of": "off",
    "off from": "off",
    "the hell": "",
    "the fuck": "",
    "the f": "",
    "the heck": "",
    "un subscribe": "unsubscribe",
    "quite texting": "quit texting",
    "quiet texting": "quit texting",
    "quite sending": "quit sending",
    "quite messaging": "quit messaging",
}
_PAIRS = re.compile(rf"\b(?:{'|'.join(_JOINED)})\b")
_SPACES = re.compile("  +")


def spelled(clause: str) -> str:
    """A clause (as `texts.key` writes it) in one spelling, without noise."""
    words = " ".join([meant for word in clause.split(" ")[:_MAX_WORDS] if (meant := one(word))])
    joined = _PAIRS.sub(lambda found: _JOINED[found[0]], words)
    return _SPACES.sub(" ", joined).strip()

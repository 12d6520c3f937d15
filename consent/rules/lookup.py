"""What each word of a clause may be, by language: whole words, beginnings ("escrib*"), endings ("borr*me"), idioms.

Every word is looked up once and the answers are kept, so the time is linear in the text. People on a phone stretch
words, write k for qu, and hang pronouns on verbs; such a word is looked up a second time as it is spelled in books.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from operator import or_

from consent.rules.lexicon import (
    eastern,
    english,
    further,
    further_east,
    germanic,
    latin_letters,
    returning,
    romance,
    slavic,
)
from consent.rules.texts import key

MAX_WORDS = 40
_LONGEST_STEM = 14
_GAP = 4  # words between the parts of an idiom

CATEGORIES = (
    "stop", "comm", "nocomm", "message", "neg", "nomore", "more", "want", "nowant", "receive", "remove", "removeme",
    "me", "number", "list", "unsub", "leave", "wrong", "idiom", "other", "time", "ask", "past", "keep", "filler",
    "report", "law",
    *returning.CATEGORIES,
)  # fmt: skip
BIT = {name: 1 << place for place, name in enumerate(CATEGORIES)}
_IDIOMS = frozenset({"leave", "wrong", "idiom", "keep", "report", *returning.IDIOMS})
# Words of every language.
_SHARED = {
    "message": "sms mms spam whatsapp promo promos newsletter marketing texts messages msgs",
    "stop": "stop",
    "law": further.LAW,
}


def _merged() -> dict[str, dict[str, str]]:
    """The tables of a language put together: a "+" adds several-word entries to a category of single words."""
    tables = {
        **english.TABLES,
        **romance.TABLES,
        **germanic.TABLES,
        **slavic.TABLES,
        **eastern.TABLES,
        **latin_letters.TABLES,
    }
    merged = {language: dict(table) for language, table in tables.items()}
    for language, table in merged.items():
        for more in (further.TABLES, further_east.TABLES, returning.TABLES):
            for name, written in more.get(language, {}).items():
                separator = "|" if name in _IDIOMS or name.endswith("+") else " "
                table[name] = separator.join(filter(None, (table.get(name, ""), written)))
    return latin_letters.with_twins(merged, _IDIOMS)


TABLES = _merged()
LANGUAGES = tuple(TABLES)
UNSPACED = {
    language: {
        name: "|".join(
            filter(
                None,
                (more.get(language, {}).get(name, "") for more in (eastern.UNSPACED, returning.UNSPACED)),
            )
        )
        for name in {**table, **returning.UNSPACED.get(language, {})}
    }
    for language, table in eastern.UNSPACED.items()
}
_ENGLISH = LANGUAGES.index("en")
_PLAIN = str.maketrans("\u0142\u0111\u0131\u00f8\u00e6\u0153", "ldioao")
_PREFIXED = re.compile(
    "^(?:\u0648\u0627\u0644|\u0628\u0627\u0644|\u0627\u0644|\u0648|\u0641|\u0628|\u05d5\u05d4|\u05d4|\u05d5|"
    "\u05de\u05d4|\u05e9)"
)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u06ff]")
_STRETCHED = re.compile(r"(\w)\1{2,}")
# Words glued to the next by an apostrophe or in speech: "l'effacement", "dell'elenco", "jveux".
_ELIDED = {
    "fr": re.compile(r"(?:qu|[cdlst])(?=[aeiouhy])|j(?=[aeiouhvpmn])"),
    "it": re.compile(r"(?:(?:d|n|a|da|su)?ell|all|l)(?=[aeiou])"),
}
_CLITICS = {
    "es": re.compile(r"(?:(?:me|nos|se)?(?:l[aeo]s?)|me|nos)$"),
    "it": re.compile(r"(?:mi|ci|me[lt][aio])$"),
    "ro": re.compile(r"(?:ma|mi|i)$"),
}
_OF_KS = ("es", "pt", "it", "fr")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a word may be in one language; `rest` are the further words of an idiom, `ending` how the word must end."""

    language: int
    bit: int
    ending: str = ""
    rest: tuple[str, ...] = ()


def plain(words: str) -> str:
    """`texts.key` with the last letters that people leave out on a phone: "ł" as "l", "đ" as "d"."""
    return words if words.isascii() else words.translate(_PLAIN)


def _fold(pattern: str) -> str:
    return "*".join(plain(key(part)).replace(" ", "") for part in pattern.split("*"))


def _items(category: str, written: str) -> list[str]:
    if category in _IDIOMS or category.endswith("+"):
        return written.split("|")
    return f"{written} {_SHARED.get(category, '')}".split()


@cache
def _built() -> tuple[dict[str, tuple[Entry, ...]], dict[str, tuple[Entry, ...]], int]:
    """Whole words and beginnings of words, each with what they may be, and the length of the shortest beginning.

    Built with the first text, not at import: most processes never read one.
    """
    exact: dict[str, list[Entry]] = {}
    begins: dict[str, list[Entry]] = {}
    for place, table in enumerate(TABLES.values()):
        for category, written in {**dict.fromkeys(_SHARED, ""), **table}.items():
            for item in _items(category, written):
                parts = [found for part in item.split() if (found := _fold(part)).strip("*")]
                if not parts:
                    continue
                head, star, ending = parts[0].partition("*")
                entry = Entry(place, BIT[category.rstrip("+")], ending, tuple(parts[1:]))
                (begins if star else exact).setdefault(head[:_LONGEST_STEM] if star else head, []).append(
                    entry
                )
    return (
        {word: tuple(entries) for word, entries in exact.items()},
        {start: tuple(entries) for start, entries in begins.items()},
        min(map(len, begins)),
    )


def _entries(word: str) -> Iterator[Entry]:
    exact, begins, shortest = _built()
    yield from exact.get(word, ())
    for length in range(shortest, min(len(word), _LONGEST_STEM) + 1):
        for entry in begins.get(word[:length], ()):
            if word.endswith(entry.ending):
                yield entry


@lru_cache(maxsize=4096)
def _senses(word: str) -> tuple[tuple[tuple[int, int], ...], tuple[Entry, ...]]:
    """Everything a word may be: language and bits by itself, and the idioms that it may begin. Words come back, so the
    answers are kept.
    """
    found = dict.fromkeys(_entries(word))
    if not found and _STRETCHED.search(word):
        word = _STRETCHED.sub(r"\1", word)
        found = dict.fromkeys(_entries(word))
    if not word.isascii() and _RIGHT_TO_LEFT.match(word):
        found |= dict.fromkeys(_entries(_PREFIXED.sub("", word)))
    elif word.isascii() and len(word) > 2:
        for language, spelled in _respelled(word):
            place = LANGUAGES.index(language)
            found |= dict.fromkeys(e for e in _entries(spelled) if e.language == place)
    alone: dict[int, int] = {}
    for entry in found:
        if not entry.rest:
            alone[entry.language] = alone.get(entry.language, 0) | entry.bit
    return tuple(alone.items()), tuple(entry for entry in found if entry.rest)


def _respelled(word: str) -> Iterator[tuple[str, str]]:
    """The word as a book would spell it, with the language in which that holds."""
    for language, start in _ELIDED.items():
        if (cut := start.match(word)) and len(word) - cut.end() > 2:
            yield language, word[cut.end() :]
    if "k" in word:
        spelled = re.sub(r"k(?=[ei])", "qu", word).replace("k", "c")
        for language in _OF_KS:
            yield language, spelled
        word = spelled
    for language, end in _CLITICS.items():
        if (cut := end.search(word)) and cut.start() > 3:
            yield language, word[: cut.start()]


def _follows(words: list[str], start: int, rest: tuple[str, ...]) -> list[int] | None:
    """Where the further words of an idiom stand, each within a few words of the one before."""
    at, places = start, []
    for part in rest:
        head, star, ending = part.partition("*")
        for place in range(at, min(at + _GAP, len(words))):
            word = words[place]
            if (word.startswith(head) and word.endswith(ending)) if star else word == head:
                at = place + 1
                places.append(place)
                break
        else:
            return None
    return places


@lru_cache(maxsize=256)
def read(clause: str) -> tuple[list[str], dict[int, list[int]]]:
    """The words, and by language what each may be. Kept, since a clause is asked about more than once."""
    words = plain(clause).split(" ")[: MAX_WORDS + 1]
    present = set(words)
    senses: dict[int, list[int]] = {}
    for place, word in enumerate(words):
        alone, idioms = _senses(word)
        for language, bits in alone:
            if language not in senses:
                senses[language] = [0] * len(words)
            senses[language][place] |= bits
        for entry in idioms:
            if entry.rest[0] not in present and "*" not in entry.rest[0]:
                continue
            places = _follows(words, place + 1, entry.rest)
            if places is None:
                continue
            read_as = senses.setdefault(entry.language, [0] * len(words))
            read_as[place] |= entry.bit
            for other in places if entry.language != _ENGLISH else ():
                read_as[other] |= BIT["filler"]
    return words, senses


@lru_cache(maxsize=256)
def said(clause: str) -> dict[int, int]:
    """By language, everything that some word of the clause may be."""
    return {language: reduce(or_, senses) for language, senses in read(clause)[1].items()}

"""Opt-outs by how a sentence is built, in about 25 languages: a verb that stops and one that writes, a refusal and
"messages", "remove" and "my number". Words are data (`lexicon`), the sentences they make are the rules here.

Each word of a clause is looked up once, by its whole and by its beginnings ("escrib*"), so the time is linear in the
text. A rule needs its categories together in one language, few words that it does not know, and nothing that turns
the sense: "don't stop", an order or appointment as the object, a time of day, a question. What weighed is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_

from consent.rules import scripts
from consent.rules.lexicon.returning import CATEGORIES as RETURNING
from consent.rules.lookup import BIT, CATEGORIES, MAX_WORDS, TABLES, UNSPACED, read, said

_GAP = 4  # words between "stop" and what is to stop


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that holds for a clause: its name, the language, whether it is certain, and its words."""

    rule: str
    language: str
    clear: bool
    words: tuple[tuple[str, str], ...]


LANGUAGES = (*TABLES, *UNSPACED)
_SPACED = tuple(TABLES)


def _bits(*names: str) -> int:
    return sum(BIT[name] for name in names)


_STOP, _COMM, _MESSAGE, _NEG, _MORE = (BIT[n] for n in ("stop", "comm", "message", "neg", "more"))
_OTHER, _TIME, _ASK, _PAST, _KEEP = (BIT[n] for n in ("other", "time", "ask", "past", "keep"))
#: name → sets of categories, one of each set must be there; the first that holds is the answer.
RULES: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("wrong_number", (_bits("wrong"),)),
    ("threat", (_bits("report"),)),
    ("leave_alone", (_bits("leave"),)),
    ("unsubscribe", (_bits("unsub"),)),
    ("idiom", (_bits("idiom"),)),
    ("erasure", (_bits("law"), _bits("remove", "removeme"))),
    ("stop_messages", (_STOP, _bits("comm", "message"))),
    ("stop_receiving", (_STOP, _bits("receive"))),
    ("do_not_contact", (_bits("nocomm"), _bits("me", "message", "more"))),
    ("do_not_contact", (_NEG, _COMM, _bits("me", "message", "more"))),
    ("do_not_contact", (_bits("nomore"), _COMM, _MORE)),
    ("want_no_more", (_bits("nowant"), _bits("message", "receive", "comm"))),
    ("want_no_more", (_bits("neg", "nomore"), _bits("want"), _bits("message", "receive", "comm"))),
    ("no_messages", (_bits("nomore"), _MESSAGE)),
    ("no_messages", (_NEG, _MORE, _MESSAGE)),
    ("want_no_more", (_NEG, _bits("want"), _MORE)),
    ("bare_refusal", (_NEG, _COMM)),
    ("remove_me", (_bits("removeme"),)),
    ("remove_me", (_bits("remove"), _bits("number"), _bits("me", "list"))),
    ("remove_me", (_bits("remove"), _bits("number"))),
    ("remove_me", (_bits("remove"), _bits("list"))),
)
_LEAVING = _bits("unsub", "idiom", "remove")
_BETWEEN = _bits("me", "want", "filler")
_FILLER = BIT["filler"]
_LONGEST_CORE = 3  # words of the longest keyword
_SAID = sum(BIT[name] for name in CATEGORIES if name not in RETURNING)
_CORE = reduce(or_, (needs[0] for _, needs in RULES))
_DECIDES = _CORE | _KEEP
_FREE = frozenset({"wrong_number", "leave_alone"})
_AT_A_TIME = frozenset({"do_not_contact", "stop_messages", "bare_refusal"})
_ENGLISH = tuple(TABLES).index("en")


def _near(words: list[str], senses: list[int], *, english: bool) -> bool:
    """Whether what is to stop stands near the word that says so; in English after it, as "texting" or a noun."""
    stops = [i for i, bits in enumerate(senses) if bits & _STOP]
    return any(
        bits & (_COMM | _MESSAGE)
        and any(0 < (i - stop if english else abs(i - stop)) <= _GAP for stop in stops)
        and (not english or bits & _MESSAGE or words[i].endswith("ing"))
        for i, bits in enumerate(senses)
    )


def _turned(senses: list[int]) -> bool:
    """ "don't stop": a refusal right before the stopping."""
    for i, bits in enumerate(senses):
        if bits & _STOP:
            for before in senses[max(0, i - 2) : i]:
                if before & _NEG and not before & _STOP:
                    return True
    return False


def _refused(senses: list[int]) -> bool:
    """ "no me den de baja", "nicht abmelden": a refusal right before the leaving."""
    for i, bits in enumerate(senses):
        if bits & _LEAVING and not bits & (_NEG | _MORE):
            for before in reversed(senses[max(0, i - 3) : i]):
                if before & _NEG and not before & (_LEAVING | _MORE):
                    return True
                if not before & _BETWEEN or before & _MORE:
                    break
    return False


def _holds(name: str, needs: tuple[int, ...], words: list[str], senses: list[int], *, english: bool) -> bool:
    # Each need by a word of its own: one word that may be two things is not a sentence.
    wanted = 0
    for need in needs:
        wanted |= need
    if sum(1 for bits in senses if bits & wanted) < len(needs):
        return False
    return name != "stop_messages" or _near(words, senses, english=english)


def _judge(words: list[str], language: int, senses: list[int]) -> tuple[Found | None, bool]:
    """The rule that holds, and whether the sense is turned round (then no rule of this language counts)."""
    together = 0
    for bits in senses:
        together |= bits
    if together & _KEEP or (together & _NEG and together & _STOP and _turned(senses)):
        return None, True
    english = language == _ENGLISH
    if not english and together & _NEG and together & _LEAVING and _refused(senses):
        return None, True
    if not together & _CORE:
        return None, False
    unknown = _unknown(senses)
    for name, needs in RULES:
        for need in needs:
            if not together & need:
                break
        else:
            need = 0
        if need or not _holds(name, needs, words, senses, english=english):
            continue
        if together & _OTHER and name in _FREE:
            continue
        if name not in _FREE:
            if together & _OTHER and not (together & _MESSAGE and together & (_STOP | _NEG)):
                continue
            if together & _TIME and name in _AT_A_TIME and not together & _MORE:
                return None, True
            if together & _ASK and name != "unsubscribe":
                continue
            # "You did not send me the link", "I have received no message".
            if name in ("do_not_contact", "no_messages") and together & (
                _PAST if name == "do_not_contact" else _PAST | BIT["receive"]
            ):
                continue
        allowed = len(words) // 5 if english else max(1, len(words) // 2)
        if unknown > (0 if needs[-1] == _MORE and name == "want_no_more" else allowed):
            continue
        if name == "stop_receiving" and (english or unknown > 1):
            continue
        if name == "bare_refusal" and (english or unknown or len(words) > 4 or together & _PAST):
            continue
        if name == "idiom" and unknown > max(1, len(words) // 3):
            continue
        wanted = 0
        for need in needs:
            wanted |= need
        why = tuple((w, _named(b & wanted)) for w, b in zip(words, senses, strict=True) if b & wanted)
        return Found(name, _SPACED[language], name != "bare_refusal", why), False
    return None, False


def _unknown(senses: list[int]) -> int:
    return sum(1 for bits in senses if not bits & _SAID)


def _named(bits: int) -> str:
    return next((name for name in CATEGORIES if bits & BIT[name]), "")


def _unspaced(clause: str) -> Found | None:
    for language in ("ko", "ja", "zh"):
        hits = scripts.hits(clause, language)
        if "keep" in hits:
            return None
        together = sum(BIT[category] for category in hits)
        for name, needs in RULES:
            if name == "bare_refusal" or not all(together & need for need in needs):
                continue
            if name not in _FREE and hits.keys() & (
                {"other", "ask", "time", "past"} if name != "unsubscribe" else {"other", "ask"}
            ):
                continue
            wanted = [c for c in hits if any(BIT[c] & need for need in needs)]
            return Found(name, language, True, tuple((hits[c], c) for c in wanted))
    return None


_LAST_JOINT = re.compile(
    r".{3,} (?:y|e|et|und|en|och|og|ja|i|и|й|та|ve|και|es|dan|at|pero|mais|mas|aber|ma|maar|men|mutta|ale|но|але|ama|"
    r"tapi|kaso|dar|lekin|par|لكن|و|אבל) (\S+ .+)"
)


def find(clause: str) -> Found | None:
    """The rule that a clause (as `texts.key` writes it) fulfils; of two sentences joined by "and", the last."""
    found, turned = _find(clause)
    if found is None and not turned and (joint := _LAST_JOINT.match(clause)):
        last, _ = _find(joint[1])
        return last if last is not None and last.clear and last.language != "en" else None
    return found


def is_turned(clause: str) -> bool:
    """Whether the clause has the words of an opt-out in a sense that is turned round: "don't stop texting me"."""
    return _find(clause)[1]


@lru_cache(maxsize=256)
def _find(clause: str) -> tuple[Found | None, bool]:
    if not clause.isascii() and (found := _unspaced(clause)):
        return found, False
    words, by_language = read(clause)
    if (
        len(words) > MAX_WORDS
        or words[:3] == ["end", "of", "message"]
        or words[-1] in ("what", "which", "who")
    ):
        return None, True
    best: tuple[int, Found] | None = None
    # A text that English knows better is English: "store" is no Swedish verb there.
    most = _unknown(by_language[_ENGLISH]) if _ENGLISH in by_language else len(words)
    together = said(clause)
    for language, senses in by_language.items():
        if not together[language] & _DECIDES:
            continue
        unknown = _unknown(senses)
        if unknown > most:
            continue
        found, turned = _judge(words, language, senses)
        if turned and unknown <= len(words) // 3:
            return None, True
        if found is not None and (best is None or unknown < best[0]):
            best = (unknown, found)
    return (best[1], False) if best else (None, False)


def speaks_of_texts(clause: str) -> bool:
    """Whether a clause names messages, in any language."""
    return any(bits & _MESSAGE for bits in said(clause).values())


def without_fillers(clause: str) -> Iterable[str]:
    """The clause without the small words of each language that knows one of its words."""
    if clause.count(" ") > 7:
        return ()
    words, by_language = read(clause)
    cores, together = [], said(clause)
    for language, senses in by_language.items():
        if language == _ENGLISH or not together[language] & _FILLER:
            continue
        if len(senses) - senses.count(0) >= len(words) - _LONGEST_CORE:
            kept = [w for w, bits in zip(words, senses, strict=True) if not bits & _FILLER]
            if 0 < len(kept) <= _LONGEST_CORE and len(kept) < len(words):
                cores.append("".join(kept))
    return cores


def inside(clause: str, language: str) -> list[tuple[str, str]]:
    """What is found inside a text of a language that sets no spaces: the signs and their category."""
    hits = (
        (found[0], name)
        for name, pattern in scripts.patterns(language).items()
        if (found := pattern.search(clause))
    )
    return sorted(hits, key=lambda hit: clause.find(hit[0]))


def senses_of(words: list[str], language: str) -> list[list[str]]:
    """For each word, the categories it has in one language, without the small words."""
    _, by_language = read(" ".join(word or "-" for word in words))
    bits = by_language.get(_SPACED.index(language), [])
    bits = [*bits, *[0] * (len(words) - len(bits))]
    return [[name for name in CATEGORIES if b & BIT[name] and name != "filler"] for b in bits[: len(words)]]


def best_language(clause: str) -> str:
    """The language that knows most words of a text; English where none does better."""
    for language, script in scripts.SCRIPTS.items():
        if script.search(clause):
            return language
    _, by_language = read(clause)
    counts = {language: sum(1 for bits in senses if bits) for language, senses in by_language.items()}
    best = max(counts, key=lambda language: (counts[language], language == _ENGLISH), default=_ENGLISH)
    return _SPACED[best]

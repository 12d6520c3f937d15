"""Mistyped stop words: swapped, missing, doubled letters and neighbour keys. Made once, looked up by the whole word."""

from functools import lru_cache

from consent.rules.texts import squeezed
from consent.rules.words import set_of

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_FAR = 14  # no word longer than this is compared letter by letter

# Words that people mean as they wrote them, however near they are.
_REAL = set_of(
    """
    top sop stow stoop swop strop shop slop step stomp stops stoic spot post pots opts stock atop
    ston sto quid quip quilt quiet quite quits suit quoit cuit quint unit squit guit cancer cancels
    cancelled canceled canal council canceler evoke revoked revokes provoke invoke reverse rebuke
    remote removed removes remover remodel move removal unsubscribed subscribe subscribed subscriber
    subscribes resubscribe sty soap soup sot slot snot scot shot spit spat stab star stay stir
    """
)


def _neighbours(letter: str) -> str:
    for row_number, row in enumerate(_ROWS):
        place = row.find(letter)
        if place < 0:
            continue
        near = row[max(0, place - 1) : place] + row[place + 1 : place + 2]
        for other in (row_number - 1, row_number + 1):
            if 0 <= other < len(_ROWS):
                near += _ROWS[other][max(0, place - 1) : place + 2]
        return near
    return ""


def slips(word: str) -> set[str]:
    """What a hurried thumb makes of `word`: one slip."""
    found = set()
    for i, letter in enumerate(word):
        found.add(word[:i] + word[i + 1 :])
        found.add(word[:i] + letter + word[i:])
        found.update(word[:i] + near + word[i + 1 :] for near in _neighbours(letter))
        found.update(word[:i] + near + word[i:] for near in _neighbours(letter))
        found.update(word[: i + 1] + near + word[i + 1 :] for near in _neighbours(letter))
        if i + 1 < len(word):
            found.add(word[:i] + word[i + 1] + letter + word[i + 2 :])
    return found


def _made() -> frozenset[str]:
    found: set[str] = {"sopt", "tsop", "spto"}
    for word in ("stop", "unsubscribe", "quit", "cancel", "revoke", "remove", "optout", "stopall", "unsub"):
        found |= slips(word)
    return frozenset(word for word in found if len(word) > 2) - _REAL


SLIPS = _made()
# Real words one slip from START.
_NOT_START = set_of(
    "star start stars smart stark mart art tar stat state tart starts strata sturt staff start"
)
_STARTS = frozenset(w for word in ("start", "unstop") for w in slips(word) if len(w) > 3) - _NOT_START - _REAL


@lru_cache(maxsize=1024)
def is_typo(word: str, *, of: str = "stop") -> bool:
    """Whether a text of this one word is a mistyped stop word (or `of` start): one slip, or two in "unsubscribe"."""
    if of == "start":
        return word in _STARTS
    if word in SLIPS:
        return True
    if (
        not 8 <= len(word) <= _FAR
        or word in _REAL
        or not word.startswith(("un", "us", "ns", "in", "um", "nu"))
    ):
        return False
    return _distance(word, "unsubscribe") <= 2


def _distance(left: str, right: str) -> int:
    """Slips between two words (Damerau and Levenshtein); both are short."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


# Swear words between a verb and what is meant, and shorthand, so that the sentence stands alone.
_DROPPED = set_of(
    "fucking fuckin fking bloody damn damned goddamn effing freaking frigging freakin frickin stupid annoying ffs"
)
_SHORT = {
    "w": "with",
    "txtn": "texting",
    "txtin": "texting",
    "texing": "texting",
    "testing": "texting",
    "txing": "texting",
}
_DOING = set_of(
    "texting messaging msging txting sending contacting calling spamming harassing bothering emailing texing textin"
)
_STOPS = frozenset(word for word in slips("stop") if len(word) > 2) - _REAL


def mended(clause: str) -> str:
    """A clause with its slips put right where the words beside them leave no doubt: "stpo textin me"."""
    words = [word for word in clause.split(" ") if word not in _DROPPED]
    for place, word in enumerate(words):
        after = words[place + 1] if place + 1 < len(words) else ""
        if word.endswith("in") and f"{word}g" in _DOING:
            words[place] = f"{word}g"
        elif word in _SHORT and (word != "testing" or (place and words[place - 1] in _STOPS | {"stop"})):
            words[place] = _SHORT[word]
        elif _means_stop(word) and (
            after in _DOING or (after in _SHORT and after != "w") or f"{after}g" in _DOING
        ):
            words[place] = "stop"
        elif len(word) > 8 and word not in _REAL and is_typo(word):
            words[place] = "unsubscribe"
    return " ".join(words) or clause


def _means_stop(word: str) -> bool:
    return word in _STOPS or word in {"stoop", "stip", "atop"} or (len(word) > 4 and squeezed(word) == "stop")

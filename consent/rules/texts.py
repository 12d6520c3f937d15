"""Inbound texts made comparable: one spelling for what people type in a hundred ways. Linear in the length."""

import re
import unicodedata
from functools import lru_cache

# Longer texts are cut in the middle before phrases are looked for; a long SMS has at most 1,600 characters.
MAX_TEXT = 4000
MAX_PHRASE_TEXT = 2000
MAX_CLAUSE = 300
MAX_CLAUSES = 24

# Accents, and the vowel points of Arabic and Hebrew.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u0652\u0670]")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u0060\u00b4]")
# The vowel signs of the Indic scripts belong to their words.
_NOT_PLAIN = re.compile(r"[\W_]+")
_NOT_WORD = re.compile(r"(?:[^\w\u0900-\u0963\u0971-\u0dff]|_)+")
_SPACES = re.compile(r"\s+")
_CLAUSE_ENDS = re.compile(
    r"[.!?;,:\n\r()\"\u201c\u201d\u2026\u3002\uff01]+|\s[-\u2013\u2014]\s"
    r"|\s(?:but|so|and(?=\s(?:please|pls|stop|remove|unsubscribe|take|delete|dont|don't|quit|lose|opt|never|"
    r"leave|do not)\b)|or(?=\s(?:i|ill|i'll|we|im|i'm|my|else)\b))\s",
    re.IGNORECASE,
)
_TAPBACK = re.compile(
    r"\s*(?:loved|liked|disliked|laughed at|emphasi[sz]ed|questioned|reacted \S{1,8} to|[^\w\s]{1,9} to|"
    r"removed an? \w{1,12} from)\s"
    r"[\"\u201c\u00ab]",
    re.IGNORECASE,
)
_QUOTED_LINE = re.compile(r"^[ \t]{0,9}>.*$", re.MULTILINE)
_DECORATED = re.compile(r"\W{1,12}\w{2,14}\W{1,12}")
_INLINE_QUOTE = re.compile(r"\s>\s")
_SIGNATURE = re.compile(
    r"\n[ \t]{0,9}(?:sent from my|sent via|get outlook for|--[ \t]{0,9}\n)", re.IGNORECASE
)
_NUMBER_SIGN = re.compile(r"\b(my|this|the|our|ur|your|wrong) ?#(?!\w)", re.IGNORECASE)
# Requests around a word in scripts that set no spaces.
_COURTESY = re.compile(
    "\u3092?(?:\u304a\u9858\u3044(?:\u3057\u307e\u3059|\u3044\u305f\u3057\u307e\u3059)?|"
    "(?:\u3057\u3066)?(?:\u304f\u3060\u3055\u3044|\u4e0b\u3055\u3044)|\u3057\u307e\u3059|\u3092\u5e0c\u671b)|"
    "\u8bf7|\u8acb|\u8c22\u8c22|\u8b1d\u8b1d|\u9ebb\u70e6|\u9ebb\u7169|\uc694\uccad|"
    "\ubd80\ud0c1(?:\ub4dc\ub824\uc694|\ub4dc\ub9bd\ub2c8\ub2e4|\ud569\ub2c8\ub2e4|\ud574\uc694)?|\ud574 "
    "?\uc8fc\uc138\uc694|\ud574\uc918\uc694|\ud569\ub2c8\ub2e4"
)
# Below these lines stands what somebody else wrote.
_QUOTED_BELOW = re.compile(
    r"^[ \t]{0,9}(?:on .{4,120} wrote:|-{3,9} ?(?:original|forwarded) message|_{8,60}|from: .{1,120}|am "
    r".{4,120} schrieb .{1,80}:|"
    r"le .{4,120} a \S{1,3}crit ?:|el .{4,120} escribi\S{1,2}:)",
    re.IGNORECASE | re.MULTILINE,
)
_FORWARD = re.compile(r"\s{0,9}(?:fwd?|re|aw|wg|tr|rv)\s?:\s*", re.IGNORECASE)

# Characters that format without being seen, halves of pairs, variation selectors, language tags.
_INVISIBLE = re.compile(
    "["
    + "".join(
        re.escape(chr(code))
        for code in (*range(0x80, 0x10000), *range(0xE0000, 0xE0080))
        if unicodedata.category(chr(code)) in ("Cf", "Cs") or 0xFE00 <= code <= 0xFE0F
    )
    + "]"
)

# Letters of other alphabets that look like Latin ones, for texts written to slip past a word list.
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0442\u043c\u043d\u043a\u0432\u03bf\u03c1\u03c4\u03b1\u03b5"
    "\u03bd\u03b9\u03ba\u03c5\u0501\u051b",
    "aeopcyxistmhkboptaevikudq",
)


def normalise_text(text: str) -> str:
    """NFKC, case folded, invisible characters gone, white space collapsed, outer signs and emoji trimmed."""
    folded = _visible(unicodedata.normalize("NFKC", text)).casefold()
    folded = _SPACES.sub(" ", folded)
    start, end = 0, len(folded)
    while start < end and not folded[start].isalnum():
        start += 1
    while end > start and not _is_letter(folded[end - 1]):
        end -= 1
    return folded[start:end]


@lru_cache(maxsize=128)  # the layers ask about the same text and its pieces
def key(text: str) -> str:
    """The words alone, without accents, apostrophes and signs: "Don't, Arrête!" is "dont arrete"."""
    if text.isascii():
        return _NOT_PLAIN.sub(" ", _APOSTROPHES.sub("", text.lower())).strip()
    plain = _visible(unicodedata.normalize("NFKD", text)).casefold()
    plain = unicodedata.normalize("NFKC", _MARKS.sub("", unicodedata.normalize("NFKD", plain)))
    plain = _APOSTROPHES.sub("", plain)
    return _NOT_WORD.sub(" ", plain).strip()


def latin(words: str) -> str:
    """Look-alike letters of other alphabets as Latin ones."""
    return words if words.isascii() else words.translate(_LOOK_ALIKES)


def without_courtesy(words: str) -> str:
    """Chinese, Japanese and Korean words without "please" and "thank you" around them."""
    return words if words.isascii() else _COURTESY.sub("", words)


def squeezed(word: str) -> str:
    """Stretched letters once: "stoooppp" is "stop"."""
    return re.sub(r"(.)\1+", r"\1", word)


def own_words(text: str) -> str:
    """The text without quoted lines, forward marks, signatures; empty for a reaction to a text of ours.

    Of what is far longer than any SMS only the beginning and the end are read, so that no text takes long.
    """
    if len(text) > MAX_TEXT:
        text = _visible(text)
        text = f"{text[: MAX_TEXT * 3 // 4]}\n{text[-MAX_TEXT // 4 :]}" if len(text) > MAX_TEXT else text
    if _TAPBACK.match(text):
        return ""
    kept = _QUOTED_LINE.sub("", text) if ">" in text else text
    kept = _INLINE_QUOTE.split(kept, maxsplit=1)[0] if ">" in kept else kept
    if "\n" in kept:
        kept = _QUOTED_BELOW.split(_SIGNATURE.split(kept, maxsplit=1)[0], maxsplit=1)[0]
    if not kept.strip() and _DECORATED.fullmatch(text):
        kept = text  # ">>> END <<<" quotes nobody
    forward = _FORWARD.match(kept)
    kept = kept[forward.end() :] if forward else kept
    return _NUMBER_SIGN.sub(r"\1 number", kept) if "#" in kept else kept


def clauses(text: str) -> list[str]:
    """The pieces between signs and "but", each as `key` and once; long texts give their beginning and end."""
    return list(_clauses(text))


@lru_cache(maxsize=64)  # several layers ask about the same text
def _clauses(text: str) -> tuple[str, ...]:
    if len(text) > MAX_PHRASE_TEXT:
        text = text[: MAX_PHRASE_TEXT * 3 // 4] + "\n" + text[-MAX_PHRASE_TEXT // 4 :]
    pieces = (key(piece)[:MAX_CLAUSE] for piece in _CLAUSE_ENDS.split(unicodedata.normalize("NFKC", text)))
    said = [piece for piece in dict.fromkeys(pieces) if piece]
    half = MAX_CLAUSES // 2
    return tuple(said if len(said) <= MAX_CLAUSES else [*said[:half], *said[-half:]])


def _visible(text: str) -> str:
    return text if text.isascii() else _INVISIBLE.sub("", text)


def _is_letter(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char) in ("Mn", "Mc")

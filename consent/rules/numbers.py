"""Phone numbers: what a person typed, as E.164, or a plain reason why not.

The answer is that of the `phonenumbers` library for every input. Plain American numbers and plain E.164 go
by tables learnt from the same metadata, because parsing is most of the cost of an import. A property test
holds both ways equal.
"""

import hmac
import re
import unicodedata
from functools import lru_cache
from typing import Literal, NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from consent.rules.plans import Found, kind_of_nanp, verdict_of_e164

Verdict = Literal["accept", "hold", "reject"]

DEFAULT_ENABLED = frozenset({"US"})

# Longer cells are refused before any work on them; the library itself gives up at 250.
MAX_RAW = 1000

_NANP = re.compile(r"(?:(\+)?1)?([2-9][0-9]{2}[2-9][0-9]{6})", re.ASCII)
_PLAIN = re.compile(r"[ \t]*\+?[0-9(][0-9 ().\-]*[ \t\r\n]*", re.ASCII)
_PUNCTUATION = str.maketrans("", "", " \t\r\n().-")
_NO_PLUS_NANP = frozenset({"US", "CA"})
_FIXED_LINE_OR_MOBILE = PhoneNumberType.FIXED_LINE_OR_MOBILE

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u30fc\ufe58\ufe63"
_TO_ASCII = str.maketrans(dict.fromkeys(_DASHES, "-") | {"\u2024": ".", "\u30fb": "."})
_EXTENSION = re.compile(r";|,\s*,|[\d)\s](?:ext(?:n|ension)?\b[.:]?|x[.:]?|#)\s*\d", re.IGNORECASE)
_SHAPE = re.compile(r"\+?\s*[\d(][\d\s().-]*")
_LINK = re.compile(r"\Atel:\s*", re.IGNORECASE)
#: What the library calls the country of numbers that belong to none: satellite telephones, shared networks.
_NO_COUNTRY = "001"
_TRAILING_DECIMALS = re.compile(r"\+?\d{7,}\.0{1,2}")

_PARSE_ERRORS = {
    NumberParseException.INVALID_COUNTRY_CODE: "unknown_country",
    NumberParseException.NOT_A_NUMBER: "not_a_number",
    NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
    NumberParseException.TOO_SHORT_NSN: "too_short",
    NumberParseException.TOO_LONG: "too_long",
}

#: Plain words for every reason, for error files and forms.
REASON_TEXT = {
    "ok": "This number can be texted.",
    "country_not_enabled": "This number is in a country that is not enabled for your account.",
    "empty": "There is no phone number here.",
    "too_long": "This is too long to be a phone number.",
    "too_short": "This is too short to be a phone number.",
    "control_character": "This contains a line break or an invisible control character.",
    "extension_or_multiple": "This holds an extension or more than one number. Keep one number without an extension.",
    "spreadsheet_damage": "A spreadsheet has changed this number. Format the column as text and export it again.",
    "bad_character": "This contains letters or signs that no phone number has. "
    "A spreadsheet may have shortened it (2.5E+12): format the column as text and export it again.",
    "not_a_number": "This is not a phone number.",
    "unknown_country": "The country of this number is unknown. Write it with + and the country code.",
    "not_a_valid_number": "No such phone number can exist. Check the digits.",
    "landline": "This is a landline, which cannot receive texts.",
    "premium_rate": "This is a premium-rate number.",
    "not_textable_type": "This kind of number (toll-free, personal, satellite ...) cannot receive texts.",
}


class NumberVerdict(NamedTuple):
    """`hold`: a real mobile number in a country that is not enabled. `e164` is None where no number was found.

    A tuple and not a dataclass: making one is a third of the work for a plain number.
    """

    verdict: Verdict
    reason: str
    e164: str | None = None


def normalise(raw: str, region: str = "US", *, enabled: frozenset[str] | None = None) -> NumberVerdict:
    """What `raw` means as a phone number for a tenant in `region` (ISO country, or "" for none).

    `enabled` are the ISO countries that may be texted, by default the United States. Never raises.
    """
    allowed = DEFAULT_ENABLED if enabled is None else enabled
    found = _fast(raw, region)
    if found is not None:
        e164, country, kind = found
        if kind == _FIXED_LINE_OR_MOBILE and country in allowed:
            return NumberVerdict("accept", "ok", e164)
        return _judged(e164, country, kind, allowed)
    return normalise_slowly(raw, region, enabled=allowed)


def normalise_slowly(raw: str, region: str, *, enabled: frozenset[str]) -> NumberVerdict:
    """The same by the library alone: every spelling, every country."""
    cleaned, problem = clean(raw)
    if problem:
        return NumberVerdict("reject", problem)
    try:
        number = phonenumbers.parse(cleaned, region or None)
    except NumberParseException as error:
        return NumberVerdict("reject", _PARSE_ERRORS.get(error.error_type, "not_a_number"))
    if not phonenumbers.is_valid_number(number):
        return NumberVerdict("reject", "not_a_valid_number")
    country = phonenumbers.region_code_for_number(number) or ""
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return _judged(e164, country, phonenumbers.number_type(number), enabled)


def clean(raw: str) -> tuple[str, str]:
    """(digits with an optional plus, "") or ("", reason): what stands in the cell, before any numbering plan."""
    if len(raw) > MAX_RAW:
        return "", "too_long"
    text = unicodedata.normalize("NFKC", raw)
    text = "".join(
        " " if unicodedata.category(c) == "Zs" else c for c in text if unicodedata.category(c) != "Cf"
    )
    # A telephone link is a number that somebody copied from a page or an address book.
    text = _LINK.sub("", text.strip(" \t\r\n").translate(_TO_ASCII))
    problem = _problem(text)
    return ("", problem) if problem else (re.sub(r"[\s().-]", "", text), "")


def _problem(text: str) -> str:
    if not text:
        return "empty"
    if any(unicodedata.category(c) == "Cc" for c in text):
        return "control_character"
    if text.startswith("-") or _TRAILING_DECIMALS.fullmatch(text):
        return "spreadsheet_damage"
    if _EXTENSION.search(text):
        return "extension_or_multiple"
    return "" if _SHAPE.fullmatch(text) else "bad_character"


def _fast(raw: str, region: str) -> Found | None:
    """What a plainly written valid number is; None: let the library look."""
    found = _NANP.fullmatch(raw)
    if found is None:
        if len(raw) > 40 or not _PLAIN.fullmatch(raw) or _TRAILING_DECIMALS.fullmatch(raw.strip()):
            return None
        digits = raw.translate(_PUNCTUATION)
        found = _NANP.fullmatch(digits)
        if found is None:
            return verdict_of_e164(digits) if digits[:1] == "+" and digits[1:2] != "1" else None
    plus, nsn = found.groups()
    if plus is None and region not in _NO_PLUS_NANP:
        return None
    known = kind_of_nanp(nsn)
    return None if known is None else ("+1" + nsn, known[0], known[1])


def _judged(e164: str, country: str, kind: int, enabled: frozenset[str]) -> NumberVerdict:
    if kind == PhoneNumberType.FIXED_LINE:
        return NumberVerdict("reject", "landline", e164)
    if kind == PhoneNumberType.PREMIUM_RATE:
        return NumberVerdict("reject", "premium_rate", e164)
    if kind not in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE) or country == _NO_COUNTRY:
        return NumberVerdict("reject", "not_textable_type", e164)
    if country not in enabled:
        return NumberVerdict("hold", "country_not_enabled", e164)
    return NumberVerdict("accept", "ok", e164)


def is_number_for_live(e164: str) -> bool:
    """False for the provider's test numbers +1 500 555 000x, which must never meet real credentials."""
    return not e164.startswith("+1500555000")


def hash_of(e164: str, pepper: bytes) -> bytes:
    """HMAC-SHA256 (32 bytes): finds a number again after its erasure; useless without the pepper."""
    return hmac.digest(pepper, e164.encode("utf-8", "replace"), "sha256")


@lru_cache(maxsize=65536)
def show(e164: str) -> str:
    """ "+1 202-555-0142": the international spelling for people; anything unreadable is returned as it is."""
    if len(e164) == 12 and e164.startswith("+1"):
        return f"+1 {e164[2:5]}-{e164[5:8]}-{e164[8:]}"
    try:
        return phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return e164

"""Numbering plans as tables, learnt from the metadata of `phonenumbers`: valid numbers without parsing.

Both functions answer only for numbers that are valid and plainly written; None means "ask the library".
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    REGION_CODE_FOR_NON_GEO_ENTITY,
    PhoneMetadata,
    PhoneNumberType,
)

Found = tuple[str, str, int]  # E.164, ISO country, PhoneNumberType

_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
# The order in which the library asks; the first match wins.
_SPECIAL = (
    ("premium_rate", PhoneNumberType.PREMIUM_RATE),
    ("toll_free", PhoneNumberType.TOLL_FREE),
    ("shared_cost", PhoneNumberType.SHARED_COST),
    ("voip", PhoneNumberType.VOIP),
    ("personal_number", PhoneNumberType.PERSONAL_NUMBER),
    ("pager", PhoneNumberType.PAGER),
    ("uan", PhoneNumberType.UAN),
    ("voicemail", PhoneNumberType.VOICEMAIL),
)
_VARIES = ("", -1)
_UNSEEN = ("", -2)
_area_codes: dict[str, tuple[str, int] | None] = {}


@dataclass(frozen=True, slots=True)
class _Kind:
    pattern: re.Pattern[str]
    lengths: frozenset[int]  # empty: every length of the country
    value: int

    def matches(self, nsn: str) -> bool:
        return (not self.lengths or len(nsn) in self.lengths) and self.pattern.fullmatch(nsn) is not None


@dataclass(frozen=True, slots=True)
class _Country:
    code: str
    general: _Kind
    special: tuple[_Kind, ...]
    fixed: _Kind | None
    mobile: _Kind | None
    same_pattern: bool
    leading: re.Pattern[str] | None

    def kind_of(self, nsn: str) -> int:
        if not self.general.matches(nsn):
            return PhoneNumberType.UNKNOWN
        for kind in self.special:
            if kind.matches(nsn):
                return kind.value
        is_mobile = self.mobile is not None and not self.same_pattern and self.mobile.matches(nsn)
        if self.fixed is not None and self.fixed.matches(nsn):
            both = self.same_pattern or is_mobile
            return PhoneNumberType.FIXED_LINE_OR_MOBILE if both else PhoneNumberType.FIXED_LINE
        return PhoneNumberType.MOBILE if is_mobile else PhoneNumberType.UNKNOWN


@dataclass(frozen=True, slots=True)
class _Plan:
    national_prefix: re.Pattern[str] | None
    countries: tuple[_Country, ...]

    def look_up(self, nsn: str) -> tuple[str, int] | None:
        if nsn[0] == "0" or (self.national_prefix is not None and self.national_prefix.match(nsn)):
            return None
        for country in self.countries:
            alone = len(self.countries) == 1
            if country.leading is not None and not alone:
                if country.leading.match(nsn):
                    kind = country.kind_of(nsn)
                    return (country.code, kind) if kind != PhoneNumberType.UNKNOWN else None
                continue
            kind = country.kind_of(nsn)
            if kind != PhoneNumberType.UNKNOWN:
                return country.code, kind
        return None


def kind_of_nanp(nsn: str) -> tuple[str, int] | None:
    """(ISO country, type) of ten digits after +1, area code and exchange both beginning with 2-9."""
    known = _area_codes.get(nsn[:3], _UNSEEN)
    if known is _UNSEEN:
        known = _area_codes[nsn[:3]] = _learn_area(nsn[:3])
    return _plan("1").look_up(nsn) if known is _VARIES else known


def verdict_of_e164(number: str) -> Found | None:
    """`number`: "+" and digits, any country but those of +1."""
    if not _E164.fullmatch(number):
        return None
    for size in (2, 1, 3):
        code = number[1 : 1 + size]
        if int(code) in COUNTRY_CODE_TO_REGION_CODE:
            found = _plan(code).look_up(number[1 + size :]) if len(number) > 4 + size else None
            return (number, *found) if found else None
    return None


def _learn_area(area: str) -> tuple[str, int] | None:
    """What all numbers of a North American area code are, `_VARIES` if they differ, None if none exists."""
    plan = _plan("1")
    answers = {plan.look_up(f"{area}{exchange}0143") for exchange in range(200, 1000, 7)}
    answers |= {plan.look_up(f"{area}{exchange}9876") for exchange in (211, 411, 555, 911, 976, 999)}
    return answers.pop() if len(answers) == 1 else _VARIES


@lru_cache(maxsize=300)
def _plan(code: str) -> _Plan:
    regions = COUNTRY_CODE_TO_REGION_CODE[int(code)]
    main = PhoneMetadata.metadata_for_region_or_calling_code(int(code), regions[0])
    prefix = main.national_prefix_for_parsing if main is not None else None
    countries = tuple(c for region in regions if (c := _country(region, int(code))) is not None)
    return _Plan(re.compile(prefix) if prefix else None, countries)


def _country(region: str, code: int) -> _Country | None:
    if region == REGION_CODE_FOR_NON_GEO_ENTITY:
        data = PhoneMetadata.metadata_for_nongeo_region(code, None)
    else:
        data = PhoneMetadata.metadata_for_region(region, None)
    general = _kind(data.general_desc, 0) if data is not None else None
    if data is None or general is None:
        return None
    special = (_kind(getattr(data, name), value) for name, value in _SPECIAL)
    return _Country(
        region,
        general,
        tuple(kind for kind in special if kind is not None),
        _kind(data.fixed_line, 0),
        _kind(data.mobile, 0),
        bool(data.same_mobile_and_fixed_line_pattern),
        re.compile(data.leading_digits) if data.leading_digits else None,
    )


def _kind(description: object, value: int) -> _Kind | None:
    pattern = getattr(description, "national_number_pattern", None)
    if not pattern:
        return None
    lengths = frozenset(getattr(description, "possible_length", ()) or ())
    return _Kind(re.compile(pattern), lengths, value)

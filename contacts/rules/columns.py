"""Which column is what: a guess from the header, in several languages, for people to correct."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from consent.rules.numbers import normalise
from contacts.rules.guard import is_formula
from tenants.rules import Refused

Target = Literal[
    "phone",
    "first_name",
    "last_name",
    "full_name",
    "email",
    "language",
    "groups",
    "tags",
    "consent",
    "consent_date",
    "zone",
]


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_WORD = re.compile(r"[\W_]+")
_MARKS = re.compile("[\u0300-\u036f]")
# A joiner or non-joiner between letters that are not Latin, or between signs, is part of how they are written.
_INVISIBLE = re.compile(
    "[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
    "|(?<![^\\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?![^\\x00-\u024f])"
)

# Whole headers, joined without spaces.
_NAMES: dict[Target, str] = {
    "consent": "consent smsconsent smsok oktotext optin smsoptin optedin optedinsms smsoptedin textoptin subscribed "
    "smssubscribed marketingconsent smsmarketing acceptssmsmarketing acceptsmarketing permission agreed textok "
    "consentement consentimiento consentimento einwilligung consenso toestemming smspermission",
    "consent_date": "consentdate optindate optedinat optedinon consentat consenton dateofconsent smsconsentdate "
    "subscribedat subscribedon optintime agreedat agreedon signupdate datedeconsentement fechadeconsentimiento "
    "einwilligungsdatum dataconsenso",
    "email": "email emailaddress mail mailaddress courriel correo correoelectronico emailadresse epost eposta "
    "adressemail indirizzoemail elektronischepost",
    "first_name": "firstname first givenname forename fname prenom nombre vorname nome primeironome voornaam fornavn "
    "fornamn etunimi imie imya primernombre rufname",
    "last_name": "lastname last surname familyname lname nomdefamille apellido apellidos nachname familienname cognome "
    "sobrenome achternaam efternavn efternamn etternavn sukunimi nazwisko apelido",
    "full_name": "name fullname contactname customername clientname displayname contact customer nombrecompleto "
    "nomcomplet nom vollstandigername nomecompleto nomecognome naam navn namn nimi clientes cliente kunde",
    "language": "language lang locale preferredlanguage idioma langue sprache lingua taal sprog sprak lingua kieli",
    "groups": "group groups list lists grupo grupos groupe groupes gruppe gruppen gruppo gruppi groep groepen audience",
    "tags": "tag tags label labels etiqueta etiquetas etiquette etiquettes schlagwort schlagworte etichette",
    "zone": "zone timezone tz zeitzone fuseauhoraire zonahoraria fusohorario fusoorario tijdzone iananametimezone",
    "phone": "phone phonenumber number msisdn e164 tel telno telnr sms smsnumber mobile cell to recipient "
    "whatsapp contactnumber contactno phno phonenum phoneno textnumber whatsappnumber mobno mobileno numero номер "
    "cel tlf sđt nohp",
}
_BY_NAME = {name: target for target, names in _NAMES.items() for name in names.split()}

# Words that make a header a phone column, best first: a mobile number can be texted, "work phone" less likely.
_PHONE_WORDS: tuple[frozenset[str], ...] = (
    _words(
        "mobile mobilephone cell cellphone cellular handy handynummer mobil mobilnummer mobiltelefon mobiele movil "
        "celular portable cellulare cellulaire gsm msisdn e164 sms whatsapp natel kannykka matkapuhelin komorka mob "
        "handphone mobilszam matkapuhelinnumero κινητο נייד הנייד الجوال جوال موبايل الموبايل 手机号 手机号码 手機號碼 "
        "携帯電話 携帯番号 携帯電話番号 휴대폰 휴대폰번호 휴대전화 핸드폰"
    ),
    _words(
        "phone phonenumber telephone tel telefon telefono telefone telefonnummer telefoon telefoonnummer telnr telno "
        "phones rufnummer telefonas puhelin puhelinnumero telefonnr телефон мобильный 电话 手机 電話 携帯 전화 ph "
        "telefonu telefonszam telepon telpon телефона τηλεφωνο טלפון الهاتف هاتف تلفون sođienthoai 电话号码 "
        "電話號碼 電話番号 전화번호"
    ),
)
_NOT_THE_NUMBER = _words(
    "fax type kind country code prefix extension ext carrier verified status date time consent optin opt ok valid note "
    "notes label provider count fixe fixed landline festnetz fijo fisso"
)
#: So many of a column's samples must be phone numbers where its name is none of a phone column.
_MOSTLY = 0.8
_LESS_LIKELY = frozenset(
    {"work", "home", "office", "business", "other", "secondary", "2", "alternate", "alt"}
)


def guess(
    header: Sequence[str], sample_rows: Sequence[Sequence[str]] = (), *, region: str = "US"
) -> dict[int, Target]:
    """Column index to target, each target at most once; columns that are none of these are left out.

    `sample_rows`, read as in `region`, decide between several phone columns, and find one whose name says nothing.
    Raises `Refused("no_phone_column")`.
    """
    mapping: dict[int, Target] = {}
    phone = _phone_column(header, sample_rows, region)
    if phone is None:
        phone = _column_of_numbers(header, sample_rows, region)
    if phone is None:
        raise Refused(
            "no_phone_column",
            "No column looks like phone numbers. Name one \u201cphone\u201d in the file.",
            "file",
        )
    mapping[phone] = "phone"
    for index, name in enumerate(header):
        target = _BY_NAME.get("".join(words_of(name)))
        if target is not None and target != "phone" and index != phone and target not in mapping.values():
            mapping[index] = target
    return dict(sorted(mapping.items()))


def words_of(header: str) -> list[str]:
    """The words of a header, folded: "Prénom / firstName" is prenom, first, name."""
    text = _CAMEL.sub(" ", unicodedata.normalize("NFKC", header))
    text = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text)).split()


def clean_cell(value: str) -> str:
    """A cell as it is stored: one Unicode form (NFC), invisible characters gone, spaces around it trimmed.

    Formulas are kept as they are; they are made harmless where they leave, in exports.
    """
    if value.isascii():
        return value.strip(" ")
    return _INVISIBLE.sub("", unicodedata.normalize("NFC", value)).strip(" \u00a0\u3000")


def _phone_column(header: Sequence[str], rows: Sequence[Sequence[str]], region: str) -> int | None:
    scored = [(score, -index) for index, name in enumerate(header) if (score := _phone_score(name))]
    if not scored:
        return None
    best: tuple[float, int] = max(
        (score + 2 * _share_of_numbers(-at, rows, region), at) for score, at in scored
    )
    return -best[1]


def _column_of_numbers(header: Sequence[str], rows: Sequence[Sequence[str]], region: str) -> int | None:
    """The column that holds phone numbers under a name that nobody has told us, in whatever language."""
    if any(normalise(name, region).e164 for name in header):
        return None  # the first row is somebody's already, and would be taken for the names
    unknown = [index for index, name in enumerate(header) if _says_nothing(name)]
    shares = [(_share_of_numbers(index, rows, region), -index) for index in unknown]
    share, at = max(shares, default=(0.0, 0))
    return -at if share >= _MOSTLY else None


def _says_nothing(name: str) -> bool:
    words = words_of(name)
    return not (is_formula(name) or _NOT_THE_NUMBER & set(words) or "".join(words) in _BY_NAME)


def _phone_score(name: str) -> float:
    """How surely a header names the phone number: 0 not at all, 3 a mobile number."""
    words = words_of(name)
    if not words or _NOT_THE_NUMBER & set(words):
        return 0
    likely = 0.4 if _LESS_LIKELY & set(words) else 1.0
    joined = "".join(words)
    if joined in _BY_NAME and _BY_NAME[joined] != "phone":
        return 0
    for points, known in zip((3.0, 2.0), _PHONE_WORDS, strict=True):
        if known & {*words, joined}:
            return points * likely
    return 1.0 if _BY_NAME.get(joined) == "phone" else 0


def _share_of_numbers(index: int, rows: Sequence[Sequence[str]], region: str) -> float:
    """How many of a column's samples are phone numbers, from 0 to 1."""
    values = [row[index] for row in rows[:50] if index < len(row) and row[index].strip()]
    if not values:
        return 0
    return sum(normalise(value, region).verdict != "reject" for value in values) / len(values)

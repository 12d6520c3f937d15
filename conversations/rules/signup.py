"""What a sign-up form must say (facts C2 and C4: 47 CFR 64.1200(f)(9), CTIA), and the texts that answer a sign-up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from conversations.rules.signup_words import words_in

LANGUAGES = (("en", "English"), ("es", "Spanish"), ("fr", "French"))
_RATES = re.compile(r"rates|tarifas|frais", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the check list: `level` is ok, warning or blocker."""

    key: str
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` sign-ups within `seconds`."""

    seconds: int
    most: int

    def since(self, now: datetime) -> datetime:
        """The beginning of the span that `now` lies in."""
        return datetime.fromtimestamp(int(now.timestamp()) // self.seconds * self.seconds, tz=now.tzinfo)

    def again_in(self, now: datetime) -> int:
        """Seconds until the next span."""
        return int((self.since(now) + timedelta(seconds=self.seconds) - now).total_seconds()) + 1


#: An address may be a whole office or the tablet on a counter; one number needs few tries; a form may be on television.
#: A `prefix` is a number without its last four digits: whoever earns by the texts he makes us send owns such a range,
#: and changes his address at will (SEC46). The days bound what all of it may cost.
LIMITS = {
    "ip": Limit(600, 20),
    "number": Limit(3600, 5),
    "prefix": Limit(600, 30),
    "form": Limit(600, 1000),
    "form_day": Limit(86_400, 5_000),
    "tenant_day": Limit(86_400, 10_000),
}

_I = re.IGNORECASE
_NEEDED = (
    ("automated", "that the texts are automated marketing", re.compile(
        r"automat\w*.{0,60}(?:marketing|promotion\w*|offers|ofertas|promo\w*|offres|publicit\w*)|"
        r"(?:marketing|promotion\w*|ofertas|promo\w*|offres|publicit\w*).{0,60}automat\w*", _I | re.S)),
    ("frequency", "how often they come, such as “about 4 texts a month”", re.compile(
        r"\d+\s*(?:msgs?|texts?|messages?|mensajes|sms)|(?:msgs?|texts?|messages?|mensajes|sms).{0,20}"
        r"(?:frequency|a (?:week|month)|per (?:week|month)|/\s?mo|por (?:mes|semana)|par (?:mois|semaine))|recurring|"
        r"recurrent\w*|récurrent\w*", _I | re.S)),
    ("rates", "“Msg & data rates may apply”", re.compile(
        r"rates may apply|tarifas|frais.{0,30}(?:messages?|données|sms)", _I | re.S)),
    ("stop", "STOP", re.compile(r"\b(?:STOP|ALTO|ARRET|ARRÊT)\b")),
    ("help", "HELP", re.compile(r"\b(?:HELP|AYUDA|AIDE)\b")),
    ("condition", "that agreeing is not a condition of any purchase", re.compile(
        r"not (?:be )?(?:a |any )?condition|not required|no (?:es|son) (?:una )?(?:condici|requisit|obligat)|"
        r"n['’]est pas (?:une )?(?:condition|obligat)", _I)),
)  # fmt: skip
_OFFER = re.compile(r"\d\s?%|https?://|www\.|\b(?:sale|discount|coupon|promo code|% off|free gift)\b", _I)


def wording_checks(wording: str, brand: str) -> list[Check]:
    """What of the law's list the wording says, and what it lacks. Warnings only: words may say it another way."""
    if not wording.strip():
        return [Check("wording", "blocker", "Write what people agree to.")]
    named = brand.casefold() in wording.casefold()
    found = [_check("brand", named, f"your brand, {brand}")]
    return found + [_check(key, bool(rule.search(wording)), what) for key, what, rule in _NEEDED]


def _check(key: str, there: bool, what: str) -> Check:
    if there:
        return Check(key, "ok", f"It says {what}.")
    return Check(key, "warning", f"It does not say {what}.")


def default_wording(brand: str) -> str:
    """Wording that says all of it, to begin with."""
    return (
        f"By ticking a box and sending this form I agree to get recurring automated marketing texts from {brand} at "
        f"the number I gave, about 4 texts a month. Agreeing is not a condition of any purchase. "
        "Msg & data rates may apply. Reply STOP to opt out, HELP for help."
    )


def welcome_text(brand: str, own: str, language: str = "en") -> str:
    """The one welcome: the tenant's own words, and whatever they lack of brand, STOP, START, HELP and rates (A4)."""
    words = words_in(language)
    text = " ".join(own.split()) or words["welcome"]
    if brand.casefold() not in text.casefold():
        text = f"{brand}: {text}"
    if text[-1] not in ".!?":
        text += "."
    if not all(re.search(rf"\b{word}\b", text) for word in ("STOP", "START", "HELP")):
        text += f" {words['ways']}"
    return text if _RATES.search(text) else f"{text} {words['rates']}"


def question_text(brand: str, language: str = "en") -> str:
    """The question of a double opt-in; it carries no offer."""
    words = words_in(language)
    return words["question"].format(brand=brand, rates=words["rates"])


def carries_an_offer(text: str) -> bool:
    """Whether a welcome looks as if it sold something: a confirmation carries no marketing (A12)."""
    return bool(_OFFER.search(text))


_ORIGIN = re.compile(r"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?", re.ASCII)
_LOCAL = re.compile(r"http://(?:localhost|127\.0\.0\.1)(?::\d{1,5})?", re.ASCII)


def origin_of(text: str) -> str | None:
    """A site as the browser names it, "https://shop.example.org"; a path behind it is cut; None for what is none."""
    scheme, slashes, rest = text.strip().lower().rstrip("/").partition("://")
    if not slashes:
        scheme, rest = "https", scheme
    origin = f"{scheme}://{rest.split('/')[0]}"
    public = _ORIGIN.fullmatch(origin) is not None and "." in origin
    return origin if public or _LOCAL.fullmatch(origin) else None


def frame_ancestors(origins: Sequence[str]) -> list[str]:
    """The policy of a form's page: the sites named, or nobody."""
    return list(origins) or ["'none'"]

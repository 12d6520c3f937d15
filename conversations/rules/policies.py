"""Templates of the SMS terms and the privacy page, by country, each rule with its source and the date it was read (F1).

Data, not advice: an owner reads them, changes what does not fit, and answers for what is shown. A text is plain:
`## ` begins a heading, `- ` an item; `{{ brand }}` and the other PLACES are filled in when it is shown.
"""

# ruff: noqa: E501  texts of pages
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tenants.rules import Refused

PLACES = ("brand", "frequency", "contact", "address", "countries", "terms", "privacy")
MAX_TEXT = 20_000
READ_ON = "2026-11-27"
_PLACE = re.compile(r"\{\{\s*([\w.-]*)\s*\}\}")
_EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "HR",
        "CY",
        "CZ",
        "DK",
        "EE",
        "FI",
        "FR",
        "DE",
        "GR",
        "HU",
        "IE",
        "IT",
        "LV",
        "LT",
        "LU",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SK",
        "SI",
        "ES",
        "SE",
        "IS",
        "LI",
        "NO",
    ]
)


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of a page. `region`: all, US, CA, GB, EU; `source` and `read_on` say where its rule stands."""

    region: str
    page: str
    text: str
    source: str
    read_on: str = READ_ON


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph or a list of a page as it is shown."""

    kind: str
    text: str = ""
    items: tuple[str, ...] = ()


_CTIA = "CTIA Messaging Principles and Best Practices, May 2023"
_TCPA = "47 CFR 64.1200(a)(10)-(12), in force since 11 April 2025; 64.1200(f)(9)"
_CASL = "Canada’s Anti-Spam Legislation, S.C. 2010, c. 23, ss. 6, 10, 11"
_PECR = "Privacy and Electronic Communications Regulations 2003, reg. 22; UK GDPR art. 7, 21"
_GDPR = "Regulation (EU) 2016/679 (GDPR), art. 7(3), 13, 15 to 21; Directive 2002/58/EC, art. 13"

SECTIONS = (
    Section("all", "terms", """{{ brand }} sends text messages to people who asked for them: offers, and messages about orders or services, as you chose when you signed up.

## How often
{{ frequency }}.

## What it costs
We charge nothing for our texts. Msg & data rates may apply, as your carrier bills them.

## How to stop
Reply STOP to any of our texts, or open the link in one of them. It works at once. You get one text that says so, and none after it. To come back, text START.

## Help
Reply HELP, or reach us: {{ contact }}.

## No condition
Agreeing to our texts is not a condition of buying anything.

## Carriers
Carriers are not liable for texts that are late or do not arrive.

## Who we are
{{ brand }}, {{ address }}. How we handle what we know about you: {{ privacy }}.""", _CTIA),
    Section("US", "terms", """## In the United States
You may take back your agreement in any reasonable way: STOP, QUIT, END, REVOKE, OPT OUT, CANCEL or UNSUBSCRIBE as a reply, in your own words, by phone or by e-mail. Offers are sent by automated means, between 8 in the morning and 9 in the evening of where you are.""", _TCPA),
    Section("CA", "terms", """## In Canada
Every text names {{ brand }}, and this page says how to reach us. You may unsubscribe free of charge at any time, by the same way; it takes effect at once. In French: répondez ARRET pour vous désinscrire, AIDE pour de l’aide.""", _CASL),
    Section("GB", "terms", """## In the United Kingdom
You agreed to texts apart from any other way of contact, or bought something similar from us and could refuse. Every text gives you a simple way to stop. Your objection to marketing is absolute.""", _PECR),
    Section("EU", "terms", """## In the European Union
You may withdraw your consent at any time, as easily as you gave it. Withdrawing does not make unlawful what was sent before.""", _GDPR),
    Section("all", "privacy", """{{ brand }} keeps what it needs to send you the texts you asked for, and to prove that you asked.

## What we keep
- your phone number, and your name or e-mail address if you gave them
- when and how you agreed, with the words you were shown
- the texts between us, and whether they were delivered
- that you opted out, so that we never text you by mistake

## Who gets it
Our messaging provider, which carries the texts. We do not sell your number, and we share it and your consent with nobody for their own marketing.

## How long
Texts are kept as long as we need them. The proof of your consent and the fact that you opted out are kept as long as the law lets someone ask for them.

## Your rights
Ask us what we know about you, have it corrected or erased: {{ contact }}. After an erasure only a code stays that cannot be turned back into your number, so that you are not texted again.

## Who we are
{{ brand }}, {{ address }}. The terms of our texts: {{ terms }}.""", _CTIA),
    Section("US", "privacy", """## In the United States
No mobile information is shared with third parties or affiliates for marketing or promotional purposes. Text messaging opt-in data and consent are not shared with anyone but the providers who deliver the texts.""", _CTIA),
    Section("CA", "privacy", """## In Canada
You may ask at any time for what we keep, and withdraw your consent; we record when you gave it and when it ends. Implied consent after a purchase ends after two years, after an inquiry after six months.""", _CASL),
    Section("GB", "privacy", """## In the United Kingdom
We process your number because you consented, or because you bought something similar and did not refuse. You may complain to the Information Commissioner’s Office. After an objection your number stays on a suppression list, so that nobody texts it again.""", _PECR),
    Section("EU", "privacy", """## In the European Union
The legal basis is your consent (art. 6(1)(a)), for the proof of it our legal obligation and legitimate interest (art. 6(1)(c), (f)). You have the right of access, rectification, erasure, restriction, portability and objection, and may complain to a supervisory authority.""", _GDPR),
)  # fmt: skip


def region_of(country: str) -> str:
    """US, CA, GB, EU, or '' where only the general text is known."""
    return country if country in {"US", "CA", "GB"} else "EU" if country in _EU else ""


def sections_for(page: str, countries: Iterable[str]) -> list[Section]:
    """The general text, and what each of the tenant's countries adds, in a fixed order."""
    regions = {"all", *(region_of(one) for one in countries)}
    return [one for one in SECTIONS if one.page == page and one.region in regions]


def template_for(page: str, countries: Iterable[str]) -> str:
    """The whole page as a text to begin from."""
    return "\n\n".join(one.text for one in sections_for(page, countries))


def sources_for(page: str, countries: Iterable[str]) -> list[dict[str, str]]:
    """Where each piece of the template comes from."""
    return [
        {"region": one.region, "source": one.source, "read_on": one.read_on}
        for one in sections_for(page, countries)
    ]


def check_text(text: str) -> str:
    """A text fit to be shown. Raises `Refused`: too_long, place_unknown (both name the field "text")."""
    plain = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(plain) > MAX_TEXT:
        raise Refused("too_long", f"Shorten it to {MAX_TEXT:,} characters.", "text")
    unknown = next((found[0] for found in _PLACE.finditer(plain) if found[1] not in PLACES), "")
    if unknown:
        known = ", ".join(f"{{{{ {one} }}}}" for one in PLACES)
        raise Refused(
            "place_unknown", f"{unknown} stands for nothing. These may stand in it: {known}.", "text"
        )
    return plain


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled; one without a value leaves nothing behind but what stands around it."""
    return re.sub(r"[ ,]*([.])(?=\s|$)", r"\1", _PLACE.sub(lambda found: values.get(found[1], ""), text))


def blocks(text: str) -> list[Block]:
    """Headings, paragraphs and lists."""
    found: list[Block] = []
    for piece in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in piece.splitlines() if line.strip()]
        while lines:
            if lines[0].startswith("## "):
                found.append(Block("heading", lines.pop(0)[3:].strip()))
            elif lines[0].startswith("- "):
                items = []
                while lines and lines[0].startswith("- "):
                    items.append(lines.pop(0)[2:].strip())
                found.append(Block("list", items=tuple(items)))
            else:
                words = []
                while lines and not lines[0].startswith(("## ", "- ")):
                    words.append(lines.pop(0))
                found.append(Block("paragraph", " ".join(words)))
    return found

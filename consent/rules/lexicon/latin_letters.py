"""Languages of other scripts as people write them in Latin letters: Russian, Ukrainian and Greek by rule, Arabic by
hand (Hindi stands in `eastern`). Written without native speakers.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

# The spellings of a letter in use, the commonest first.
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "ye ie e", "ж": "zh j",
    "з": "z", "и": "i", "і": "i", "ї": "yi i", "й": "i y j", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p",
    "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h kh x", "ц": "ts c", "ч": "ch", "ш": "sh", "щ": "sch sh",
    "ъ": "", "ы": "y i", "ь": "", "э": "e", "ю": "yu u iu ju", "я": "ya ia ja a",
}  # fmt: skip
_GREEK = {
    "ου": "ou u", "αι": "ai e", "ει": "ei i", "οι": "oi i", "ευ": "ef eu", "αυ": "af au", "μπ": "mp b", "γγ": "gg",
    "α": "a", "β": "v b", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i h", "θ": "th 8", "ι": "i", "κ": "k",
    "λ": "l", "μ": "m", "ν": "n", "ξ": "x ks", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t",
    "υ": "y i u", "φ": "f ph", "χ": "x h ch", "ψ": "ps", "ω": "o w",
}  # fmt: skip
_TWINS = {"ru": ("ru-latn", _CYRILLIC), "uk": ("uk-latn", _CYRILLIC), "el": ("el-latn", _GREEK)}
_MOST = 12

TABLES: dict[str, dict[str, str]] = {
    "ar-latn": {
        "stop": "bas bass kefaya khalas khalaas wa2ef wa2fo wa2efo waqef waqqif battal battalo batalo baraka "
        "safi 7bess",
        "comm": "teb3at* tib3at* tab3at* teb3ato* tba3t* tersel* tursil* tes2al* tikalem* tkalm* teksel* tza3ej* "
        "eb3at* tib3atu* irsal sift* tsift*",
        "message": "rasael rasayel risayel rasa2el resayel rsayel message msg sms e3lanat i3lanat 3orood ishhar",
        "neg": "la ma mosh mesh mish mush mabash maba2etsh matb3atsh matb3atosh mat*sh",
        "more": "tani tany marra ba2a ba3d 3ad",
        "want": "3ayez 3ayz 3awez 3ayza biddi bidi abgha baghi bghit areed ureed uridu",
        "receive": "astalem astelem",
        "remove": "shil shilo sheel sheelo sheelooni emsa7 emsa7o ihzif i7zif e7zef e7zefo 7ayed hayed",
        "removeme": "sheelo*ni shilo*ni e7zefo*ni",
        "me": "li ly lia liya ana ni",
        "number": "ra2mi raqmi rakmi nemreti numrati nimrti numero",
        "list": "lista list qayma 2ayma",
        "unsub": "elgha2 ilgha",
        "leave": "sebni f 7ali|seebni|sebooni|sibouni|tirkni|etrekni",
        "wrong": "ra2m ghalat|raqm ghalat|nemra ghalat|numra ghalat|el nemra ghalat|ghaltan*",
        "idiom": "",
        "other": "maw3ed talab 7agz",
        "time": "belleil bukra ba3den",
        "ask": "emta fein wein lesh leh",
        "keep": "",
        "filler": "men fadlak fadlek law sama7t sama7tom shukran ya da de el al kol min ra2mi dol",
    },
}


def _spellings(word: str, letters: dict[str, str]) -> Iterator[str]:
    """A word in Latin letters, in the commonest ways."""
    choices: list[list[str]] = []
    at = 0
    while at < len(word):
        pair = word[at : at + 2]
        step = 2 if pair in letters else 1
        choices.append((letters.get(word[at : at + step], word[at : at + step])).split(" "))
        at += step
    for letters_chosen in itertools.islice(itertools.product(*choices), _MOST):
        yield "".join(letters_chosen)


def _twin(table: dict[str, str], letters: dict[str, str], idioms: frozenset[str]) -> dict[str, str]:
    twin = {}
    for name, written in table.items():
        mark = "|" if name in idioms or name.endswith("+") else " "
        spelled = (
            " ".join(variant) if mark == "|" else variant[0]
            for item in written.split(mark)
            for variant in _variants(item.strip(), letters)
        )
        twin[name] = mark.join(dict.fromkeys(spelled))
    return twin


def _variants(item: str, letters: dict[str, str]) -> Iterator[tuple[str, ...]]:
    parts = [list(_spellings(part, letters)) for part in item.split()]
    yield from itertools.islice(itertools.product(*parts), _MOST if len(parts) == 1 else 3 * _MOST)


def with_twins(tables: dict[str, dict[str, str]], idioms: frozenset[str]) -> dict[str, dict[str, str]]:
    """The tables, and beside them those of languages that are also written in Latin letters."""
    twins = {name: _twin(tables[language], letters, idioms) for language, (name, letters) in _TWINS.items()}
    return {**tables, **twins}

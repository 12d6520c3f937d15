"""Chinese, Japanese and Korean, which set no spaces: what is found inside a text, by category."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from consent.rules.lookup import UNSPACED
from consent.rules.texts import key

SCRIPTS = {
    "ja": re.compile("[\u3040-\u30ff]"),
    "ko": re.compile("[\uac00-\ud7a3]"),
    "zh": re.compile("[\u4e00-\u9fff]"),
}
IN_TEXT = tuple(UNSPACED)


@cache
def patterns(language: str) -> dict[str, re.Pattern[str]]:
    """One pattern a category, the longest words first. Compiled with the first text in the script."""
    return {
        category: re.compile(
            "|".join(re.escape(p) for p in sorted(map(key, written.split("|")), key=len, reverse=True))
        )
        for category, written in UNSPACED[language].items()
    }


@lru_cache(maxsize=64)
def hits(clause: str, language: str) -> dict[str, str]:
    """The first find of each category, if the clause is in this language's script; Japanese beats Chinese."""
    if not SCRIPTS[language].search(clause) or (language == "zh" and SCRIPTS["ja"].search(clause)):
        return {}
    return {
        category: found[0]
        for category, pattern in patterns(language).items()
        if (found := pattern.search(clause))
    }

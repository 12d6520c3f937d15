"""The words heard on a sender number: everybody's, and the tenant's own."""

from __future__ import annotations

import json
from functools import lru_cache

from django.db.models import Q

from consent.models import KeywordSet
from consent.rules.wordlists import KINDS, Lists
from consent.rules.words import DEFAULT, KeywordWords

Rows = tuple[tuple[tuple[str, ...], ...], ...]


def words_of(sender_id: int | None, *, instead: tuple[str, int | None, Lists] | None = None) -> KeywordWords:
    """The words for texts to this sender number, in one query; None: those of every number.

    `instead`: (language, sender, lists) of a draft, in the place of the set kept for them. What is kept between two
    texts is the answer for these very words, so a saved change is heard by every process with the next text.
    """
    if sender_id is None:
        wanted = Q()
    else:
        wanted = Q(sender_id=None) | Q(sender_id=sender_id)
    rows = KeywordSet.objects.filter(wanted).values_list("language", "sender_id", *KINDS)
    kept = {(language, sender): tuple(tuple(map(str, w)) for w in words) for language, sender, *words in rows}
    if instead is not None:
        language, sender, lists = instead
        kept.pop((language, sender), None)
        if sender is None or sender_id is None or sender == sender_id:
            kept[language, sender] = tuple(tuple(lists.get(kind, ())) for kind in KINDS)
    return words_from(tuple(sorted(kept.values())))


#: The kept sets of a sender number `s` and of every number, as one text for `words_written`; NULL where there are none.
WRITTEN = """
(SELECT json_agg(json_build_array(stop_words, start_words, help_words) ORDER BY id)::text FROM consent_keywordset
 WHERE sender_id IS NULL OR sender_id = s.id)
"""


@lru_cache(maxsize=512)
def words_written(written: str | None) -> KeywordWords:
    """What `words_of` answers, from the sets as `WRITTEN` reads them: for these very words, so never for older ones."""
    sets = [tuple(tuple(map(str, w)) for w in words) for words in json.loads(written or "[]")]
    return words_from(tuple(sorted(sets)))


@lru_cache(maxsize=512)
def words_from(sets: Rows) -> KeywordWords:
    """The default words with these lists (stop, start, help) added."""
    if not sets:
        return DEFAULT
    stop, start, helping = ("|".join(word for one in sets for word in one[place]) for place in range(3))
    return DEFAULT.adding(opt_out=stop, opt_in=start, help=helping)

"""A tenant's own words for leaving, coming back and help: by language, for one sender number or all."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

from consent.models import KeywordSet
from consent.rules.wordlists import KINDS, LANGUAGES, Lists, problem_of, version_of
from tenants.actions import audit
from tenants.models import SenderNumber
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id

_LOCK = "SELECT pg_advisory_xact_lock(4205, %s)"  # lock class, beside that of `wordings`


def save_words(
    *,
    language: str,
    sender_id: int | None,
    lists: Lists,
    actor: Actor,
    taken: Mapping[str, str] | None = None,
    seen: str | None = None,
) -> KeywordSet | None:
    """Put these lists in the place of those kept; all empty: the set goes. `seen`: `version_of` what the editor saw.

    Raises `Refused`: not_allowed, language_unknown, sender_unknown, conflict, and the codes of
    `wordlists.problem_of`. The words of the law are heard whatever stands here.
    """
    check_words(language=language, sender_id=sender_id, lists=lists, actor=actor, taken=taken)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [current_tenant_id() % 2**31])
    kept: KeywordSet | None = KeywordSet.objects.filter(language=language, sender_id=sender_id).first()
    before = lists_of(kept)
    if seen is not None and seen != version_of(before):
        raise Refused("conflict", "Someone saved these words a moment ago. Read them before you save.")
    after = {kind: tuple(lists.get(kind, ())) for kind in KINDS}
    if before == after and (kept is None or any(after.values())):
        return kept
    if not any(after.values()):
        place = kept.pk if kept else None
        KeywordSet.objects.filter(pk=place).delete()
        kept = None
    else:
        kept = kept or KeywordSet(language=language, sender_id=sender_id)
        for kind, words in after.items():
            setattr(kept, kind, list(words))
        kept.save()
        place = kept.pk
    told = {
        kind: {"before": before[kind], "after": after[kind]} for kind in KINDS if before[kind] != after[kind]
    }
    audit(actor, "set_words", "keyword_set", place, language=language, sender=sender_id, **told)
    return kept


def check_words(
    *,
    language: str,
    sender_id: int | None,
    lists: Lists,
    actor: Actor,
    taken: Mapping[str, str] | None = None,
) -> None:
    """Raise what `save_words` would raise, and change nothing."""
    require(actor, Role.MANAGER, "change the words")
    if language not in LANGUAGES:
        raise Refused("language_unknown", "Choose one of the languages offered.", "language")
    if sender_id is not None and not SenderNumber.objects.filter(pk=sender_id, retired_at=None).exists():
        raise Refused("sender_unknown", "This sender number does not exist.", "sender")
    problem = problem_of(lists, taken=taken or {})
    if problem is not None:
        raise Refused(problem.code, problem.message, problem.field)


def lists_of(kept: KeywordSet | None) -> dict[str, tuple[str, ...]]:
    """The lists of a set; none kept: empty ones."""
    return {kind: tuple(getattr(kept, kind)) if kept else () for kind in KINDS}

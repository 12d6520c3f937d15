"""The tenant's own words: saved where no group, bot or form uses them, and tried on what people wrote before that."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from consent import actions as consent
from consent.models import KeywordSet
from consent.rules.hearing import classify
from consent.rules.keywords import KeywordWords
from consent.rules.texts import key, latin
from consent.rules.wordlists import KINDS, Lists, run_of, version_of
from consent.wordsets import words_of
from contacts.models import Group
from conversations.actions import botleaving
from conversations.models.bots import Bot, Trigger
from conversations.models.signup import SignupForm
from conversations.models.words import WordTrial
from messaging.models import Message
from messaging.models.messages import Direction
from tenants import due
from tenants.rules import Actor, Refused
from tenants.scope import current_tenant_id, tenant_scope

DAYS = 90
BATCH = 5_000
MOST_EXAMPLES = 100
MOST_RUNNING = 3
KEPT = timedelta(days=7)
Beat = Callable[[], object]


def taken_words() -> dict[str, str]:
    """Words that groups, live bots and live sign-up forms answer to, as `run_of`, and by what; three queries."""
    taken = {run_of(word): f"the group {name}" for word, name in _groups()}
    bots = Trigger.objects.filter(bot__state=Bot.State.ON, bot__deleted_at=None).exclude(key="")
    for word, name in bots.values_list("word", "bot__name"):
        taken.setdefault(run_of(word), f"the bot {name}")
    forms = SignupForm.objects.filter(state="live").exclude(word="")
    for word, name in forms.values_list("word", "name"):
        taken.setdefault(run_of(word), f"the form {name}")
    return taken


def _groups() -> list[tuple[str, str]]:
    return list(Group.objects.exclude(word="").values_list("word", "name"))


def save_words(
    *, language: str, sender_id: int | None, lists: Lists, actor: Actor, seen: str | None = None
) -> KeywordSet | None:
    """As `consent.actions.save_words`, and no word that something else answers to."""
    return consent.save_words(
        language=language, sender_id=sender_id, lists=lists, actor=actor, taken=taken_words(), seen=seen
    )


def try_words(
    *, language: str, sender_id: int | None, lists: Lists, actor: Actor, seen: str | None = None
) -> WordTrial:
    """Read the draft against the last 90 days, in the background. Raises `Refused` as saving would; trials_running."""
    consent.check_words(language=language, sender_id=sender_id, lists=lists, actor=actor, taken=taken_words())
    now = timezone.now()
    WordTrial.objects.filter(created_at__lt=now - KEPT).delete()
    if WordTrial.objects.exclude(status=WordTrial.Status.DONE).count() >= MOST_RUNNING:
        raise Refused("trials_running", f"{MOST_RUNNING} trials are running. Wait for one to end.")
    kept = consent.lists_of(KeywordSet.objects.filter(language=language, sender_id=sender_id).first())
    trial: WordTrial = WordTrial.objects.create(
        language=language,
        sender_id=sender_id,
        **{kind: list(lists.get(kind, ())) for kind in KINDS},
        seen=seen or version_of(kept),
        since=now - timedelta(days=DAYS),
        created_by=actor.label[:120],
    )
    due.put_and_ring("words", current_tenant_id(), trial.pk)
    return trial


def run_trial(tenant_id: int, trial_id: int, *, seconds: float = 45, beat: Beat | None = None) -> bool:
    """Read batch by batch, the newest first, until the end or `seconds` are over; True: nothing is left.

    Each batch is a transaction with its cursor, so that a crash reads none twice.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with tenant_scope(tenant_id):
            trial = WordTrial.objects.select_for_update(no_key=True).filter(pk=trial_id).first()
            if trial is None or trial.status == WordTrial.Status.DONE:
                return True
            _read_batch(trial)
        if beat is not None and beat() is False:
            return False
    return False


def _read_batch(trial: WordTrial) -> None:
    texts = Message.objects.filter(direction=Direction.IN)
    if trial.sender_id is not None:
        texts = texts.filter(sender_id=trial.sender_id)
    if trial.before_id is not None:
        texts = texts.filter(pk__lt=trial.before_id)
    columns = ("pk", "sender_id", "body", "created_at")
    rows = [row for row in texts.order_by("-pk").values_list(*columns)[:BATCH] if row[3] >= trial.since]
    found = _changes(trial, rows)
    trial.read += len(rows)
    trial.changed += len(found)
    trial.counts = dict(Counter(trial.counts) + Counter(f"{before}>{after}" for _, before, after in found))
    trial.examples = [*trial.examples, *found][:MOST_EXAMPLES]
    trial.status = WordTrial.Status.RUNNING
    if len(rows) < BATCH:
        trial.status, trial.ended_at = WordTrial.Status.DONE, timezone.now()
    else:
        trial.before_id = rows[-1][0]
    trial.save()


def _changes(trial: WordTrial, rows: list[tuple[int, int, str | None, object]]) -> list[tuple[int, str, str]]:
    """(message, label before, label after) of the texts that the draft would hear otherwise."""
    draft = {kind: tuple(getattr(trial, kind)) for kind in KINDS}
    kept = consent.lists_of(
        KeywordSet.objects.filter(language=trial.language, sender_id=trial.sender_id).first()
    )
    differing = {word for kind in KINDS for word in set(draft[kind]) ^ set(kept[kind])}
    looked_for = [tuple(key(word).split(" ")) for word in differing]
    live = botleaving.live_words()
    lists: dict[int, tuple[KeywordWords, KeywordWords]] = {}
    found: list[tuple[int, str, str]] = []
    for pk, sender_id, body, _ in rows:
        if not body or not _may_differ(body, looked_for):
            continue
        if sender_id not in lists:
            draft_words = words_of(sender_id, instead=(trial.language, trial.sender_id, draft))
            lists[sender_id] = (words_of(sender_id), draft_words)
        before, after = (
            classify(body, words=words, opted_out=True, live_words=live) for words in lists[sender_id]
        )
        if (before.label, before.confidence) != (after.label, after.confidence):
            found.append((pk, before.label, after.label))
    return found


def _may_differ(body: str, looked_for: list[tuple[str, ...]]) -> bool:
    """Only a text with all parts of a word that was added or taken away can be heard otherwise."""
    run = latin(key(body)).replace(" ", "")
    return any(all(latin(part) in run for part in word) for word in looked_for)

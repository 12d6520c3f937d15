"""Contexts of the words and the test bench: lists, built-in words, texts read, trials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from consent.actions import lists_of
from consent.models import KeywordSet
from consent.rules import words as built_in
from consent.rules.keywords import Heard, KeywordWords
from consent.rules.sentences import when
from consent.rules.weighing import Weight, explain_words, reason
from consent.rules.wordlists import KINDS, LANGUAGES, version_of
from conversations.actions.inbound import heard_now
from conversations.consent_pages import frame
from conversations.forms import BenchForm, WordSetForm
from conversations.models.words import WordTrial
from conversations.reading import rights_of
from conversations.views import Asked
from messaging.models import Message
from tenants.models import AuditEntry, SenderNumber, Tenant

FEW = 20
SHOWN_EXAMPLES = 25
REACHES = {
    "sender": "Would stop what your STOP setting stops",
    "purpose": "Would stop your marketing numbers",
    "all": "Would stop all your numbers",
    "group": "Would end one group",
}
LABELS = {"optout": "Opt-out", "optin": "Opt-in", "help": "Help", "none": "Ordinary text"}
_VERB = "set_words"
_KIND_NAMES = {"stop_words": "leaving", "start_words": "coming back", "help_words": "help"}


@dataclass(frozen=True, slots=True)
class Read:
    """One text of the bench and what was made of it."""

    text: str
    heard: Heard
    label: str
    sign: str
    sure: str
    reach: str
    why: str
    words: tuple[Weight, ...]


def words_context(
    request: Asked, *, bench: BenchForm | None = None, read: list[Read] | None = None
) -> dict[str, Any]:
    """The page: test bench, the tenant's lists, who changed what, the built-in words."""
    return {
        **frame("words"),
        "rights": rights_of(request.actor),
        "bench": bench or BenchForm(senders=senders()),
        "read": read or [],
        "sets": _sets(),
        "changes": _changes(request.tenant),
        "built_in": _built_in(),
    }


def set_context(request: Asked, form: WordSetForm, *, trial: WordTrial | None = None) -> dict[str, Any]:
    """One set being edited, with the result of its trial if there is one."""
    return {
        **frame("words"),
        "rights": rights_of(request.actor),
        "form": form,
        "trial": _trial(trial) if trial else None,
        "moving": trial is not None and trial.status != WordTrial.Status.DONE,
    }


def set_form(language: str, sender_id: int | None, *, trial: WordTrial | None = None) -> WordSetForm:
    """The form with what is kept, or with the draft of a trial."""
    kept = lists_of(KeywordSet.objects.filter(language=language, sender_id=sender_id).first())
    lists = {kind: getattr(trial, kind) for kind in KINDS} if trial else kept
    initial = {
        "language": language,
        "sender": str(sender_id or ""),
        "seen": trial.seen if trial else version_of(kept),
        **{kind: "\n".join(lists[kind]) for kind in KINDS},
    }
    return WordSetForm(initial=initial, senders=senders())


def read_texts(texts: list[str], *, sender_id: int | None, opted_out: bool) -> list[Read]:
    """What would be made of each text, were it sent now to this number; three queries however many."""
    words, found = heard_now(texts, sender_id=sender_id, opted_out=opted_out)
    return [_read(text, heard, words) for text, heard in zip(texts, found, strict=True)]


def _read(text: str, heard: Heard, words: KeywordWords) -> Read:
    sign = {"optout": "opted_out", "optin": "opted_in", "help": "", "none": ""}[heard.label]
    unclear = heard.label == "optout" and heard.confidence == "unclear"
    return Read(
        text=text,
        heard=heard,
        label=LABELS[heard.label],
        sign="on_hold" if unclear else sign,
        sure="unclear: marketing waits, a person reads it" if unclear else "",
        reach=REACHES[heard.reach] if heard.label == "optout" and not unclear else "",
        why=reason(heard),
        words=explain_words(text, words=words) if heard.label in ("optout", "none") else (),
    )


def senders() -> list[tuple[str, str]]:
    """Sender numbers in use, as choices."""
    rows = SenderNumber.objects.filter(retired_at=None).order_by("pk")
    return [(str(sender.pk), f"{sender.name} {sender.tail}") for sender in rows]


def _sets() -> list[dict[str, Any]]:
    rows = []
    for one in KeywordSet.objects.select_related("sender").order_by("language", "sender_id"):
        query = urlencode({"language": one.language, "sender": one.sender_id or ""})
        rows.append(
            {
                "language": LANGUAGES.get(one.language, one.language),
                "sender": f"{one.sender.name} {one.sender.tail}" if one.sender else "All numbers",
                "url": f"{reverse('conversations:word_set')}?{query}",
                **{kind: getattr(one, kind) for kind in KINDS},
            }
        )
    return rows


def _built_in() -> list[dict[str, Any]]:
    tables = {"stop": built_in.OPT_OUT, "start": built_in.OPT_IN, "help": built_in.HELP}
    return [
        {
            "name": name,
            "open": language == "en",
            **{kind: [w for w in table.get(language, "").split("|") if w] for kind, table in tables.items()},
        }
        for language, name in LANGUAGES.items()
        if any(language in table for table in tables.values())
    ] + [{"name": "Leaving all, in any language", "open": False, "all": built_in.OPT_OUT_ALL.split("|")}]


def _changes(tenant: Tenant) -> list[dict[str, str]]:
    now = timezone.now()
    names = dict(SenderNumber.objects.values_list("pk", "name"))
    told = []
    for entry in AuditEntry.objects.filter(verb=_VERB).order_by("-pk")[:FEW]:
        sender = entry.detail.get("sender")
        parts = [_difference(_KIND_NAMES[kind], entry.detail[kind]) for kind in KINDS if kind in entry.detail]
        told.append(
            {
                "at": when(entry.at, tenant.zone, now),
                "who": entry.actor_label or entry.actor_kind,
                "where": f"{LANGUAGES.get(entry.detail.get('language', ''), '')}, {names.get(sender, 'all numbers')}",
                "what": "; ".join(part for part in parts if part),
            }
        )
    return told


def _difference(name: str, change: dict[str, list[str]]) -> str:
    before, after = change["before"], change["after"]
    added = [word for word in after if word not in before]
    gone = [word for word in before if word not in after]
    said = ([f"added {', '.join(added)}"] if added else []) + (
        [f"took out {', '.join(gone)}"] if gone else []
    )
    return f"{name}: {' and '.join(said)}" if said else ""


def _trial(trial: WordTrial) -> dict[str, Any]:
    shown = trial.examples[:SHOWN_EXAMPLES]
    bodies = dict(Message.objects.filter(pk__in=[pk for pk, _, _ in shown]).values_list("pk", "body"))
    counts = []
    for change, n in sorted(trial.counts.items(), key=lambda one: -one[1]):
        before, _, after = change.partition(">")
        counts.append({"n": n, "before": LABELS[before], "after": LABELS[after]})
    return {
        "trial": trial,
        "url": reverse("conversations:word_trial", args=[trial.pk]),
        "counts": counts,
        "examples": [
            {"text": bodies.get(pk) or "Erased since", "before": LABELS[before], "after": LABELS[after]}
            for pk, before, after in shown
        ],
        "more": trial.changed - len(shown),
    }

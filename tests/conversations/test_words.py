"""Own words: heard per sender number, refused where something else uses them, tried on past texts, who changed what.

Mutations tried, each made the test named red:
- inbound: `_hear` without `words`; `WRITTEN` of every sender number
  → test_an_own_word_opts_out_of_the_number_it_is_kept_for
- `words_of` of every sender number    → test_a_word_of_one_number_is_no_word_of_another
- `taken_words` empty                  → test_what_cannot_be_taken
- `taken_words` without bots, without forms                            → test_words_of_bots_and_forms_are_taken
- no check of `seen`                   → test_other_refusals_and_two_people_at_once
- no audit entry                       → test_the_page_saves_shows_and_says_who
- `_may_differ` always false, always true; `since` not looked at
  → test_a_draft_is_tried_on_the_texts_of_90_days_before_it_is_saved
- the batch without its cursor; more trials than MOST_RUNNING
  → test_a_trial_that_was_broken_off_goes_on_where_it_was
- a trial for one number that reads the texts to every one             → the same
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent.models import KeywordSet, Permission
from consent.rules.hearing import classify
from consent.rules.wordlists import MOST_WORDS, read_words, version_of
from consent.wordsets import words_of
from contacts.models import Contact, Group
from conversations.actions import words as acts
from conversations.models.words import WordTrial
from conversations.tasks import try_words
from messaging.models import Message
from messaging.models.messages import Direction
from tenants.models import AuditEntry, ProviderAccount, SenderNumber, Tenant
from tenants.rules import SYSTEM, Actor, ActorKind, Refused, Role
from tenants.scope import tenant_scope
from tests.carrier import text
from tests.conversations.bots import make as make_bot
from tests.conversations.signing import make_form

PAGE, SET, READ = "/consent/words/", "/consent/words/set/", "/consent/words/read/"
EMPTY = version_of({})
AGENT = Actor(ActorKind.MEMBER, 7, "Demo Member", Role.AGENT)


def save(tenant: Tenant, *stop: str, sender: SenderNumber | None = None, **more: Any) -> KeywordSet | None:
    with tenant_scope(tenant.pk):
        return acts.save_words(
            language="en",
            sender_id=sender.pk if sender else None,
            lists={"stop_words": stop},
            actor=SYSTEM,
            **more,
        )


def states(tenant: Tenant) -> set[str]:
    with tenant_scope(tenant.pk):
        return set(Permission.objects.filter(state="opted_out").values_list("sender__name", flat=True))


def post(client: Client, do: str, **given: Any) -> Any:
    return client.post(SET, {"language": "en", "seen": EMPTY, "do": do, **given})


def test_an_own_word_opts_out_of_the_number_it_is_kept_for(
    tenant: Tenant, ada: Contact, offers: SenderNumber, orders: SenderNumber
) -> None:
    save(tenant, "Rutabaga!", sender=offers)
    with tenant_scope(tenant.pk):
        account = ProviderAccount.objects.get()
    text(account, "rutabaga", to=orders.address)
    assert states(tenant) == set()
    text(account, "H\u00e1lt, please", to=offers.address)
    assert states(tenant) == {"Offers"}
    save(tenant, "no gracias")
    text(account, "No, gracias.", to=orders.address)
    assert states(tenant) == {"Offers", "Orders"}


def test_words_are_read_in_one_query_and_a_change_is_heard_with_the_next_text(
    tenant: Tenant, offers: SenderNumber
) -> None:
    for word in ("rutabaga", "kohlrabi"):
        save(tenant, word)
        with (
            tenant_scope(tenant.pk),
            CaptureQueriesContext(
                connection,
            ) as asked,
        ):
            words = words_of(offers.pk)
        assert len([q for q in asked if "keywordset" in q["sql"]]) == 1
        assert classify(word, words=words).label == "optout"
    assert classify("rutabaga", words=words).label == "none"


def test_a_word_of_one_number_is_no_word_of_another(
    tenant: Tenant, offers: SenderNumber, orders: SenderNumber
) -> None:
    save(tenant, "rutabaga", sender=offers)
    with tenant_scope(tenant.pk):
        heard = [classify("rutabaga", words=words_of(one)).label for one in (offers.pk, orders.pk, None)]
    assert heard == ["optout", "none", "optout"], "None: of every number"


@pytest.mark.parametrize(
    ("lists", "code", "field"),
    [
        ({"stop_words": ("START",)}, "word_reserved", "stop_words"),
        ({"start_words": ("quit",)}, "word_reserved", "start_words"),
        ({"help_words": ("st\u043ep",)}, "word_reserved", "help_words"),
        ({"stop_words": ("S.T.O.P",)}, "word_always_heard", "stop_words"),
        ({"stop_words": ("OK",)}, "word_answer", "stop_words"),
        ({"stop_words": ("12",)}, "word_answer", "stop_words"),
        ({"stop_words": ("!",)}, "word_empty", "stop_words"),
        ({"stop_words": ("h" * 35,)}, "word_too_long", "stop_words"),
        ({"stop_words": ("rutabaga",), "help_words": ("RUTABAGA",)}, "word_twice", "help_words"),
        ({"stop_words": tuple(f"word {n}" for n in range(MOST_WORDS + 1))}, "too_many_words", "stop_words"),
        ({"stop_words": ("news",)}, "word_taken", "stop_words"),
    ],
)
def test_what_cannot_be_taken(tenant: Tenant, lists: Any, code: str, field: str) -> None:
    with tenant_scope(tenant.pk):
        Group.objects.create(name="News", word="NEWS")
        with pytest.raises(Refused) as refused:
            acts.save_words(language="en", sender_id=None, lists=lists, actor=SYSTEM)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_words_of_bots_and_forms_are_taken(tenant: Tenant, offers: SenderNumber) -> None:
    make_bot(tenant, "rutabaga")
    make_form(tenant, word="kohlrabi", word_sender=offers.pk)
    for word, by in (("Rutabaga", "the bot Demo bot"), ("kohlrabi", "the form Web")):
        with pytest.raises(Refused, match=by) as refused:
            save(tenant, word)
        assert refused.value.code == "word_taken"


def test_other_refusals_and_two_people_at_once(tenant: Tenant, offers: SenderNumber) -> None:
    save(tenant, "rutabaga", seen=EMPTY)
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("not_allowed", {"actor": AGENT}),
        ("language_unknown", {"language": "xx"}),
        ("sender_unknown", {"sender_id": 10**9}),
        ("conflict", {"seen": EMPTY}),
    ]
    for code, more in wrong:
        given: dict[str, Any] = {"language": "en", "sender_id": None, "actor": SYSTEM, **more}
        with tenant_scope(tenant.pk), pytest.raises(Refused, match=r"\w") as refused:
            acts.save_words(lists={"stop_words": ("kohlrabi",)}, **given)
        assert refused.value.code == code
    with tenant_scope(tenant.pk):
        assert KeywordSet.objects.get().stop_words == ["rutabaga"]


def test_words_are_split_and_kept_once() -> None:
    assert read_words(" Rutabaga,  no  more \n\nRUTABAGA!; \u00a1ya!") == ("Rutabaga", "no more", "\u00a1ya!")


def test_the_page_saves_shows_and_says_who(manager: Client, tenant: Tenant) -> None:
    assert post(manager, "save", stop_words="Rutabaga\nno gracias", help_words="support").status_code == 302
    page = manager.get(PAGE).content.decode()
    assert "no gracias" in page and "leaving: added Rutabaga, no gracias" in page and "support" in page
    with tenant_scope(tenant.pk):
        entry = AuditEntry.objects.get(verb="set_words")
        seen = version_of({"stop_words": ("Rutabaga", "no gracias"), "help_words": ("support",)})
    assert entry.detail["stop_words"] == {"before": [], "after": ["Rutabaga", "no gracias"]}
    assert post(manager, "save", seen=seen).status_code == 302
    with tenant_scope(tenant.pk):
        assert not KeywordSet.objects.exists()


def test_a_refusal_stands_beside_its_list_and_nothing_typed_is_lost(manager: Client, tenant: Tenant) -> None:
    answer = post(manager, "save", stop_words="rutabaga\nOK", start_words="wieder da")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "People answer" in page and "wieder da" in page and "rutabaga" in page
    with tenant_scope(tenant.pk):
        assert not KeywordSet.objects.exists()


def test_the_bench_says_label_reach_rule_and_the_words_that_weighed(viewer: Client) -> None:
    answer = viewer.post(
        READ, {"texts": "stop the promos\n<b>take me off</b>\nenough\nmy order is late\nSTART"}
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    for said in (
        "Would stop your marketing numbers",
        'title="Rule: stop_messages"',
        "names messages",
        "a person reads it",
        "Ordinary text",
    ):
        assert said in page, said
    assert "<b>take me off</b>" not in page
    assert page.count("Would stop what your STOP setting stops") == 1, (
        "of take me off; “enough” stops nothing yet"
    )
    english, anywhere = page.split("Leaving all, in any language")
    assert "alto todo" in anywhere and "alto todo" not in english
    assert viewer.post(READ, {"texts": "a\n" * 201}).status_code == 400
    assert viewer.post(READ, {"texts": ""}).status_code == 400


def past(tenant: Tenant, ada: Contact, sender: SenderNumber, *bodies: str, days: int = 1) -> None:
    with tenant_scope(tenant.pk):
        for body in bodies:
            Message.objects.create(
                direction=Direction.IN, phone_id=ada.phone_id, sender=sender, body=body, phase=3,
                created_at=timezone.now() - timedelta(days=days),
            )  # fmt: skip


def test_a_draft_is_tried_on_the_texts_of_90_days_before_it_is_saved(
    manager: Client, tenant: Tenant, ada: Contact, offers: SenderNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    past(tenant, ada, offers, "rutabaga", days=100)
    past(
        tenant,
        ada,
        offers,
        "Rutabaga!",
        "hello",
        "RUTABAGA please",
        "stop",
        "sunflower",
        "rutabaga the order",
    )
    monkeypatch.setattr(acts, "BATCH", 2)
    answer = post(manager, "try", stop_words="rutabaga", start_words="sunflower")
    assert answer.status_code == 302
    with tenant_scope(tenant.pk):
        trial = WordTrial.objects.get()
    assert "Reading the last 90 days" in manager.get(answer["Location"]).content.decode()
    weighed: list[str] = []
    monkeypatch.setattr(acts, "classify", lambda body, **more: weighed.append(body) or classify(body, **more))
    try_words(tenant.pk, trial.pk)
    assert not {"hello", "stop"} & set(weighed), "only what can be heard otherwise is read twice"
    with tenant_scope(tenant.pk):
        trial.refresh_from_db()
        assert not KeywordSet.objects.exists()
    assert (trial.status, trial.read, trial.changed) == ("done", 6, 3)
    assert trial.counts == {"none>optout": 2, "none>optin": 1}
    page = manager.get(answer["Location"]).content.decode()
    assert (
        "RUTABAGA please" in page and "Ordinary text → Opt-out" in page and "rutabaga the order" not in page
    )
    assert post(manager, "save", stop_words="rutabaga", start_words="sunflower").status_code == 302


def test_a_trial_that_was_broken_off_goes_on_where_it_was(
    tenant: Tenant, ada: Contact, offers: SenderNumber, orders: SenderNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    past(tenant, ada, offers, *["rutabaga"] * 5)
    past(tenant, ada, orders, "rutabaga")
    monkeypatch.setattr(acts, "BATCH", 2)
    with tenant_scope(tenant.pk):
        trial = acts.try_words(
            language="en", sender_id=offers.pk, lists={"stop_words": ("rutabaga",)}, actor=SYSTEM
        )
    assert acts.run_trial(tenant.pk, trial.pk, beat=lambda: False) is False
    assert acts.run_trial(tenant.pk, trial.pk) is True
    assert acts.run_trial(tenant.pk, trial.pk) is True
    with tenant_scope(tenant.pk):
        trial.refresh_from_db()
        assert (trial.read, trial.changed) == (5, 5)
        for _ in range(acts.MOST_RUNNING):
            acts.try_words(language="en", sender_id=None, lists={"stop_words": ("rutabaga",)}, actor=SYSTEM)
        with pytest.raises(Refused, match="Wait for one to end"):
            acts.try_words(language="en", sender_id=None, lists={"stop_words": ("rutabaga",)}, actor=SYSTEM)

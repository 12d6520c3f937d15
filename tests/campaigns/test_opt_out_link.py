"""The opt-out link in a draft: chosen, counted at its real length, checked, and frozen at launch (A5, E2, R4).

Mutations tried, each made the test named red:
- `sample_links` of broadcast 0 instead of the next one, or that open  → test_the_preview_is_as_long_as_what_is_sent
- `changed_wording` without a look at what was saved → test_the_choice_writes_the_wording_and_typing_keeps_it
- `body_for` without the link                           → test_a_test_send_carries_a_link_of_its_own
- the blocker of alphanumeric senders removed from `_wording`; a link in a wording that is not sent counts
  → test_a_sender_that_hears_no_answer_needs_the_link
"""

from __future__ import annotations

from django.db import connection
from django.http import QueryDict

from campaigns import actions
from campaigns.actions.drafts import find
from campaigns.checking import check
from campaigns.composing import body_for, known_fields, read_draft
from campaigns.forms import read_form
from campaigns.models import Campaign
from campaigns.rules.checks import blockers
from campaigns.rules.wording import PRESETS, changed_wording, says_of
from contacts.models import Contact
from messaging.links import link_to, read_token
from messaging.models import Broadcast
from messaging.rules.links import LinkIds
from tenants.models import SenderNumber
from tenants.rules import Actor

LINK = "Stop: {{ opt_out_link }}"


def changed(draft: Campaign, actor: Actor, **values: str) -> Campaign:
    return actions.update_campaign(campaign_id=draft.pk, version=draft.version, actor=actor, **values)


def test_the_choice_writes_the_wording_and_typing_keeps_it() -> None:
    words, link, both = PRESETS["words"], PRESETS["link"], PRESETS["both"]
    assert [says_of(one) for one in (words, link, both)] == ["words", "link", "both"]
    assert changed_wording(words, before=words, chosen="link") == link
    assert changed_wording(link, before=link, chosen="both") == both
    typed = "STOP ends it, or {{ opt_out_link }}"
    assert changed_wording(typed, before=words, chosen="words") == typed, "typed, the choice was left alone"
    form = QueryDict(f"footer_on=1&footer_text={words}&footer_says=link")
    assert read_form(form, "UTC", words)["footer_text"] == link


def test_the_preview_is_as_long_as_what_is_sent(draft: Campaign, actor: Actor) -> None:
    with connection.cursor() as cursor:  # so many that a link is longer than one without a campaign
        cursor.execute("SELECT nextval('messaging_broadcast_id_seq') FROM generate_series(1, 20000)")
    draft = changed(draft, actor, footer_text=LINK)
    shown = read_draft(draft).preview
    assert "xxxx" in shown.text and read_token(shown.text.rpartition("/")[2]) is None
    phone = shown_phone(draft)
    launched = actions.launch(campaign_id=draft.pk, actor=actor, key="k")
    broadcast = Broadcast.objects.get(pk=launched.broadcast_id)
    assert broadcast.footer == LINK
    ids = LinkIds(draft.tenant_id, phone, broadcast.sender_id, broadcast.pk)
    assert len(shown.text.rpartition(" ")[2]) == len(link_to(ids))


def shown_phone(draft: Campaign) -> int:
    return int(Contact.objects.get(pk=draft_sample(draft)).phone_id)


def test_a_long_link_may_cost_a_part(draft: Campaign, actor: Actor) -> None:
    text = "Demo Bakery: " + "x" * 130
    short = read_draft(changed(draft, actor, text=text, footer="none"))
    assert short.preview.parts.parts == 1
    draft.refresh_from_db()
    long = read_draft(changed(draft, actor, text=text + " {{ opt_out_link }}", footer="none"))
    assert long.preview.parts.parts == 2 and long.unknown == {} and "opt_out_link" in known_fields()


def test_a_test_send_carries_a_link_of_its_own(draft: Campaign, actor: Actor) -> None:
    draft = changed(draft, actor, footer_text=LINK)
    body = body_for(draft, draft_sample(draft))
    ids = read_token(body.rpartition("/")[2])
    assert ids is not None and (ids.tenant, ids.sender, ids.broadcast) == (
        draft.tenant_id,
        draft.sender_id,
        0,
    )


def draft_sample(draft: Campaign) -> int:
    read_draft(draft)
    return int(draft.exclusions["sample"][0])


def test_a_sender_that_hears_no_answer_needs_the_link(draft: Campaign, actor: Actor) -> None:
    SenderNumber.objects.filter(pk=draft.sender_id).update(kind="alphanumeric", address="DemoBakery")
    draft = find(draft.pk)
    assert [one.code for one in blockers(check(draft))] == ["opt_out_link"]
    draft = changed(draft, actor, footer_text=LINK, footer="none")
    assert [one.code for one in blockers(check(draft))] == ["opt_out_link"], "a wording that is not sent"
    draft = changed(draft, actor, footer="end")
    assert blockers(check(draft)) == ()
    assert "Opt-out link, each person their own" in [one.text for one in check(draft)]

"""The pages of bots: written, tried out, switched on, ordered; what stands in the way is said beside its cause."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import Contact, Group, GroupMember
from conversations.models.bots import Bot, BotRun, BotVersion
from messaging.models import Message
from tenants.models import SenderNumber, Tenant
from tenants.scope import tenant_scope
from tests.conversations.bots import act, make, says

FORM = {"name": "Hours", "word": "HOURS", "match": "whole", "every": "always", "version": "1"}


@pytest.fixture
def draft(tenant: Tenant) -> Bot:
    return make(tenant, "VIP", on=False)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_an_empty_list_offers_where_to_start(manager: Client, tenant: Tenant) -> None:
    assert "No bot yet" in page(manager, "/bots/")
    answer = manager.post("/bots/new/", {"template": "join"})
    assert answer.status_code == 302
    shown = page(manager, answer["Location"])
    assert (
        "JOIN" in shown
        and "Pending, ask for a YES" in shown
        and "Step 1: choose at least one group." in shown
    )
    with tenant_scope(tenant.pk):
        assert Bot.objects.get().state == "draft"


@pytest.mark.parametrize("zone", ["Pacific/Apia", "America/Adak"])
@pytest.mark.parametrize(("name", "at"), [("ends", "9999-12-31T23:59"), ("starts", "0001-01-01T00:00")])
def test_a_time_that_no_page_could_show(
    manager: Client, tenant: Tenant, draft: Bot, zone: str, name: str, at: str
) -> None:
    """Red without `plannable` in `conversations.actions.bots`."""
    Tenant.objects.filter(pk=tenant.pk).update(zone=zone)
    steps = {"order": ["7"], "kind-7": "reply", "text-7": "Demo Bakery: from 8.", name: at}
    assert manager.post(f"/bots/{draft.pk}/", FORM | steps).status_code == 400
    assert page(manager, f"/bots/{draft.pk}/")


def test_saving_keeps_every_version_and_two_people_see_each_other(
    manager: Client, agent: Client, tenant: Tenant, draft: Bot
) -> None:
    steps = {"order": ["7"], "kind-7": "reply", "text-7": "Demo Bakery: from 8."}
    assert manager.post(f"/bots/{draft.pk}/", FORM | steps).status_code == 302
    late = agent.post(f"/bots/{draft.pk}/", FORM | steps | {"text-7": "Mine"})
    assert late.status_code == 400
    assert "saved this bot a moment ago" in late.content.decode() and "Mine" in late.content.decode()
    with tenant_scope(tenant.pk):
        bot = Bot.objects.get()
        assert (bot.name, bot.version) == ("Hours", 2)
        assert [v.number for v in BotVersion.objects.order_by("number")] == [1, 2]
    assert manager.post(f"/bots/{draft.pk}/bring-back/", {"number": "1"}).status_code == 302
    with tenant_scope(tenant.pk):
        assert Bot.objects.get().name == "Demo bot"


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("stop", "STOP opts people out"),
        ("Hilfe", "gets the help text"),
        ("start", "brings people back"),
        ("enough", "A person reads it"),
        ("arrêt", "opts people out"),
    ],
)
def test_a_reserved_word_is_refused_with_the_reason(manager: Client, draft: Bot, word: str, why: str) -> None:
    answer = manager.post(
        f"/bots/{draft.pk}/", FORM | {"add_word": word, "do": "words"}, headers={"HX-Request": "true"}
    )
    shown = answer.content.decode()
    assert why in shown and f'value="{word}"' in shown, "what was typed is kept"


def test_presses_change_the_form_and_nothing_else(manager: Client, tenant: Tenant, draft: Bot) -> None:
    order = {"order": ["0", "1"], "kind-0": "reply", "text-0": "one", "kind-1": "reply", "text-1": "two"}
    shown = manager.post(f"/bots/{draft.pk}/", FORM | order | {"do": "down:0"}).content.decode()
    assert shown.index(">two<") < shown.index(">one<")
    shown = manager.post(
        f"/bots/{draft.pk}/", FORM | {"do": "add:notify", "add_word": "open, 🎉"}
    ).content.decode()
    assert "Tell the team" in shown and 'value="OPEN"' in shown and 'value="🎉"' in shown
    assert "Not saved yet" in shown
    with tenant_scope(tenant.pk):
        assert Bot.objects.get().version == 1


def test_trying_out_shows_all_and_changes_nothing(
    manager: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        vip = Group.objects.create(name="VIP")
    bot = make(
        tenant,
        "VIP",
        on=False,
        actions=[act("add_groups", groups=[vip.pk]), act("reply", text="Demo Bakery: in.")],
    )
    ask = {"who": "+12025550142", "try_text": "vip", "try_sender": str(offers.pk)}
    shown = manager.post(f"/bots/{bot.pk}/try/", ask).content.decode()
    assert "Joins VIP" in shown and "Demo Bakery: in. Reply STOP to opt out." in shown
    shown = manager.post(f"/bots/{bot.pk}/try/", ask | {"who": ""}).content.decode()
    assert "Someone new" in shown and "Joins VIP" in shown
    for text, told in (
        ("STOP", "opts them out"),
        ("hello", "No bot answers"),
        ("", "Write what the person texts"),
    ):
        answer = manager.post(f"/bots/{bot.pk}/try/", ask | {"try_text": text})
        assert told in answer.content.decode()
    with tenant_scope(tenant.pk):
        counts = (
            Message.objects.count(),
            GroupMember.objects.count(),
            BotRun.objects.count(),
            Contact.objects.count(),
        )
        assert counts == (0, 0, 0, 1)


def test_switched_on_by_whom_and_only_when_ready(
    manager: Client, agent: Client, viewer: Client, tenant: Tenant
) -> None:
    plain, empty = make(tenant, "HOURS", on=False), make(tenant, on=False, actions=[act("reply", text="")])
    blocks = make(tenant, "RUDE", on=False, actions=[act("permission", to="blocked")])
    assert viewer.post(f"/bots/{plain.pk}/switch/", {"on": "1"}).status_code == 403
    assert agent.post(f"/bots/{plain.pk}/switch/", {"on": "1"}).status_code == 302
    assert agent.post(f"/bots/{blocks.pk}/switch/", {"on": "1"}).status_code == 403
    assert manager.post(f"/bots/{blocks.pk}/switch/", {"on": "1"}).status_code == 302
    answer = manager.post(f"/bots/{empty.pk}/switch/", {"on": "1"}, follow=True)
    assert "Add the word people text." in answer.content.decode()
    with tenant_scope(tenant.pk):
        assert list(Bot.objects.order_by("pk").values_list("state", flat=True)) == ["on", "draft", "on"]
    assert agent.post(f"/bots/{blocks.pk}/", FORM).status_code == 403, "nor changed by them while it is on"


def test_conflicts_order_and_bots_that_can_never_answer(manager: Client, tenant: Tenant) -> None:
    first, second = make(tenant, "VIP", name="First"), make(tenant, "VIP", name="Second")
    shown = page(manager, "/bots/")
    assert "“Second” never gets it" in shown
    assert "Can never answer. “First” comes first and takes VIP." in shown
    manager.post(f"/bots/{second.pk}/move/", {"way": "up"})
    assert "“First” never gets it" in page(manager, "/bots/")
    assert "It takes VIP before “First”" in page(manager, f"/bots/{second.pk}/")
    assert manager.post(f"/bots/{first.pk}/delete/").status_code == 302
    assert "never gets it" not in page(manager, "/bots/")


def test_the_run_log_and_the_profile_tell_what_a_bot_did(
    manager: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    bot = make(tenant, "VIP")
    says(tenant, "vip", offers)
    shown = page(manager, f"/bots/{bot.pk}/runs/")
    assert "“vip”" in shown and "One reply" in shown
    assert "Nothing failed" in page(manager, f"/bots/{bot.pk}/runs/?show=failed")
    profile = page(manager, f"/contacts/{ada.pk}/")
    assert "Bot <b>Demo bot</b> ran" in profile
    assert "Bot <b>Demo bot</b> ran" in page(manager, f"/contacts/{ada.pk}/?show=bots")


def test_a_viewer_reads_and_the_other_tenant_sees_nothing(
    viewer: Client,
    tenant: Tenant,
    other_tenant: Tenant,
    draft: Bot,
    make_user: Callable[..., object],
    browse: Callable[..., Client],
) -> None:
    assert "You may read this bot" in page(viewer, f"/bots/{draft.pk}/")
    assert viewer.post("/bots/new/").status_code == 403
    other = browse(make_user("owner", "other@example.org", in_tenant=other_tenant))
    assert other.get(f"/bots/{draft.pk}/").status_code == 404

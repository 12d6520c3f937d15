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


def form_of(bot: Bot, **more: object) -> dict[str, object]:
    """The builder's form as it stands for a bot of `make` with one reply."""
    words = [trigger.word for trigger in bot.triggers.all()]
    return {"name": bot.name, "word": words, "match": "whole", "every": "always", "version": bot.version,
            "order": ["0"], "kind-0": "reply", "text-0": "Demo Bakery: thank you."} | more  # fmt: skip


def test_switched_on_by_whom_and_only_when_ready(
    manager: Client, agent: Client, viewer: Client, tenant: Tenant
) -> None:
    plain, empty = make(tenant, "HOURS", on=False), make(tenant, on=False, actions=[act("reply", text="")])
    blocks = make(tenant, "RUDE", on=False, actions=[act("permission", to="blocked")])
    with tenant_scope(tenant.pk):
        forms = {bot.pk: form_of(bot) | {"turn": "on"} for bot in (plain, empty, blocks)}
    forms[empty.pk] |= {"text-0": "Demo Bakery: yes."}
    forms[blocks.pk] |= {"kind-0": "permission", "to-0": "blocked"}
    assert viewer.post(f"/bots/{plain.pk}/", forms[plain.pk]).status_code == 403
    assert agent.post(f"/bots/{plain.pk}/", forms[plain.pk]).status_code == 302
    assert agent.post(f"/bots/{blocks.pk}/", forms[blocks.pk]).status_code == 403
    assert manager.post(f"/bots/{blocks.pk}/", forms[blocks.pk]).status_code == 302
    answer = manager.post(f"/bots/{empty.pk}/", forms[empty.pk])
    assert "Add the word people text." in answer.content.decode()
    with tenant_scope(tenant.pk):
        assert list(Bot.objects.order_by("pk").values_list("state", "version")) == [
            ("on", 1), ("draft", 2), ("on", 1)
        ]  # fmt: skip
    assert agent.post(f"/bots/{blocks.pk}/", FORM).status_code == 403, "nor changed by them while it is on"


def test_switching_takes_along_what_is_not_saved_yet(manager: Client, tenant: Tenant, draft: Bot) -> None:
    """A2. Red where the switch is a form of its own, and where off waits for a form that fits."""
    with tenant_scope(tenant.pk):
        form = form_of(draft)
    address = f"/bots/{draft.pk}/"
    shown = page(manager, address)
    assert shown.index(">Save changes<") < shown.index('name="turn"'), (
        "Enter in a field saves, never switches"
    )
    assert manager.post(address, form | {"name": "", "turn": "on"}).status_code == 400
    assert manager.post(address, form | {"name": "Renamed", "turn": "on"}).status_code == 302
    with tenant_scope(tenant.pk):
        assert Bot.objects.values_list("name", "state", "version").get() == ("Renamed", "on", 2)
    late = manager.post(address, form | {"name": "Too late", "text-0": "Mine", "turn": "off"})
    assert late.status_code == 400 and "Mine" in late.content.decode(), "what was written stays in the form"
    with tenant_scope(tenant.pk):
        assert Bot.objects.values_list("name", "state", "version").get() == ("Renamed", "off", 2)


def test_a_refused_time_takes_nothing_else_from_the_form(manager: Client, tenant: Tenant, draft: Bot) -> None:
    answer = manager.post(f"/bots/{draft.pk}/", FORM | {"name": "Renamed", "ends": "soon", "turn": "on"})
    assert answer.status_code == 400 and 'value="Renamed"' in answer.content.decode()
    assert "data-unsaved" in answer.content.decode()


def test_conflicts_order_and_bots_that_can_never_answer(manager: Client, tenant: Tenant) -> None:
    first, second = make(tenant, "VIP", name="First", on=False), make(tenant, "VIP", name="Second")
    with tenant_scope(tenant.pk):
        switched = manager.post(f"/bots/{first.pk}/", form_of(first, turn="on"))
    assert switched.status_code == 302, "the earlier one takes the word"
    shown = page(manager, "/bots/")
    assert "“Second” never gets it" in shown
    assert "Can never answer. “First” comes first and takes VIP." in shown
    manager.post(f"/bots/{second.pk}/move/", {"way": "up"})
    assert "“First” never gets it" in page(manager, "/bots/")
    assert "It takes VIP before “First”" in page(manager, f"/bots/{second.pk}/")
    assert manager.post(f"/bots/{first.pk}/delete/").status_code == 302
    assert "never gets it" not in page(manager, "/bots/")


@pytest.mark.usefixtures("offers")
def test_a_bot_that_can_never_answer_is_not_switched_on(manager: Client, tenant: Tenant) -> None:
    """A4. Red without `shut_out` in `switch_bot`; the second from a template has a name of its own."""
    addresses = [manager.post("/bots/new/", {"template": "hours"})["Location"] for _ in range(2)]
    with tenant_scope(tenant.pk):
        forms = [form_of(bot, turn="on", every="hour") for bot in Bot.objects.order_by("pk")]
    assert [form["name"] for form in forms] == ["Opening hours", "Opening hours 2"]
    assert manager.post(addresses[0], forms[0]).status_code == 302
    shown = page(manager, addresses[1])
    assert "It can never answer. “Opening hours” comes first" in shown and "Holds the launch" in shown
    refused = manager.post(addresses[1], forms[1])
    assert refused.status_code == 400
    assert "It can never answer. “Opening hours” comes first" in refused.content.decode()
    with tenant_scope(tenant.pk):
        assert list(Bot.objects.order_by("pk").values_list("state", flat=True)) == ["on", "draft"]
    forms[1]["word"] = ["WHEN"]
    assert manager.post(addresses[1], forms[1] | {"version": 2}).status_code == 302


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

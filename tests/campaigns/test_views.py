"""Pages of campaigns: who may open them, what they show, what they refuse."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import actions
from campaigns.models import Campaign
from messaging.actions.broadcasts import plan
from messaging.models import Broadcast
from tenants.models import Tenant, User
from tenants.rules import Actor, Role

Browse = Callable[[User], Client]
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def web(browse: Browse, member: User) -> Client:
    """A manager's browser."""
    return browse(member)


@pytest.fixture
def launched(tenant: Tenant, draft: Campaign, actor: Actor) -> Campaign:
    """`draft`, launched and planned."""
    campaign = actions.launch(campaign_id=draft.pk, actor=actor, key="a")
    plan(tenant.pk, campaign.broadcast_id)
    return campaign


def form_of(campaign: Campaign, **changes: object) -> dict[str, object]:
    """The composer's form as the page would send it."""
    return {
        "version": campaign.version, "at": 0, "name": campaign.name, "sender": campaign.sender_id,
        "purpose": campaign.purpose, "text": campaign.text, "footer_on": "1", "footer": "end",
        "footer_text": campaign.footer_text, "when": "now",
        "include": [f"{kind}:{ref}" for kind, ref in campaign.audience["include"]], **changes,
    }  # fmt: skip


@pytest.mark.parametrize("zone", ["Pacific/Apia", "America/Adak"])
@pytest.mark.parametrize(("day", "code"), [("9999-12-31", "ten years"), ("0001-01-01", "first text message")])
def test_a_day_that_no_page_could_show(
    web: Client, tenant: Tenant, draft: Campaign, zone: str, day: str, code: str
) -> None:
    """Red without `plannable` in `campaigns.actions.drafts`: the row cannot be read back, or the page not shown."""
    Tenant.objects.filter(pk=tenant.pk).update(zone=zone)
    address = reverse("campaigns:edit", args=[draft.pk])
    answer = web.post(
        address, form_of(draft, when="later", date=day, time="23:59"), headers={"HX-Request": "true"}
    )
    assert answer.status_code < 500 and code in answer.content.decode()
    assert Campaign.objects.get().send_at is None
    assert web.get(address).status_code == 200


@pytest.mark.parametrize("name", ["home", "list", "reports", "home_permissions"])
def test_pages_open_without_anything(browse: Browse, member: User, name: str) -> None:
    assert browse(member).get(reverse(f"campaigns:{name}")).status_code == 200


def test_home_shows_the_first_steps_until_there_is_something(web: Client) -> None:
    assert b"Bring your contacts" in web.get("/").content


def test_home_shows_what_runs(web: Client, launched: Campaign) -> None:
    page = web.get("/").content.decode()
    assert "Rolls" in page and "of 3 handed to the carrier" in page


def test_home_counts_permissions_by_sender(web: Client, draft: Campaign) -> None:
    page = web.get(reverse("campaigns:home_permissions")).content.decode()
    assert "Opted in to Offers" in page and "Unknown, never opted in" in page


def test_new_campaign_opens_its_composer(web: Client, scope: int) -> None:
    answer = web.post(reverse("campaigns:create"))
    assert answer.url == reverse("campaigns:edit", args=[Campaign.objects.get().pk])


def test_composer_shows_parts_funnel_preview_and_checks(web: Client, draft: Campaign) -> None:
    page = web.get(reverse("campaigns:edit", args=[draft.pk])).content.decode()
    shown = (
        "1 part",
        "Will get it",
        "Opted out of Offers",
        "Hi Ada, rolls are back.",
        "Brand named at the start",
    )
    for words in shown:
        assert words in page


def test_the_preview_underlines_a_fallback(web: Client, draft: Campaign) -> None:
    page = web.get(reverse("campaigns:preview", args=[draft.pk]) + "?at=2", **HTMX).content.decode()
    assert '<span class="sc-fallback"' in page and ">there</span>" in page


def test_autosave_answers_with_the_parts_that_changed(web: Client, draft: Campaign) -> None:
    url = reverse("campaigns:edit", args=[draft.pk])
    page = web.post(url, form_of(draft, text="Demo Bakery: café 🥐"), **HTMX).content.decode()
    assert "UCS-2 because of “🥐”" in page
    assert 'id="draft-version" value="2"' in page
    assert 'id="campaign-audience"' not in page


def test_a_chip_can_be_added_and_removed(web: Client, draft: Campaign) -> None:
    url = reverse("campaigns:edit", args=[draft.pk])
    web.post(url, form_of(draft, add="exclude:all:0"), **HTMX)
    saved = Campaign.objects.get()
    assert saved.audience["exclude"] == [["all", 0]]
    page = web.post(url, form_of(saved, exclude=["all:0"], remove="exclude:all:0"), **HTMX).content.decode()
    assert Campaign.objects.get().audience["exclude"] == []
    assert 'id="campaign-audience"' in page


def test_two_people_editing_are_told(
    web: Client, browse: Browse, make_user: Callable[..., User], draft: Campaign
) -> None:
    url = reverse("campaigns:edit", args=[draft.pk])
    browse(make_user(Role.AGENT)).post(url, form_of(draft, text="Demo Bakery: theirs"), **HTMX)
    page = web.post(url, form_of(draft, text="Demo Bakery: mine"), **HTMX).content.decode()
    assert "Demo Agent saved this a moment ago" in page
    assert Campaign.objects.get().text == "Demo Bakery: theirs"
    web.post(url, form_of(draft, text="Demo Bakery: mine", over=2), **HTMX)
    assert Campaign.objects.get().text == "Demo Bakery: mine"


def test_plain_quotes_by_one_click(web: Client, draft: Campaign) -> None:
    url = reverse("campaigns:edit", args=[draft.pk])
    web.post(url, form_of(draft, text="Demo Bakery: it’s “fresh” – now…", tidy="1"), **HTMX)
    assert Campaign.objects.get().text == 'Demo Bakery: it\'s "fresh" - now...'


def test_names_behind_a_number(web: Client, draft: Campaign) -> None:
    url = reverse("campaigns:left_out", args=[draft.pk]) + "?reason=7"
    assert b"Cem" in web.get(url, **HTMX).content
    assert b"Cem" in web.get(url).content


def test_the_launch_question_and_its_answer(web: Client, draft: Campaign) -> None:
    url = reverse("campaigns:launch", args=[draft.pk])
    page = web.get(url, **HTMX).content.decode()
    assert "Send to 3 people?" in page and "3 are left out. It costs about $0.02." in page
    answer = web.post(url, {"key": "k1", "expected": 3, "version": draft.version}, **HTMX)
    assert answer["HX-Redirect"] == reverse("campaigns:report", args=[draft.pk])
    assert Broadcast.objects.count() == 1


def test_the_launch_question_shows_sender_message_parts_and_cost(web: Client, draft: Campaign) -> None:
    page = web.get(reverse("campaigns:launch", args=[draft.pk]), **HTMX).content.decode()
    seen = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "From Offers +1 202-555-0110" in seen
    assert "Demo Bakery: Hi Ada, rolls are back." in seen
    assert "1 part as Ada reads it" in seen and "$0.02 for 3 people" in seen


def test_a_wrong_field_is_answered_with_the_name_people_know(web: Client, draft: Campaign) -> None:
    Campaign.objects.update(text="Demo Bakery: Hi {{ frist_name }}")
    page = web.get(reverse("campaigns:launch", args=[draft.pk]), **HTMX).content.decode()
    assert "did you mean “first name”?" in page


def test_a_refused_launch_says_why_in_the_dialog(web: Client, draft: Campaign) -> None:
    url = reverse("campaigns:launch", args=[draft.pk])
    page = web.post(url, {"key": "k1", "expected": 9, "version": draft.version}, **HTMX).content.decode()
    assert "3 people would get it now; you were shown 9" in page
    assert 'name="expected" value="3"' in page


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_viewers_and_agents_cannot_launch(
    browse: Browse, make_user: Callable[..., User], draft: Campaign, role: Role
) -> None:
    client = browse(make_user(role))
    url = reverse("campaigns:launch", args=[draft.pk])
    assert client.get(url).status_code == 403
    assert client.post(url, {"key": "k", "expected": 3, "version": 1}).status_code == 403
    assert not Broadcast.objects.exists()


def test_viewers_cannot_write(browse: Browse, make_user: Callable[..., User], draft: Campaign) -> None:
    client = browse(make_user(Role.VIEWER))
    assert client.post(reverse("campaigns:create")).status_code == 403
    assert client.post(reverse("campaigns:edit", args=[draft.pk]), form_of(draft)).status_code == 403


@pytest.mark.parametrize("name", ["report", "people", "message", "log", "rate"])
def test_a_launched_campaign_has_its_pages(web: Client, launched: Campaign, name: str) -> None:
    assert web.get(reverse(f"campaigns:{name}", args=[launched.pk])).status_code == 200


def test_people_by_outcome_and_reason(web: Client, launched: Campaign) -> None:
    url = reverse("campaigns:people", args=[launched.pk])
    waiting = web.get(url + "?which=waiting").content.decode()
    assert "Ada" in waiting and "Cem" not in waiting
    assert '<td class="sc-cell-sub sc-cell-sub--start"><bdi dir="ltr">+1 202-555-0101' in waiting, (
        "on a phone too"
    )
    left = web.get(url + "?reason=7").content.decode()
    assert "Cem" in left and "Opted out of Offers" in left and "Ada" not in left


def test_live_part_carries_state_and_actions(web: Client, launched: Campaign) -> None:
    page = web.get(reverse("campaigns:live", args=[launched.pk]), **HTMX).content.decode()
    assert 'hx-trigger="every 2s"' in page and "Sending" in page and 'id="campaign-actions"' in page


def test_the_tray_can_pause(web: Client, launched: Campaign) -> None:
    page = web.get(reverse("campaigns:list")).content.decode()
    trays = re.findall(r'class="sc-job".*?(<form.*?</form>)', page, re.DOTALL)
    assert trays and all('name="csrfmiddlewaretoken"' in form for form in trays), (
        "else every press answers 403"
    )
    assert "The others wait until you resume." in trays[0]


def test_pause_resume_cancel(web: Client, launched: Campaign) -> None:
    def press(verb: str) -> str:
        web.post(reverse(f"campaigns:{verb}", args=[launched.pk]))
        return Broadcast.objects.get().status

    assert [press("pause"), press("resume"), press("cancel")] == ["paused", "sending", "cancelled"]


def test_list_filters_and_searches(web: Client, launched: Campaign, actor: Actor) -> None:
    actions.create_campaign(actor=actor, name="Sourdough")
    url = reverse("campaigns:list")
    assert b"Sourdough" not in web.get(url + "?state=running").content
    assert b"data-row-link>Rolls" not in web.get(url + "?q=sour").content
    assert b"No campaign matches" in web.get(url + "?q=zzz").content

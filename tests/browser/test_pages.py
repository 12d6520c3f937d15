"""Every main page: accessible, quiet and narrow enough; hostile values are only ever text (SEC39, SEC40)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone

from campaigns import actions as campaigns
from contacts.actions import import_run
from contacts.models import Contact, Group, GroupMember, Tag
from smscrm.demo import carrier
from tenants.actions.invitations import invite
from tenants.doors import make_door
from tenants.models import Invitation, SenderNumber, Tenant, User
from tenants.rules import SYSTEM, Role
from tenants.scope import tenant_scope
from tests.browser.conftest import EMAIL, OFFERS
from tests.contacts.conftest import PROOF, build_import
from tests.routes.conftest import BACKEND, fill

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

CORPUS = Path(__file__).parent.parent / "corpus" / "import_files"
EVIL = "<img src=x onerror=alert(1)>'\"{{7*7}}"
SHOWN = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{phone}}", "{% load x %}", "<script>alert(2)",
)  # fmt: skip
PAGES = (
    "/",
    "/contacts/",
    "/contacts/new/",
    "/contacts/{contact}/",
    "/contacts/{blocked}/",
    "/contacts/{contact}/edit/",
    "/contacts/{contact}/opt-in/",
    "/contacts/{contact}/erase/",
    "/contacts/groups/",
    "/contacts/tags/",
    "/contacts/import/",
    "/contacts/import/{import_draft}/evidence/",
    "/contacts/import/{import_draft}/columns/",
    "/contacts/import/{import_done}/",
    "/contacts/exports/{export}/",
    "/campaigns/",
    "/campaigns/{draft}/edit/",
    "/campaigns/{draft}/left-out/?reason=0",
    "/campaigns/{draft}/launch/",
    "/campaigns/{launched}/",
    "/campaigns/{launched}/people/",
    "/campaigns/{launched}/message/",
    "/campaigns/{launched}/log/",
    "/bots/",
    "/bots/reach/",
    "/forms/",
    "/forms/waiting/",
    "/forms/{form}/",
    "/forms/{form}/edit/",
    "/reports/",
    "/reports/opt-outs/",
    "/reports/why/",
    "/consent/complaints/",
    "/consent/complaints/{complaint}/",
    "/settings/learning/",
    "/consent/",
    "/consent/help/",
    "/consent/review/",
    "/consent/review/{review}/",
    "/consent/do-not-contact/",
    "/consent/words/",
    "/consent/words/set/",
    "/settings/",
    "/settings/senders/",
    "/settings/members/",
    "/settings/keys/",
    "/settings/notices/",
    "/settings/notices/new/",
    "/settings/notices/{rule}/",
    "/settings/webhooks/",
    "/settings/webhooks/{endpoint}/",
    "/settings/webhooks/deliveries/{delivery}/",
    "/settings/channels/",
    "/consent/recipes/",
    "/settings/public-pages/",
    "/design/",
)
PUBLIC = (
    "/accounts/login/",
    "/accounts/password/reset/",
    "/accounts/invitation/{for_new}/",
    "/accounts/invitation/{for_known}/",
    "/p/t/demo-bakery/terms",
    "/p/t/demo-bakery/privacy",
    "/no-such-page/",
)


def session() -> dict[str, str]:
    """The cookie of a manager who has logged in."""
    client = Client()
    client.force_login(User.objects.get(email=EMAIL), backend=BACKEND)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"name": settings.SESSION_COOKIE_NAME, "value": cookie, "domain": "127.0.0.1", "path": "/"}


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_every_page_is_accessible_and_quiet(
    bakery: Tenant, tab: Callable[..., Any], theme: str, width: int
) -> None:
    """Each page at both sizes, on the phone with hostile values: names from files, of groups, tags and campaigns, and
    a text from a person. axe reads every second page on the phone, and the others are opened and read on the desk;
    with ALL_SIZES=1 all of them at both.
    """
    evil = theme == "dark"
    ids = (hostile(bakery) if evil else fill(bakery)) | links(bakery)
    inside, watch = tab(theme=theme, width=width, cookies=[session()])
    outside, stranger = tab(theme=theme, width=width)
    found, shown = {}, ""
    for at, path in enumerate((*PAGES, *PUBLIC)):
        page, said = (inside, watch) if path in PAGES else (outside, stranger)
        read = bool(os.environ.get("ALL_SIZES")) or at % 2 == evil
        if not (read or evil):
            continue
        found[path] = troubles(page, said, path.format(**ids), width, read=read)
        shown += page.inner_text("body")
    assert {path: what for path, what in found.items() if what} == {}
    if evil:
        further = (f"/contacts/{pk}/" for pk in ids["people"])
        for path in (*further, "/contacts/?q=%3Cscript", f"/campaigns/{ids['draft']}/preview/"):
            inside.goto(path)
            only_text(inside, path)
            shown += inside.inner_text("body")
        assert [words for words in SHOWN if words not in shown] == [], (
            "shown nowhere: the test proves nothing"
        )
        assert watch.said == []


def links(tenant: Tenant) -> dict[str, str]:
    """Of invitations, to an address without a login and to one that has it."""
    User.objects.create_user("known@example.org", name=EVIL)
    made = {}
    with tenant_scope(tenant.pk):
        for key, email in (("for_new", "new@example.org"), ("for_known", "known@example.org")):
            invitation = invite(email=email, name=EVIL, role=Role.OWNER, actor=SYSTEM)
            made[key] = make_door("invite", tenant.pk, invitation.pk)
        # Sent already: the worker would send them with links of its own.
        Invitation.objects.update(sent_at=timezone.now())
    return made


def only_text(page: Any, path: str) -> None:
    """No value has become an element that could run."""
    assert page.locator("img[src='x'], svg[onload], [onerror]").count() == 0, path


def troubles(page: Any, watch: Any, path: str, width: int, *, read: bool) -> list[str]:
    """What is wrong with a page: complaints, overflow and, if it is `read`, serious accessibility findings."""
    watch.said.clear()
    page.goto(path)
    page.evaluate("document.fonts.ready")
    only_text(page, path)
    broad = page.evaluate("document.documentElement.scrollWidth")
    found = [] if broad <= width else [f"{broad} px wide at {width}: {page.evaluate(WIDEST)}"]
    for one in Axe().run(page, options=AXE).response["violations"] if read else ():
        if one["impact"] in {"serious", "critical"}:
            found += [
                f"{one['id']}: {node['target']} {node['failureSummary'][:160]}" for node in one["nodes"][:3]
            ]
    return found + [said for said in watch.said if not (path == "/no-such-page/" and "404" in said)]


AXE = {"resultTypes": ["violations"]}
WIDEST = """() => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 3).map(e => e.tagName + '.' + e.className)"""


def hostile(tenant: Tenant) -> dict[str, Any]:
    ids: dict[str, Any] = fill(tenant)
    say = {"from": "+12025550100", "to": OFFERS, "body": "<script>alert(2)</script> stop " + EVIL}
    assert carrier.ask("POST", "/sim/inbound", say)["webhook"]["status"] == 200
    with tenant_scope(tenant.pk):
        offers = SenderNumber.objects.get(name="Offers").pk
        group = Group.objects.create(name=f"Group {EVIL}")
    for name, area in (("html_cells.csv", "+1202555010"), ("merge_tag_injection.csv", "+1202555015")):
        data = (CORPUS / name).read_text().replace("+1202555010", area)
        job = build_import(
            tenant, data, answer=PROOF | {"senders": [offers]}, group_id=group.pk, name=f"{EVIL}.csv"
        )
        assert import_run.run(tenant.pk, job)
    with tenant_scope(tenant.pk):
        ids["people"] = list(Contact.objects.filter(memberships__group=group).values_list("pk", flat=True))
        Tag.objects.create(name=f"Tag {EVIL}")
        GroupMember.objects.get_or_create(group=group, contact_id=ids["contact"])
        audience = {"include": [["group", group.pk]], "exclude": [], "skip_any_stop": False}
        text = "Demo Bakery: Hi {{ first_name }} <b>"
        ids["draft"] = campaigns.create_campaign(
            actor=SYSTEM, name=f"Campaign {EVIL}", text=text, sender_id=offers, audience=audience
        ).pk
        assert len(ids["people"]) == 8
    return ids

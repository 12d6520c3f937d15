"""Notice rules on their pages (C1): a sentence for each in the list, and a form that shows what the rule needs.

Mutations to catch, none tried yet:
- `narrowed` or a way left out of `sentence_of`       → test_a_rule_is_a_sentence
- `errors` not looked at in `open_parts`              → test_a_part_with_a_mistake_stands_open
- `open` dropped from the template's details          → test_only_used_parts_stand_open
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from conversations.actions.notices import save_rule
from conversations.models.telling import NotificationRule
from conversations.telling_pages import sentence_of
from tenants.models import Tenant, User
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope

pytestmark = pytest.mark.django_db


def rule(**more: Any) -> NotificationRule:
    return NotificationRule(name="r", timing="at_once", **({"whats": ["complaint"]} | more))


def test_a_rule_is_a_sentence() -> None:
    plain = rule(addresses=["desk@example.org"])
    assert sentence_of(plain, ["Ada"]) == (
        "When somebody complains: e-mail to Ada and desk@example.org, at once."
    )
    more = rule(whats=["opted_out", "paused"], numbers=["+12025550142"], sender_ids=[1])
    more.timing, more.every, more.at_hour = "digest", "day", 8
    assert sentence_of(more, ["Ada"]) == (
        "When somebody opts out or a campaign pauses itself, only for what it is narrowed to: "
        "e-mail to Ada; SMS to +1 202-555-0142, every day at 8:00."
    )


@pytest.fixture
def web(member: User, client: Client) -> Client:
    client.force_login(member)
    return client


def folds(web: Client, path: str, data: dict[str, Any] | None = None) -> list[bool]:
    """Which folded parts stand open: narrowing, addresses, SMS, webhook."""
    page = (web.post(path, data) if data else web.get(path)).content.decode()
    parts = page.split('<details class="sc-fold"')[1:]
    return [part.startswith(" open>") for part in parts]


def test_only_used_parts_stand_open(tenant: Tenant, member: User, web: Client) -> None:
    assert folds(web, "/settings/notices/new/") == [False] * 4
    values = {
        "name": "r", "whats": ["complaint"], "timing": "at_once", "addresses": ["desk@example.org"],
        "methods": ["keyword"],
    }  # fmt: skip
    with tenant_scope(tenant.pk):
        kept = save_rule(values=values, actor=SYSTEM)
    assert folds(web, f"/settings/notices/{kept.pk}/") == [True, True, False, False]


def test_a_part_with_a_mistake_stands_open(tenant: Tenant, member: User, web: Client) -> None:
    data = {"name": "r", "whats": "complaint", "timing": "at_once", "endpoint_id": "987654321"}
    assert folds(web, "/settings/notices/new/", data)[3]
    assert folds(web, "/settings/notices/new/", {"name": "r", "methods": "none"})[0]

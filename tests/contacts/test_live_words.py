"""The word with which STOP leaves one group only: set by staff, and never one that makes less of an opt-out (A1, D2).

Mutations tried, each made the test named red:
- the admin saves the row itself, as it did                     → test_staff_cannot_set_a_word_that_is_an_opt_out
- `_live_word` without `asks_for_more`                          → the same
- without the look at other groups                              → test_a_word_is_of_one_group
- without the tenant's own words                                → test_words_that_cannot_be_a_groups
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from consent.actions import save_words
from contacts.actions import groups
from contacts.models import Group
from tenants.models import AuditEntry, Tenant
from tenants.rules import SYSTEM, Refused
from tenants.scope import tenant_scope
from tests.smscrm.staffed import log_in


@pytest.fixture
def news(tenant: Tenant) -> int:
    with tenant_scope(tenant.pk):
        return int(groups.create_group(name="News", actor=SYSTEM).pk)


def refused(news: int, word: str) -> str:
    with pytest.raises(Refused) as error:
        groups.set_word(group_id=news, word=word, actor=SYSTEM)
    return error.value.code


def test_a_word_is_kept_as_texts_are_compared(tenant: Tenant, news: int) -> None:
    with tenant_scope(tenant.pk):
        for typed, kept in ((" news ", "NEWS"), ("Café", "CAFE"), ("", "")):
            assert groups.set_word(group_id=news, word=typed, actor=SYSTEM).word == kept
        entry = AuditEntry.objects.filter(verb="set_group_word").order_by("pk").first()
        assert entry is not None and entry.detail["word"] == "NEWS"


def test_words_that_cannot_be_a_groups(tenant: Tenant, news: int) -> None:
    with tenant_scope(tenant.pk):
        lists = {"stop_words": ("kohlrabi",), "start_words": (), "help_words": ()}
        save_words(language="en", sender_id=None, lists=lists, actor=SYSTEM, taken={})
        for word in ("NOW", "please", "TEXTS", "promos", "Kohlrabi"):
            assert refused(news, word) == "word_reserved", word
        for word in ("texting me", "!!", "a" * 41, "wine-club"):
            assert refused(news, word) == "word_invalid", word
        assert refused(groups.ensure_system_groups().pk, "ROLLS") == "group_system"
        assert Group.objects.get(pk=news).word == ""


def test_a_word_is_of_one_group(tenant: Tenant, news: int) -> None:
    with tenant_scope(tenant.pk):
        other = groups.create_group(name="Other", actor=SYSTEM)
        groups.set_word(group_id=other.pk, word="ROLLS", actor=SYSTEM)
        assert refused(news, "rolls") == "word_taken"
        groups.set_word(group_id=other.pk, word="rolls", actor=SYSTEM)  # its own stays its own


def test_staff_cannot_set_a_word_that_is_an_opt_out(
    tenant: Tenant, news: int, make_user: Callable[..., Any]
) -> None:
    staff = log_in(make_user(None, "staff@example.org", is_staff=True))
    path = f"/admin/t/{tenant.pk}/contacts/group/{news}/change/"
    for word, status, kept in (("NOW", 200, ""), ("rolls", 302, "ROLLS")):
        answer = staff.post(path, {"name": "News", "word": word, "_save": "1"})
        assert answer.status_code == status
        assert ("STOP NOW asks for more" in answer.content.decode()) is (status == 200)
        with tenant_scope(tenant.pk):
            assert Group.objects.get(pk=news).word == kept

"""Guesses at a log-in: counted for each account and each client, together for all processes, behind a proxy (SEC3).

Mutations tried, each made the test named red:
- AccountAdapter without get_client_ip                → test_a_guesser_behind_the_proxy_shuts_nobody_else_out
- `[-1]` of tenants/addresses.py is `[0]`              → test_what_a_client_writes_itself_does_not_help
- CACHES["default"] is LocMemCache                    → test_it_is_counted_for_all_processes
- `_ADD` without its WHERE, or `add` as get and set   → test_of_many_guesses_at_once_few_are_judged, test_one_adds
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client

from tenants.models import SharedValue, Tenant, User
from tenants.rules import Role
from tests.conftest import PASSWORD

OFFICE, HOME = "203.0.113.7", "198.51.100.9"


@pytest.fixture(autouse=True)
def behind_a_proxy(settings: Any) -> None:
    settings.BEHIND_PROXY = True
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]  # many guesses, not slow ones


@pytest.fixture
def owner(make_user: Callable[..., User]) -> User:
    return make_user(Role.OWNER)


def guess(email: str, password: str, forwarded: str) -> bool:
    """Log in through the proxy, which adds the client's address last; whether it was let in."""
    given = {"login": email, "password": password}
    answer = Client().post("/accounts/login/", given, headers={"X-Forwarded-For": forwarded})
    return answer.status_code == 302


def test_a_guesser_behind_the_proxy_shuts_nobody_else_out(owner: User) -> None:
    for at in range(11):
        assert not guess(f"nobody{at}@example.org", "wrong", HOME)
    assert not guess(owner.email, PASSWORD, HOME), "the guesser itself is over its limit"
    assert guess(owner.email, PASSWORD, OFFICE)


def test_what_a_client_writes_itself_does_not_help(owner: User) -> None:
    for at in range(11):
        guess(f"nobody{at}@example.org", "wrong", f"192.0.2.{at}, {HOME}")
    assert not guess(owner.email, PASSWORD, f"192.0.2.99, {HOME}")


def test_an_account_has_a_limit_wherever_from(owner: User) -> None:
    for at in range(5):
        assert not guess(owner.email, "wrong", f"192.0.2.{at}")
    assert not guess(owner.email, PASSWORD, OFFICE)
    SharedValue.objects.filter(key__contains="login_failed").update(expires_at="2020-01-01T00:00Z")
    assert guess(owner.email, PASSWORD, OFFICE), "it ends by itself"


def test_a_right_password_uses_nothing_up(owner: User) -> None:
    assert all(guess(owner.email, PASSWORD, OFFICE) for _ in range(12))


def test_it_is_counted_for_all_processes(owner: User) -> None:
    guess(owner.email, "wrong", HOME)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT jsonb_array_length(value) FROM tenants_sharedvalue WHERE key LIKE '%login_failed%'"
        )
        assert cursor.fetchall() == [(1,), (1,)]


@pytest.mark.django_db(transaction=True)
def test_of_many_guesses_at_once_few_are_judged(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[int] = []

    def slow(*given: Any, **more: Any) -> Any:
        judged.append(1)
        return authenticate(*given, **more)

    monkeypatch.setattr("allauth.account.adapter.authenticate", slow)

    def one(at: int) -> bool:
        try:
            return guess(owner.email, "wrong", f"192.0.2.{at}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        assert not any(threads.map(one, range(24)))
    assert 1 <= len(judged) <= 5


# ── the cache itself ──────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def clean(db: None) -> Iterator[None]:
    cache.clear()
    yield


def test_one_adds(clean: None, tenant: Tenant) -> None:
    assert [cache.add("a", "x", 60), cache.add("a", "y", 60), cache.get("a")] == [True, False, "x"]
    assert cache.add("b", "x", 0.01) and not time.sleep(0.02) and cache.get("b") is None
    assert cache.add("b", "y") and cache.get("b") == "y"


def test_what_else_a_cache_does(clean: None) -> None:
    cache.set("a", [1.5, 2], None)
    assert (cache.get("a"), cache.get("none", 7), "a" in cache) == ([1.5, 2], 7, True)
    cache.set("n", 1)
    assert [cache.incr("n"), cache.incr("n", 2), cache.decr("n")] == [2, 4, 3]
    with pytest.raises(ValueError, match="not found"):
        cache.incr("none")
    assert cache.touch("n", 60) and not cache.touch("none") and cache.delete("n") and not cache.delete("n")


def test_what_is_over_goes_with_what_comes(clean: None) -> None:
    for at in range(5):
        cache.set(f"old{at}", 1)
    SharedValue.objects.update(expires_at="2020-01-01T00:00Z")
    cache.add("new", 1)
    cache.set("newer", 1)
    assert sorted(SharedValue.objects.values_list("key", flat=True)) == [":1:new", ":1:newer"]

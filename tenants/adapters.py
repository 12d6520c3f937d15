"""Choices of the login library."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from tenants.addresses import client_ip


class AccountAdapter(DefaultAccountAdapter):
    """Members are invited; nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """As everywhere: behind the proxy, the client's and not the proxy's, or one guesser shuts all out (SEC3)."""
        return client_ip(request)

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """Users have no username."""

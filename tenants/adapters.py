"""Choices of the login library."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest

from tenants.actions.logins import ACTS, note_change
from tenants.addresses import client_ip
from tenants.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Members are invited; nobody signs up by themselves."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "E-mail and password do not match. Try again, or use “Forgot it?”.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """As everywhere: behind the proxy, the client's and not the proxy's, or one guesser shuts all out (SEC3)."""
        return client_ip(request)

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """Users have no username."""

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """The library says so of every change of a password or a second factor: the audit log hears it too."""
        act = template_prefix.rpartition("/")[2]
        if isinstance(user, User) and act in ACTS:
            # Staff come from inside one tenant's scope, which is closed by then.
            transaction.on_commit(lambda: note_change(user=user, act=act))
        super().send_notification_mail(template_prefix, user, context, email)

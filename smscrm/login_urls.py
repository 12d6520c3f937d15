"""The log-in library's addresses, without those that change an address.

An e-mail address is what a member is found by, and only a letter to it proves whose it is: a login gets its address
once, by accepting an invitation. Who could write another one into their own login would receive what is meant for
its owner (promise 5).
"""

from __future__ import annotations

from allauth.account.urls import urlpatterns as account
from django.urls import include, path

CLOSED = frozenset({"account_email", "account_email_verification_sent", "account_confirm_email"})

urlpatterns = [*(one for one in account if one.name not in CLOSED), path("2fa/", include("allauth.mfa.urls"))]

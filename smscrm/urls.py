"""Addresses: each app brings its own; the composition root adds the login, the API and the staff admin."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("smscrm.login_urls")),
    path("api/", include("smscrm.api")),
    path("admin/", include("smscrm.staff_urls")),
    path("", include("tenants.urls")),
    path("", include("contacts.urls")),
    path("", include("campaigns.urls")),
    path("", include("conversations.urls")),
]

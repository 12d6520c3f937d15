"""Addresses below /admin/t/<tenant>/: the staff admin inside one tenant's scope."""

from django.contrib import admin
from django.urls import include, path

from tenants.admin.site import site

# Here, not at start-up: the sender, the worker and most commands never show an admin page.
admin.autodiscover()

urlpatterns = [path("accounts/", include("smscrm.login_urls")), path("", site.urls)]

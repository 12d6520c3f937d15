"""Addresses of /admin/: choosing the tenant to work in."""

from django.urls import path

from smscrm import staff

urlpatterns = [path("", staff.choose, name="staff")]

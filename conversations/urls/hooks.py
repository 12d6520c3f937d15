"""The provider's doors."""

from django.urls import path

from conversations.views import hooks

urlpatterns = [
    path("hooks/twilio/<str:key>/inbound", hooks.inbound, name="inbound_hook"),
    path("hooks/twilio/<str:key>/status", hooks.status, name="status_hook"),
]

"""Addresses of tenants: health, tenant switch, design language, settings."""

from django.urls import path

from tenants import views
from tenants.views import invitations, senders, settings, webhooks

app_name = "tenants"
urlpatterns = [
    path("healthz", views.health, name="health"),
    path("tenant/switch/", views.switch, name="switch"),
    path("theme/", views.theme, name="theme"),
    path("design/", views.design, name="design"),
    path("settings/", settings.general, name="settings"),
    path("settings/senders/", senders.senders, name="senders"),
    path("settings/senders/purpose/", senders.answer_purpose, name="answer_purpose"),
    path("settings/senders/<int:pk>/rename/", senders.rename, name="rename_sender"),
    path("settings/senders/<int:pk>/retire/", senders.retire, name="retire_sender"),
    path("settings/senders/<int:pk>/opt-out-line/", senders.opt_out_line, name="opt_out_line"),
    path("settings/accounts/<int:pk>/token/", senders.enter_token, name="enter_token"),
    path("settings/members/", settings.members, name="members"),
    path("settings/members/<int:pk>/role/", settings.change_role, name="change_role"),
    path("settings/members/<int:pk>/remove/", settings.remove_member, name="remove_member"),
    path("settings/invitations/<int:pk>/resend/", invitations.resend, name="resend_invitation"),
    path("settings/invitations/<int:pk>/withdraw/", invitations.withdraw, name="withdraw_invitation"),
    path("accounts/invitation/<str:token>/", invitations.invitation, name="invitation"),
    path("settings/keys/", settings.keys, name="keys"),
    path("settings/keys/<int:pk>/revoke/", settings.revoke_key, name="revoke_key"),
    path("settings/webhooks/", webhooks.webhooks, name="webhooks"),
    path("settings/webhooks/<int:pk>/", webhooks.endpoint, name="webhook"),
    path("settings/webhooks/<int:pk>/secret/", webhooks.rotate, name="rotate_webhook"),
    path("settings/webhooks/<int:pk>/switch/", webhooks.switch, name="switch_webhook"),
    path("settings/webhooks/<int:pk>/remove/", webhooks.remove, name="remove_webhook"),
    path("settings/webhooks/<int:pk>/test/", webhooks.test, name="test_webhook"),
    path("settings/webhooks/deliveries/<int:pk>/", webhooks.delivery, name="webhook_delivery"),
    path("settings/webhooks/deliveries/<int:pk>/resend/", webhooks.resend, name="resend_webhook"),
]

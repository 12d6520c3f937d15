"""Notices to the team, channels."""

from django.urls import path

from conversations.views import telling

urlpatterns = [
    path("settings/notices/", telling.notices, name="notices"),
    path("settings/notices/new/", telling.new_rule, name="new_notice"),
    path("settings/notices/<int:pk>/", telling.edit_rule, name="notice"),
    path("settings/notices/<int:pk>/test/", telling.try_rule, name="try_notice"),
    path("settings/notices/<int:pk>/pause/", telling.pause_rule, name="pause_notice"),
    path("settings/notices/<int:pk>/mute/", telling.mute_rule, name="mute_notice"),
    path("settings/notices/<int:pk>/delete/", telling.delete_rule, name="delete_notice"),
    path("settings/channels/", telling.channels, name="channels"),
    path("settings/channels/<slug:code>/", telling.change_channel, name="change_channel"),
]

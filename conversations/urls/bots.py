"""Keyword bots."""

from django.urls import path

from conversations.views import bots

urlpatterns = [
    path("bots/", bots.bots, name="bots"),
    path("bots/reach/", bots.reach, name="bot_reach"),
    path("bots/new/", bots.create, name="new_bot"),
    path("bots/<int:bot_id>/", bots.edit, name="bot"),
    path("bots/<int:bot_id>/try/", bots.try_bot, name="try_bot"),
    path("bots/<int:bot_id>/move/", bots.move, name="move_bot"),
    path("bots/<int:bot_id>/copy/", bots.copy, name="copy_bot"),
    path("bots/<int:bot_id>/delete/", bots.delete, name="delete_bot"),
    path("bots/<int:bot_id>/bring-back/", bots.bring_back, name="bring_back_bot"),
    path("bots/<int:bot_id>/runs/", bots.runs, name="bot_runs"),
]

"""The inbox."""

from django.urls import path

from conversations.views import inbox

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<int:thread_id>/", inbox.thread, name="thread"),
    path("inbox/<int:thread_id>/read/", inbox.read, name="read"),
    path("inbox/<int:thread_id>/reply/", inbox.reply, name="reply"),
]

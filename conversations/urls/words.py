"""Word lists and the test bench."""

from django.urls import path

from conversations.views import words

urlpatterns = [
    path("consent/words/", words.index, name="words"),
    path("consent/words/read/", words.read, name="read_words"),
    path("consent/words/set/", words.edit, name="word_set"),
    path("consent/words/trials/<int:pk>/", words.trial, name="word_trial"),
]

"""The unsubscribe page and the public terms."""

from django.urls import path

from conversations.views import leaving, policies

urlpatterns = [
    path("p/t/<slug:slug>/terms", policies.terms, name="terms"),
    path("p/t/<slug:slug>/privacy", policies.privacy, name="privacy"),
    path("settings/public-pages/", policies.public_pages, name="public_pages"),
    path("settings/public-pages/terms/", policies.save_text, {"page": "terms"}, name="save_terms"),
    path("settings/public-pages/privacy/", policies.save_text, {"page": "privacy"}, name="save_privacy"),
    path("u/<str:token>", leaving.leave, name="leave"),
    path("u/<str:token>/back", leaving.come_back, name="leave_back"),
    path("u/<str:token>/choices", leaving.choices, name="leave_choices"),
    path("u/<str:token>/why", leaving.say_why, name="leave_why"),
    path("u/<str:token>/wish", leaving.wish, name="leave_wish"),
]

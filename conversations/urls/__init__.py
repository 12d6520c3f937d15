"""Addresses of conversations: the provider's doors, the profile, the consent pages and what people meet outside."""

from conversations.urls import (
    bots,
    consent,
    hooks,
    inbox,
    learning,
    leaving,
    profile,
    reviews,
    signup,
    telling,
    words,
)

app_name = "conversations"
urlpatterns = [
    *hooks.urlpatterns,  # first: the carrier asks for these more often than people for all others
    *bots.urlpatterns,
    *consent.urlpatterns,
    *inbox.urlpatterns,
    *learning.urlpatterns,
    *leaving.urlpatterns,
    *profile.urlpatterns,
    *reviews.urlpatterns,
    *signup.urlpatterns,
    *telling.urlpatterns,
    *words.urlpatterns,
]

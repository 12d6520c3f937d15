"""The profile of a contact."""

from django.urls import path

from conversations.views import erasing, profile, proving

urlpatterns = [
    path("contacts/<int:contact_id>/", profile.profile, name="profile"),
    path("contacts/<int:contact_id>/live/", profile.live, name="live"),
    path("contacts/<int:contact_id>/timeline/", profile.timeline, name="timeline"),
    path("contacts/<int:contact_id>/evidence/", profile.evidence, name="evidence"),
    path("contacts/<int:contact_id>/everything/", profile.everything, name="everything"),
    path("contacts/<int:contact_id>/opt-out/", profile.opt_out, name="opt_out"),
    path("contacts/<int:contact_id>/opt-in/", proving.opt_in, name="opt_in"),
    path("contacts/<int:contact_id>/erase/", erasing.erase, name="erase"),
    path("contacts/erased/<int:seq>/", erasing.erased, name="erased"),
    path("contacts/<int:contact_id>/block/", profile.block, name="block"),
    path("contacts/<int:contact_id>/unblock/", profile.unblock, name="unblock"),
    path("contacts/<int:contact_id>/review/", profile.review, name="review"),
    path("contacts/<int:contact_id>/mistake/", profile.mistake, name="mistake"),
    path("contacts/<int:contact_id>/message/", profile.message, name="message"),
    path("contacts/<int:contact_id>/sets/", profile.sets, name="sets"),
]

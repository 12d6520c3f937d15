"""The consent pages."""

from django.urls import path

from conversations.views import consent

urlpatterns = [
    path("consent/", consent.history, name="consent"),
    path("consent/export/", consent.export_history, name="export_history"),
    path("consent/check/", consent.check, name="check"),
    path("consent/check/step/", consent.check_step, name="check_step"),
    path("consent/entries/<int:seq>/", consent.entry, name="entry"),
    path("consent/entries/<int:seq>/file/", consent.entry_file, name="entry_file"),
    path("consent/help/", consent.guide, name="guide"),
    path("consent/recipes/", consent.recipes, name="recipes"),
    path("consent/do-not-contact/", consent.do_not_contact, name="do_not_contact"),
    path("consent/do-not-contact/add/", consent.add_number, name="add_number"),
    path("consent/do-not-contact/paste/", consent.paste_numbers, name="paste_numbers"),
    path("consent/do-not-contact/export/", consent.export_numbers, name="export_numbers"),
]

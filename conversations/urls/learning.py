"""Reasons, surveys and complaints."""

from django.urls import URLPattern, path

from conversations.views import complaints, learning_settings, reports, why

urlpatterns: list[URLPattern] = [
    path("p/why/<str:token>/", why.why, name="why"),
    path("consent/complaints/", complaints.queue, name="complaints"),
    path("consent/complaints/add/", complaints.add, name="add_complaint"),
    path("consent/complaints/export/", complaints.export, name="export_complaints"),
    path("consent/complaints/<int:pk>/", complaints.complaint, name="complaint"),
    path("consent/complaints/<int:pk>/note/", complaints.note, name="note_complaint"),
    path("consent/complaints/<int:pk>/assign/", complaints.assign, name="assign_complaint"),
    path("consent/complaints/<int:pk>/answer/", complaints.answer, name="answer_complaint"),
    path("consent/complaints/<int:pk>/close/", complaints.close, name="close_complaint"),
    path("consent/complaints/<int:pk>/reopen/", complaints.reopen, name="reopen_complaint"),
    path("reports/opt-outs/", reports.rates, name="opt_out_rates"),
    path("reports/opt-outs/export/", reports.export_rates, name="export_rates"),
    path("reports/why/", reports.why_left, name="why_left"),
    path("reports/why/export/", reports.export_reasons, name="export_reasons"),
    path("settings/learning/", learning_settings.learning, name="learning"),
    path("settings/learning/reasons/", learning_settings.add_reason, name="add_reason"),
    path("settings/learning/reasons/<int:pk>/", learning_settings.reword_reason, name="reword_reason"),
    path("settings/learning/reasons/<int:pk>/show/", learning_settings.show_reason, name="show_reason"),
    path("settings/learning/reasons/<int:pk>/move/", learning_settings.move_reason, name="move_reason"),
    path("p/no-more-mail/<str:token>/", why.no_more_mail, name="leave_mail"),
]

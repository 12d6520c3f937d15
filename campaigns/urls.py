"""Addresses of campaigns: home, list, composer, report."""

from django.urls import path

from campaigns.views import composer, home, launching, lists, reports

app_name = "campaigns"
urlpatterns = [
    path("", home.home, name="home"),
    path("home/permissions/", home.permissions, name="home_permissions"),
    path("campaigns/", lists.campaigns, name="list"),
    path("campaigns/new/", lists.create, name="create"),
    path("campaigns/<int:pk>/", reports.report, name="report"),
    path("campaigns/<int:pk>/live/", reports.live, name="live"),
    path("campaigns/<int:pk>/people/", reports.people, name="people"),
    path("campaigns/<int:pk>/message/", reports.message, name="message"),
    path("campaigns/<int:pk>/log/", reports.log, name="log"),
    path("campaigns/<int:pk>/rate/", reports.rate, name="rate"),
    path("campaigns/<int:pk>/edit/", composer.edit, name="edit"),
    path("campaigns/<int:pk>/preview/", composer.preview, name="preview"),
    path("campaigns/<int:pk>/left-out/", composer.left_out, name="left_out"),
    path("campaigns/<int:pk>/duplicate/", lists.duplicate, name="duplicate"),
    path("campaigns/<int:pk>/retry/", lists.retry, name="retry"),
    path("campaigns/<int:pk>/delete/", lists.delete, name="delete"),
    path("campaigns/<int:pk>/launch/", launching.launch, name="launch"),
    path("campaigns/<int:pk>/test/", launching.test, name="test"),
    path("campaigns/<int:pk>/pause/", launching.pause, name="pause"),
    path("campaigns/<int:pk>/resume/", launching.resume, name="resume"),
    path("campaigns/<int:pk>/cancel/", launching.cancel, name="cancel"),
    path("reports/", reports.compare, name="reports"),
]

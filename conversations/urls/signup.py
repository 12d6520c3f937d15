"""Sign-up forms and their public pages."""

from django.urls import path

from conversations.views import signup, signup_public

urlpatterns = [
    path("forms/", signup.forms, name="forms"),
    path("forms/waiting/", signup.waiting, name="signup_waiting"),
    path("forms/<int:pk>/", signup.form, name="signup_form"),
    path("forms/<int:pk>/edit/", signup.edit, name="signup_edit"),
    path("forms/<int:pk>/preview/", signup.preview, name="signup_preview"),
    path("forms/<int:pk>/state/", signup.state, name="signup_state"),
    path("forms/<int:pk>/delete/", signup.delete, name="signup_delete"),
    path("forms/<int:pk>/qr.svg", signup.qr, name="signup_qr"),
    path("p/f/<str:key>/", signup_public.page, name="signup_page"),
    path("p/f/<str:key>/done/", signup_public.done, name="signup_done"),
    path("p/f/<str:key>/embed.js", signup_public.embed, name="signup_embed"),
]

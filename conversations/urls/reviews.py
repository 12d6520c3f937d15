"""The review queue."""

from django.urls import path

from conversations.views import reviews

urlpatterns = [
    path("consent/review/", reviews.queue, name="reviews"),
    path("consent/review/<int:review_id>/", reviews.queue, name="review_card"),
    path("consent/review/<int:review_id>/decide/", reviews.decide, name="review_decide"),
    path("consent/review/<int:review_id>/undo/", reviews.undo, name="review_undo"),
    path("consent/review/<int:review_id>/here/", reviews.here, name="review_here"),
]

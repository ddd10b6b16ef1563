from django.urls import path

from forum import views

urlpatterns = [
    path("forum/", views.forum, name="forum"),
    path("forum/<uuid:topic_id>/", views.topic, name="topic"),
]

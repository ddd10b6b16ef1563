from django.urls import path

from series.hits import views

urlpatterns = [
    path("hits/", views.hits, name="hits"),
    path("hits/policy/", views.policy, name="hit_policy"),
    path("hits/<uuid:hit_id>/contact/", views.ask, name="ask_for_contact"),
    path("contacts/<uuid:contact_id>/answer/", views.answer, name="answer_contact"),
    path("materials/<uuid:material_id>/hit-policy/", views.material_policy, name="material_hit_policy"),
]

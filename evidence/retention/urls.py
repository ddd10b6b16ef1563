from django.urls import path

from evidence.retention import views

urlpatterns = [
    path("retention/", views.retention, name="retention"),
    path("retention/act/", views.act, name="retention_act"),
    path("retention/disposed/", views.disposals, name="disposals"),
    path(
        "submissions/<uuid:submission_id>/retention/",
        views.submission_retention,
        name="submission_retention",
    ),
    path("withdrawals/<uuid:withdrawal_id>/", views.withdrawal, name="withdrawal"),
    path("withdrawals/<uuid:withdrawal_id>/decision/", views.decide_withdrawal, name="decide_withdrawal"),
]

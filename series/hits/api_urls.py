from django.urls import path

from series.hits.api import AnswerContactView, AskForContactView, RelatedHoldingsView

urlpatterns = (
    path("hits/", RelatedHoldingsView.as_view(), name="api_hits"),
    path("hits/<uuid:hit_id>/contact/", AskForContactView.as_view(), name="api_ask_for_contact"),
    path("contacts/<uuid:contact_id>/answer/", AnswerContactView.as_view(), name="api_answer_contact"),
)

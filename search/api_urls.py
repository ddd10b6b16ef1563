from django.urls import path

from search.api import LikeFaceView, PictureAnswerView, PictureSearchView, SearchView

urlpatterns = (
    path("search/", SearchView.as_view(), name="api_search"),
    path("search/image/", PictureSearchView.as_view(), name="api_search_image"),
    path("search/image/<uuid:query_id>/", PictureAnswerView.as_view(), name="api_search_image_answer"),
    path("faces/<uuid:face_id>/like/", LikeFaceView.as_view(), name="api_like_face"),
)

from django.urls import path

from search.views import asking, search

urlpatterns = [
    path("materials/", search.materials, name="materials"),
    path("search/", search.search, name="search"),
    path("search/pictures/", asking.ask, name="ask_picture"),
    path("search/pictures/<uuid:query_id>/", search.picture_results, name="picture_results"),
]

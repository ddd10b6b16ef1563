from django.urls import path

from accounts.sharing.api import SharingChoicesView

urlpatterns = (path("sharing/", SharingChoicesView.as_view(), name="api_sharing"),)

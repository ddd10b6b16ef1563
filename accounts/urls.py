from django.urls import include, path

from accounts import views

urlpatterns = [
    path("", include("accounts.signing_in.urls")),
    path("account/", views.account, name="account"),
    path("account/password/", views.change_password, name="change_password"),
    path("account/roles/", views.roles, name="roles"),
    path("account/theme/", views.choose_theme, name="choose_theme"),
    path("account/tokens/", views.issue, name="issue_token"),
    path("account/tokens/<uuid:token_id>/revoke/", views.revoke, name="revoke_token"),
]

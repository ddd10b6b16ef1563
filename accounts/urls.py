from django.urls import path

from accounts import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("account/", views.account, name="account"),
    path("account/password/", views.change_password, name="change_password"),
    path("account/roles/", views.roles, name="roles"),
    path("account/theme/", views.choose_theme, name="choose_theme"),
    path("account/tokens/", views.issue, name="issue_token"),
    path("account/tokens/<uuid:token_id>/revoke/", views.revoke, name="revoke_token"),
]

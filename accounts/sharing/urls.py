from django.urls import path

from accounts.sharing import views

urlpatterns = [
    path("sharing/groups/", views.sharing_groups, name="sharing_groups"),
    path("sharing/default/", views.choose_default_sharing, name="choose_default_sharing"),
    path("sharing/groups/<uuid:group_id>/", views.sharing_group, name="sharing_group"),
    path("sharing/groups/<uuid:group_id>/acceptance/", views.accept_group, name="accept_group"),
    path("sharing/groups/<uuid:group_id>/leaving/", views.leave, name="leave_group"),
    path("sharing/groups/<uuid:group_id>/end/", views.end, name="end_group"),
    path(
        "sharing/groups/<uuid:group_id>/members/<uuid:membership_id>/removal/",
        views.remove,
        name="remove_from_group",
    ),
]

from django.urls import path

from accounts.onboarding.views import countries, joining, officers

urlpatterns = [
    path("join/", joining.join, name="join"),
    path("countries/", countries.countries, name="countries"),
    path("countries/<uuid:country_id>/", countries.country, name="country"),
    path("countries/<uuid:country_id>/step/", countries.step, name="step_country"),
    path("countries/<uuid:country_id>/agreements/", countries.agreement, name="receive_agreement"),
    path("countries/<uuid:country_id>/administrator/", countries.administrator, name="name_administrator"),
    path("countries/<uuid:country_id>/units/", countries.make, name="make_unit"),
    path("units/<uuid:unit_id>/service/", countries.unit_service, name="unit_service"),
    path("officers/", officers.officers, name="officers"),
    path("officers/invite/", officers.invite, name="invite_officer"),
    path("officers/import/", officers.bulk, name="import_officers"),
    path("officers/<uuid:officer_id>/", officers.officer, name="officer"),
    path("officers/<uuid:officer_id>/unit/", officers.transfer, name="transfer_officer"),
    path("officers/<uuid:officer_id>/role/", officers.role, name="change_role"),
    path("officers/<uuid:officer_id>/service/", officers.service, name="officer_service"),
    path("invitations/<uuid:invitation_id>/renew/", officers.renew, name="renew_invitation"),
    path("invitations/<uuid:invitation_id>/revoke/", officers.revoke, name="revoke_invitation"),
]

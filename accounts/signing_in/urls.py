from django.urls import path

from accounts.signing_in.views import entering, factors, helping, sessions

urlpatterns = [
    path("sign-in/", entering.sign_in, name="sign_in"),
    path("sign-in/second-factor/", entering.second_factor, name="second_factor"),
    path("sign-out/", entering.sign_out, name="sign_out"),
    path("account/security/", factors.security, name="security"),
    path("account/confirm/", factors.confirm, name="confirm"),
    path("account/factors/app/", factors.add_app, name="add_app"),
    path("account/factors/key/", factors.add_key, name="add_key"),
    path("account/factors/recovery-codes/", factors.recovery_codes, name="recovery_codes"),
    path("account/factors/<int:factor_id>/remove/", factors.remove_factor, name="remove_factor"),
    path("account/session/", sessions.session_left, name="session_left"),
    path("account/sessions/end-others/", sessions.end_others, name="end_other_sessions"),
    path("account/sessions/<int:session_id>/end/", sessions.end_one, name="end_session"),
    path("officers/locked-out/", helping.locked_out, name="locked_out"),
    path("officers/<uuid:officer_id>/unlock/", helping.unlock, name="unlock"),
    path("officers/<uuid:officer_id>/reset/", helping.reset, name="reset_sign_in"),
]

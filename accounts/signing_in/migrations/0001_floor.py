from django.db import migrations

from icse.common.floor import APP, grant, grant_sequences, protect

# Before it is known who asks, nobody stands: the second factor is given then.
OWN = "(SELECT acting_officer()) IS NULL OR user_id = (SELECT acting_officer())"
OF_COUNTRY_LOOKED_AFTER = """
    (SELECT acting_role()) = 'national_administrator' AND user_id IN (
        SELECT o.id FROM accounts_officer AS o JOIN accounts_unit AS u ON u.id = o.unit_id
        WHERE u.country_id = (SELECT acting_country())
    )
"""


class Migration(migrations.Migration):
    """Rights at the tables of second factors, sessions and failures; no right at what is not used of allauth."""

    dependencies = (
        ("accounts", "0004_onboarding"),
        ("common", "0003_acting"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("usersessions", "0001_initial"),
        ("axes", "0010_accessattemptexpiration"),
    )

    operations = (
        grant(
            {
                "mfa_authenticator": {APP: "SELECT, INSERT, UPDATE, DELETE"},
                "usersessions_usersession": {APP: "SELECT, INSERT, UPDATE, DELETE"},
                "axes_accessattempt": {APP: "SELECT, INSERT, UPDATE, DELETE"},
                "axes_accessattemptexpiration": {APP: "SELECT, DELETE"},
            }
        ),
        grant_sequences("mfa_authenticator", "usersessions_usersession", "axes_accessattempt"),
        protect(
            "mfa_authenticator",
            select=f"({OWN}) OR ({OF_COUNTRY_LOOKED_AFTER})",
            write={"INSERT": OWN, "UPDATE": OWN, "DELETE": f"({OWN}) OR ({OF_COUNTRY_LOOKED_AFTER})"},
        ),
    )

from django.db import migrations

from icse.common.floor import APP, grant, grant_sequences, owned_function, protect

SECRETARIAT = "(SELECT acting_role()) = 'secretariat_administrator'"
OWN = "(country_id = (SELECT acting_country()) AND (SELECT acting_role()) = 'national_administrator')"
OWN_COUNTRY = "country_id = (SELECT acting_country())"
ADMINISTRATORS = f"{SECRETARIAT} OR {OWN}"

# Who opens a link is not known yet: these two are all that nobody may ask of invitations.
FIND = """
CREATE FUNCTION onboarding_find_invitation(p_digest text) RETURNS SETOF onboarding_invitation
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public, pg_temp AS $$
    SELECT i.* FROM onboarding_invitation AS i
    JOIN accounts_unit AS u ON u.id = i.unit_id AND u.is_active
    JOIN accounts_country AS k ON k.id = i.country_id AND k.state = 'active'
    WHERE i.digest = p_digest AND i.used_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now()
$$
"""

# Of two that come at once the second waits for the first, and then finds it used.
USE = """
CREATE FUNCTION onboarding_use_invitation(p_digest text, p_officer uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE onboarding_invitation AS i SET used_at = now(), officer_id = p_officer
    WHERE i.digest = p_digest AND i.used_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now();
    RETURN FOUND;
END
$$
"""


class Migration(migrations.Migration):
    """Administrators see and change what is theirs to administer; nobody else sees any of it."""

    dependencies = (("onboarding", "0001_initial"), ("common", "0003_acting"))

    operations = (
        grant(
            {
                "onboarding_membership": {APP: "SELECT, INSERT, UPDATE"},
                "onboarding_agreement": {APP: "SELECT, INSERT"},
                "onboarding_countrystep": {APP: "SELECT, INSERT"},
                "onboarding_approval": {APP: "SELECT, INSERT, UPDATE"},
                "onboarding_invitation": {APP: "SELECT, INSERT, UPDATE"},
            }
        ),
        grant_sequences("onboarding_countrystep"),
        protect(
            "onboarding_membership",
            select=ADMINISTRATORS,
            write={"INSERT": SECRETARIAT, "UPDATE": SECRETARIAT},
        ),
        protect("onboarding_agreement", select=ADMINISTRATORS, write={"INSERT": SECRETARIAT}),
        protect(
            "onboarding_countrystep",
            select=ADMINISTRATORS,
            write={"INSERT": f"{SECRETARIAT} AND taken_by_id = (SELECT acting_officer())"},
        ),
        protect(
            "onboarding_approval",
            select=OWN_COUNTRY,
            write={
                "INSERT": f"{OWN_COUNTRY} AND asked_by_id = (SELECT acting_officer())",
                "UPDATE": OWN_COUNTRY,
            },
        ),
        protect(
            "onboarding_invitation",
            select=ADMINISTRATORS,
            write={"INSERT": ADMINISTRATORS, "UPDATE": ADMINISTRATORS},
        ),
        owned_function("onboarding_find_invitation(text)", FIND, callers=(APP,)),
        owned_function("onboarding_use_invitation(text, uuid)", USE, callers=(APP,)),
    )

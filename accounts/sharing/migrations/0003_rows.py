from django.db import migrations

from icse.common.floor import APP, grant, owned_function, protect

# The tables ask each other who may read them; asked through policies they would go round in a circle.
OWN_GROUPS = """
CREATE FUNCTION sharing_own_groups() RETURNS TABLE (group_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp AS $$
    SELECT g.id FROM sharing_sharinggroup AS g WHERE g.owner_id = acting_country()
$$
"""

JOINED_GROUPS = """
CREATE FUNCTION sharing_joined_groups() RETURNS TABLE (group_id uuid, hidden_membership boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp AS $$
    SELECT g.id, g.hidden_membership
    FROM sharing_groupmembership AS m JOIN sharing_sharinggroup AS g ON g.id = m.group_id
    WHERE m.country_id = acting_country() AND m.state IN ('invited', 'accepted')
$$
"""

OWN = "country_id = (SELECT acting_country())"
OWNER = "owner_id = (SELECT acting_country())"
OF_OWN_GROUP = "group_id IN (SELECT o.group_id FROM sharing_own_groups() AS o)"
JOINED = "id IN (SELECT j.group_id FROM sharing_joined_groups() AS j)"
OF_OPEN_GROUP = (
    "group_id IN (SELECT j.group_id FROM sharing_joined_groups() AS j WHERE NOT j.hidden_membership)"
)
ADMINISTERS = "(SELECT acting_role()) = 'national_administrator'"

# A country answers for itself and cannot come back uninvited; an owner invites and ends, and answers for
# nobody else. Which group and country a row is about, and until when it counts, no update can change.
ANSWERS = f"""
CREATE POLICY app_update ON sharing_groupmembership FOR UPDATE TO {APP}
    USING ({ADMINISTERS} AND {OWN} AND state <> 'left') WITH CHECK ({ADMINISTERS} AND {OWN});
CREATE POLICY app_update_by_owner ON sharing_groupmembership FOR UPDATE TO {APP}
    USING ({ADMINISTERS} AND {OF_OWN_GROUP})
    WITH CHECK ({ADMINISTERS} AND {OF_OWN_GROUP} AND state = 'left')
"""

NO_ANSWERS = """
DROP POLICY app_update ON sharing_groupmembership;
DROP POLICY app_update_by_owner ON sharing_groupmembership
"""


class Migration(migrations.Migration):
    """The floor under sharing groups: only members read, and of hidden ones no member reads of another."""

    dependencies = (("sharing", "0002_standing"),)

    operations = (
        owned_function("sharing_own_groups()", OWN_GROUPS, callers=(APP,)),
        owned_function("sharing_joined_groups()", JOINED_GROUPS, callers=(APP,)),
        grant(
            {
                "sharing_sharinggroup": {
                    APP: "SELECT, INSERT, UPDATE (name, purpose, valid_until, state)",
                },
                "sharing_groupmembership": {APP: "SELECT, INSERT, UPDATE (state, since, is_default)"},
                "sharing_defaultsharing": {APP: "SELECT, INSERT, UPDATE (level)"},
            }
        ),
        protect(
            "sharing_sharinggroup",
            select=f"{OWNER} OR {JOINED}",
            write={"INSERT": f"{ADMINISTERS} AND {OWNER}", "UPDATE": f"{ADMINISTERS} AND {OWNER}"},
        ),
        protect(
            "sharing_groupmembership",
            select=f"{OWN} OR {OF_OWN_GROUP} OR {OF_OPEN_GROUP}",
            write={"INSERT": f"{ADMINISTERS} AND {OF_OWN_GROUP} AND (state = 'invited' OR {OWN})"},
        ),
        migrations.RunSQL(ANSWERS, NO_ANSWERS),
        protect(
            "sharing_defaultsharing",
            select=OWN,
            write={"INSERT": f"{ADMINISTERS} AND {OWN}", "UPDATE": f"{ADMINISTERS} AND {OWN}"},
        ),
    )

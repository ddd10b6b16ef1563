from django.db import migrations

from icse.common.floor import APP, ENGINE, grant, owned_function, protect

# Asked before it is known for whom statements are made, so it is told the officer and not the row policies.
SCOPES = """
CREATE FUNCTION grants_scopes(p_officer uuid, p_unit uuid, p_country uuid) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 5 SET search_path = public, pg_temp AS $$
    SELECT g.scope_id
    FROM grants_grant AS g
    WHERE (g.officer_id = p_officer OR g.unit_id = p_unit)
      AND g.holder_country_id = p_country AND g.ended_at IS NULL AND g.expires_at > now()
$$
"""

OWN = "country_id = (SELECT acting_country())"


class Migration(migrations.Migration):
    """A grant is read by the country that gave it and by its holder, written by that country alone."""

    dependencies = (("grants", "0001_initial"), ("common", "0003_acting"), ("accounts", "0002_floor"))

    operations = (
        grant(
            {
                "grants_grant": {
                    APP: "SELECT, INSERT, UPDATE (ended_at, ended_by_id)",
                    ENGINE: "SELECT (scope_id, officer_id, unit_id, holder_country_id, expires_at, ended_at)",
                },
                "grants_unitgroup": {APP: "SELECT, INSERT"},
                "auth_group": {APP: "INSERT"},
            }
        ),
        migrations.RunSQL(
            f"GRANT USAGE ON SEQUENCE auth_group_id_seq TO {APP}",
            f"REVOKE USAGE ON SEQUENCE auth_group_id_seq FROM {APP}",
        ),
        owned_function("grants_scopes(uuid, uuid, uuid)", SCOPES),
        protect(
            "grants_grant",
            select=f"{OWN} OR scope_id = ANY ((SELECT acting_scopes())::integer[])",
            write={
                "INSERT": f"{OWN} AND granter_id = (SELECT acting_officer())",
                "UPDATE": OWN,
            },
        ),
    )

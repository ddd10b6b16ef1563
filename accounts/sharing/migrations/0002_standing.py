from importlib import import_module

from django.db import migrations

from icse.common.floor import APP, ENGINE, owned_function

# What counts at this moment: memberships that were accepted and have not run out, of groups of which the
# same holds.
LIVE = """
CREATE VIEW sharing_live AS
    SELECT m.group_id, g.scope_id, m.country_id, m.is_default
    FROM sharing_groupmembership AS m
    JOIN sharing_sharinggroup AS g ON g.id = m.group_id
    WHERE m.state = 'accepted' AND g.state = 'active'
      AND (m.valid_until IS NULL OR m.valid_until > now())
      AND (g.valid_until IS NULL OR g.valid_until > now())
"""

# To whom each scope is open: a country, narrowed to a unit or an officer where these are named. One branch
# for each kind of scope; another kind is another branch.
OPENING = """
CREATE VIEW sharing_opening AS
    SELECT c.id AS scope_id, c.country_id, NULL::uuid AS unit_id, NULL::uuid AS officer_id
    FROM accounts_scope AS c WHERE c.kind IN ('country', 'default')
    UNION ALL
    SELECT c.id, u.country_id, u.id, NULL::uuid
    FROM accounts_scope AS c JOIN accounts_unit AS u ON u.id = c.unit_id WHERE c.kind = 'unit'
    UNION ALL
    SELECT c.id, k.id, NULL::uuid, NULL::uuid
    FROM accounts_scope AS c CROSS JOIN accounts_country AS k WHERE c.kind = 'members'
    UNION ALL
    SELECT l.scope_id, l.country_id, NULL::uuid, NULL::uuid FROM sharing_live AS l
    UNION ALL
    SELECT c.id, k.id, NULL::uuid, NULL::uuid
    FROM accounts_scope AS c
    JOIN sharing_defaultsharing AS d ON d.country_id = c.country_id AND d.level = 'members'
    CROSS JOIN accounts_country AS k WHERE c.kind = 'default'
    UNION ALL
    SELECT c.id, l.country_id, NULL::uuid, NULL::uuid
    FROM accounts_scope AS c
    JOIN sharing_defaultsharing AS d ON d.country_id = c.country_id AND d.level = 'group'
    JOIN sharing_live AS own ON own.country_id = c.country_id AND own.is_default
    JOIN sharing_live AS l ON l.group_id = own.group_id WHERE c.kind = 'default'
    UNION ALL
    SELECT g.scope_id, g.holder_country_id, g.unit_id, g.officer_id
    FROM grants_grant AS g WHERE g.ended_at IS NULL AND g.expires_at > now()
"""

# Who stands in which scope: officers in service, with a right to media, of countries that take part.
STANDING = """
CREATE VIEW sharing_standing AS
    SELECT o.id AS officer_id, p.scope_id
    FROM accounts_officer AS o
    JOIN accounts_unit AS u ON u.id = o.unit_id AND u.is_active
    JOIN accounts_country AS k ON k.id = u.country_id AND k.state = 'active'
    JOIN sharing_opening AS p ON p.country_id = k.id
        AND (p.unit_id IS NULL OR p.unit_id = u.id) AND (p.officer_id IS NULL OR p.officer_id = o.id)
    WHERE o.is_active AND o.role IN ('officer', 'analyst')
"""

SCOPES_OF = """
CREATE FUNCTION sharing_scopes_of(p_officer uuid) RETURNS TABLE (scope_id integer)
LANGUAGE sql STABLE STRICT SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.scope_id FROM sharing_standing AS s WHERE s.officer_id = p_officer ORDER BY s.scope_id
$$
"""

OFFICERS_IN = """
CREATE FUNCTION sharing_officers_in(p_audience integer[]) RETURNS TABLE (officer_id uuid)
LANGUAGE sql STABLE STRICT SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.officer_id FROM sharing_standing AS s WHERE s.scope_id = ANY (p_audience)
$$
"""


GRANTS_SCOPES: str = import_module("accounts.grants.migrations.0002_floor").SCOPES


class Migration(migrations.Migration):
    """One rule on who stands in which scope, read from both sides: an officer's scopes, a scope's officers.

    The views are granted to nobody: who is in a group is told to its members by the tables' own policies.
    """

    dependencies = (("sharing", "0001_initial"), ("grants", "0002_floor"))

    operations = (
        migrations.RunSQL("DROP FUNCTION grants_scopes(uuid, uuid, uuid)", GRANTS_SCOPES),
        migrations.RunSQL(LIVE, "DROP VIEW sharing_live"),
        migrations.RunSQL(OPENING, "DROP VIEW sharing_opening"),
        migrations.RunSQL(STANDING, "DROP VIEW sharing_standing"),
        owned_function("sharing_scopes_of(uuid)", SCOPES_OF),
        owned_function("sharing_officers_in(integer[])", OFFICERS_IN, callers=(APP, ENGINE)),
    )

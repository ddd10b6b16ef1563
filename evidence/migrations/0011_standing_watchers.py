from importlib import import_module

from django.db import migrations

WATCHERS = """
CREATE OR REPLACE FUNCTION evidence_watchers(p_material uuid) RETURNS TABLE (officer_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp AS $$
    SELECT w.officer_id
    FROM sharing_officers_in(ARRAY(
        SELECT DISTINCT scope FROM evidence_submission AS s, unnest(s.audience) AS scope
        WHERE s.material_id = p_material AND s.analyzed_at IS NULL AND s.set_aside_at IS NULL
    )) AS w
$$
"""

FORMER: str = import_module("evidence.migrations.0005_set_aside").WATCHERS


class Migration(migrations.Migration):
    """Whom a hint is for is asked by the rule that gives officers their scopes, whatever kinds there are."""

    dependencies = (("evidence", "0010_grant_rows"), ("sharing", "0002_standing"))

    operations = (migrations.RunSQL(WATCHERS, FORMER),)

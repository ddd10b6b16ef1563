from django.db import migrations

from icse.common.floor import APP, owned_function

# What is told is the asker's country's own act and nothing of the material, its id included.
MEMBERSHIPS = """
CREATE FUNCTION series_withheld_memberships(p_series uuid) RETURNS TABLE (added_by uuid, added_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp AS $$
    SELECT m.added_by_id, m.added_at
    FROM series_seriesmaterial AS m
    JOIN series_series AS k ON k.id = m.series_id
    WHERE m.series_id = p_series AND k.country_id = acting_country() AND k.audience && acting_scopes()
      AND NOT EXISTS (
          SELECT FROM evidence_submission AS s
          WHERE s.material_id = m.material_id AND s.audience && acting_scopes()
      )
    ORDER BY m.added_at, m.id
$$
"""

DECISIONS = """
CREATE FUNCTION series_withheld_decisions(p_limit integer)
RETURNS TABLE (kind text, verdict text, reason text, officer uuid, decided_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp AS $$
    SELECT d.kind, d.verdict, d.reason, d.officer_id, d.decided_at
    FROM series_decision AS d
    WHERE d.country_id = acting_country() AND d.superseded_at IS NULL AND d.audience && acting_scopes()
      AND (NOT EXISTS (
          SELECT FROM evidence_submission AS s
          WHERE s.material_id = d.left_id AND s.audience && acting_scopes()
      ) OR NOT EXISTS (
          SELECT FROM evidence_submission AS s
          WHERE s.material_id = d.right_id AND s.audience && acting_scopes()
      ))
    ORDER BY d.decided_at DESC LIMIT p_limit
$$
"""


class Migration(migrations.Migration):
    """What a country concluded of material that is no longer shared with it: its own words, without the thing."""

    dependencies = (("series", "0009_sharing_levels"), ("evidence", "0008_rows"), ("common", "0003_acting"))

    operations = (
        owned_function("series_withheld_memberships(uuid)", MEMBERSHIPS, callers=(APP,)),
        owned_function("series_withheld_decisions(integer)", DECISIONS, callers=(APP,)),
    )

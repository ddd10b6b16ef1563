from django.db import migrations

# Of either side: the frame that is drawn, and those with which shared passages begin.
FILL = """
INSERT INTO evidence_matchframe (material_id, at_ms, other_id)
SELECT DISTINCT each.material_id, each.at_ms::integer, each.other_id
FROM media_analysis_match AS m,
LATERAL (
    SELECT m.left_id, m.regions ->> 'left_at_ms', m.right_id
    UNION ALL SELECT m.right_id, m.regions ->> 'right_at_ms', m.left_id
    UNION ALL SELECT m.left_id, r ->> 0, m.right_id
    FROM jsonb_array_elements(coalesce(m.regions -> 'left_ranges_ms', '[]')) AS r
    UNION ALL SELECT m.right_id, r ->> 0, m.left_id
    FROM jsonb_array_elements(coalesce(m.regions -> 'right_ranges_ms', '[]')) AS r
) AS each (material_id, at_ms, other_id)
WHERE each.at_ms IS NOT NULL
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    """Name the frames of the matches that were found before frames were named."""

    dependencies = (("media_analysis", "0011_facts_told"), ("evidence", "0015_match_frames"))

    operations = (migrations.RunSQL(FILL, migrations.RunSQL.noop),)

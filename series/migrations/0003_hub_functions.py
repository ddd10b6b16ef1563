from django.db import migrations

from icse.common.floor import ENGINE, owned_function

# One member stands for all that hang on its hub, so that a camera which a whole series was taken with
# gives one row for each other picture, not one for each pair.
AROUND = """
CREATE FUNCTION series_exact_around(p_materials uuid[], p_scopes integer[], p_limit integer)
RETURNS TABLE (
    kind text, value text, material_id uuid, member_id uuid, other_material_id uuid, other_member_id uuid
)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public, pg_temp AS $$
    WITH mine AS (
        SELECT DISTINCT ON (m.signal_id) m.signal_id, m.material_id, m.id
        FROM media_analysis_exactsignalmember AS m
        WHERE m.material_id = ANY (p_materials)
        ORDER BY m.signal_id, m.material_id
    )
    SELECT e.kind, e.value, mine.material_id, mine.id, other.material_id, other.id
    FROM mine
    JOIN media_analysis_exactsignal AS e ON e.id = mine.signal_id
    JOIN media_analysis_exactsignalmember AS other ON other.signal_id = mine.signal_id
    WHERE other.material_id <> ALL (p_materials)
      AND EXISTS (
        SELECT FROM evidence_submission AS s
        WHERE s.material_id = other.material_id AND s.audience && p_scopes
      )
    ORDER BY e.kind = 'pixels' DESC, other.material_id
    LIMIT p_limit
$$
"""

DEVICE_PAIRS = """
CREATE FUNCTION series_device_pairs(p_scopes integer[])
RETURNS TABLE (
    signal text, value text, left_id uuid, left_member_id uuid, right_id uuid, right_member_id uuid
)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp AS $$
    WITH hanging AS (
        SELECT e.kind, e.value, m.material_id, m.id,
               first_value(m.material_id) OVER hub AS first_material,
               first_value(m.id) OVER hub AS first_member
        FROM media_analysis_exactsignal AS e
        JOIN media_analysis_exactsignalmember AS m ON m.signal_id = e.id
        WHERE e.kind <> 'pixels' AND EXISTS (
            SELECT FROM evidence_submission AS s
            WHERE s.material_id = m.material_id AND s.audience && p_scopes
        )
        WINDOW hub AS (PARTITION BY m.signal_id ORDER BY m.material_id)
    )
    SELECT DISTINCT ON (h.first_material, h.material_id)
           h.kind, h.value, h.first_material, h.first_member, h.material_id, h.id
    FROM hanging AS h
    WHERE h.material_id <> h.first_material
    ORDER BY h.first_material, h.material_id, h.kind
$$
"""

# Run with the caller's own rights: what people decided the engine may not read.
UNDECIDED_DEVICES = """
CREATE FUNCTION series_undecided_devices(p_scopes integer[], p_country uuid, p_urgent boolean)
RETURNS TABLE (
    signal text, value text, left_id uuid, left_member_id uuid, right_id uuid, right_member_id uuid
)
LANGUAGE sql STABLE ROWS 100 SET search_path = public, pg_temp AS $$
    SELECT p.* FROM series_device_pairs(p_scopes) AS p
    CROSS JOIN LATERAL (
        SELECT bool_or(s.country_id = p_country) AS is_own, bool_or(s.priority = 'urgent') AS is_urgent
        FROM evidence_submission AS s
        WHERE s.material_id IN (p.left_id, p.right_id) AND s.audience && p_scopes
    ) AS seen
    WHERE seen.is_own AND seen.is_urgent = p_urgent AND NOT EXISTS (
        SELECT FROM series_decision AS d
        WHERE d.left_id = p.left_id AND d.right_id = p.right_id AND d.kind = 'device'
          AND d.country_id = p_country AND d.superseded_at IS NULL
    )
$$
"""


class Migration(migrations.Migration):
    """What exact values connect, read hub by hub: as many rows as members, never as many as pairs."""

    dependencies = (("series", "0002_floor"),)

    operations = (
        owned_function("series_exact_around(uuid[], integer[], integer)", AROUND, owner=ENGINE),
        owned_function("series_device_pairs(integer[])", DEVICE_PAIRS, owner=ENGINE),
        owned_function("series_undecided_devices(integer[], uuid, boolean)", UNDECIDED_DEVICES),
    )

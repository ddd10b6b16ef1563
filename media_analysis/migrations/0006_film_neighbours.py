from django.db import migrations

from icse.common.floor import APP, ENGINE, as_role, owned_function

SIGNATURE = "media_analysis_film_neighbours_anywhere(text[], integer[], integer, uuid[], integer)"

# The keys of each hash are those of engine/hashes/bands.py: its sixteen bands, whole and with one bit flipped.
# As in 0003, the planner would read the whole table for so many.
FILM_NEIGHBOURS = """
CREATE FUNCTION media_analysis_film_neighbours_anywhere(
    p_pdqs text[], p_turns integer[], p_radius integer, p_without uuid[], p_limit integer
) RETURNS TABLE (material_id uuid, turn integer, frames integer)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20
SET search_path = public, pg_temp SET enable_seqscan = off AS $$
    WITH asked AS (
        SELECT a.pdq::bit(256) AS pdq, a.turn, ARRAY(
            SELECT (band << 16 | substring(a.pdq::bit(256) FROM band * 16 + 1 FOR 16)::bit(16)::integer)
                   # flipped
            FROM generate_series(0, 15) AS band,
                 unnest(ARRAY[0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768])
                 AS flipped
        ) AS keys
        FROM unnest(p_pdqs, p_turns) AS a (pdq, turn)
    )
    SELECT near.material_id, asked.turn, count(*)::integer AS frames
    FROM asked
    CROSS JOIN LATERAL (
        SELECT DISTINCT h.material_id
        FROM media_analysis_picturehash AS h
        WHERE h.bands && asked.keys AND bit_count(h.pdq # asked.pdq) <= p_radius
        AND h.at_ms IS NOT NULL AND h.material_id <> ALL (p_without)
    ) AS near
    GROUP BY near.material_id, asked.turn
    ORDER BY frames DESC, near.material_id, asked.turn
    LIMIT p_limit
$$
"""


class Migration(migrations.Migration):
    """All frames of a film are looked up in one call that answers with films, not with frames.

    For the engine alone, which matches over all countries: it is told no scopes.
    """

    dependencies = (("media_analysis", "0005_planned_at"),)

    operations = (
        owned_function(SIGNATURE, FILM_NEIGHBOURS, owner=ENGINE),
        as_role(
            ENGINE,
            f"REVOKE EXECUTE ON FUNCTION {SIGNATURE} FROM {APP}",
            f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {APP}",
        ),
    )

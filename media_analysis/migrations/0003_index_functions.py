import re

from django.db import migrations

from icse.common.floor import ENGINE, owned_function


def _within_scopes(function: str) -> str:
    """Write out `WITHIN_SCOPES(column)` in a function's text."""
    return re.sub(
        r"WITHIN_SCOPES\((?P<column>[\w.]+)\)",
        # A name that no function uses: one that is used would compare a submission with itself.
        "(p_scopes IS NULL OR EXISTS (SELECT FROM evidence_submission AS handed_in"
        r" WHERE handed_in.material_id = \g<column> AND handed_in.audience && p_scopes))",
        function,
    )


# 272 probe keys make the planner prefer a sequential scan at its default settings (2.9 s instead of
# 3.4 ms at 300 000 rows), and under row-level security it never takes the index: && is not leakproof.
HASH_NEIGHBOURS = """
CREATE FUNCTION media_analysis_hash_neighbours(
    p_pdq bit(256), p_keys integer[], p_radius integer, p_scopes integer[]
) RETURNS TABLE (material_id uuid, at_ms integer, distance integer)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20
SET search_path = public, pg_temp SET enable_seqscan = off AS $$
    SELECT h.material_id, h.at_ms, bit_count(h.pdq # p_pdq)::integer
    FROM media_analysis_picturehash AS h
    WHERE h.bands && p_keys AND bit_count(h.pdq # p_pdq) <= p_radius
    AND WITHIN_SCOPES(h.material_id)
$$
"""

FACE_NEIGHBOURS = """
CREATE FUNCTION media_analysis_face_neighbours(
    p_embedding halfvec(128), p_model text, p_limit integer, p_scopes integer[]
) RETURNS TABLE (
    face_id uuid, material_id uuid, at_ms integer, box double precision[], distance double precision
)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public, pg_temp AS $$
    SELECT f.id, f.material_id, f.at_ms, f.box, f.embedding <=> p_embedding AS distance
    FROM media_analysis_face AS f
    WHERE f.model_id = p_model AND WITHIN_SCOPES(f.material_id)
    ORDER BY distance LIMIT p_limit
$$
"""

TILE_NEIGHBOURS = """
CREATE FUNCTION media_analysis_tile_neighbours(
    p_embeddings text[], p_model text, p_limit integer, p_scopes integer[]
) RETURNS TABLE (
    material_id uuid, at_ms integer, box double precision[], query integer, distance double precision
)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public, pg_temp AS $$
    WITH nearest AS (
        SELECT t.*, q.number::integer AS query
        FROM unnest(p_embeddings) WITH ORDINALITY AS q (embedding, number)
        CROSS JOIN LATERAL (
            SELECT s.material_id, s.at_ms, s.box, s.embedding <=> q.embedding::halfvec(128) AS distance
            FROM media_analysis_scenetile AS s
            WHERE s.model_id = p_model AND WITHIN_SCOPES(s.material_id)
            ORDER BY distance LIMIT p_limit * 8
        ) AS t
    ), best AS (
        SELECT DISTINCT ON (n.material_id, n.at_ms) n.* FROM nearest AS n
        ORDER BY n.material_id, n.at_ms, n.distance
    )
    SELECT b.material_id, b.at_ms, b.box, b.query, b.distance FROM best AS b
    ORDER BY b.distance LIMIT p_limit
$$
"""

EXACT_NEIGHBOURS = """
CREATE FUNCTION media_analysis_exact_neighbours(p_materials uuid[], p_scopes integer[])
RETURNS TABLE (
    kind text, value text, material_id uuid, member_id uuid, other_material_id uuid, other_member_id uuid
)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public, pg_temp AS $$
    SELECT e.kind, e.value, mine.material_id, mine.id, other.material_id, other.id
    FROM media_analysis_exactsignalmember AS mine
    JOIN media_analysis_exactsignal AS e ON e.id = mine.signal_id
    JOIN media_analysis_exactsignalmember AS other
      ON other.signal_id = mine.signal_id AND other.material_id <> mine.material_id
    WHERE mine.material_id = ANY (p_materials)
      AND WITHIN_SCOPES(other.material_id)
$$
"""

EXACT_MEMBERS = """
CREATE FUNCTION media_analysis_exact_members(p_kinds text[], p_value text, p_scopes integer[])
RETURNS TABLE (kind text, value text, material_id uuid, member_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public, pg_temp AS $$
    SELECT e.kind, e.value, m.material_id, m.id
    FROM media_analysis_exactsignal AS e
    JOIN media_analysis_exactsignalmember AS m ON m.signal_id = e.id
    WHERE e.kind = ANY (p_kinds) AND e.value = p_value
      AND WITHIN_SCOPES(m.material_id)
$$
"""

EXACT_PAIR = """
CREATE FUNCTION media_analysis_exact_pair(p_left uuid, p_right uuid, p_scopes integer[])
RETURNS TABLE (kind text, value text, left_material_id uuid, right_material_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public, pg_temp AS $$
    SELECT e.kind, e.value, a.material_id, b.material_id
    FROM media_analysis_exactsignalmember AS a
    JOIN media_analysis_exactsignalmember AS b ON b.signal_id = a.signal_id AND b.id = p_right
    JOIN media_analysis_exactsignal AS e ON e.id = a.signal_id
    WHERE a.id = p_left AND a.id <> b.id
      AND WITHIN_SCOPES(a.material_id) AND WITHIN_SCOPES(b.material_id)
$$
"""

FACE_TWINS = """
CREATE FUNCTION media_analysis_face_like(p_face uuid, p_limit integer, p_scopes integer[])
RETURNS TABLE (
    face_id uuid, material_id uuid, at_ms integer, box double precision[], distance double precision
)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public, pg_temp AS $$
    SELECT f.id, f.material_id, f.at_ms, f.box, f.embedding <=> mine.embedding AS distance
    FROM media_analysis_face AS mine
    JOIN media_analysis_face AS f ON f.model_id = mine.model_id AND f.id <> mine.id
    WHERE mine.id = p_face AND WITHIN_SCOPES(mine.material_id)
      AND WITHIN_SCOPES(f.material_id)
    ORDER BY distance LIMIT p_limit
$$
"""


class Migration(migrations.Migration):
    """Signals are read through these functions alone, so that each takes the index meant for it.

    `p_scopes` names where the asker may look; NULL is for the engine's own matching over all countries.
    """

    dependencies = (("media_analysis", "0002_floor"),)

    operations = (
        owned_function(
            "media_analysis_hash_neighbours(bit, integer[], integer, integer[])",
            _within_scopes(HASH_NEIGHBOURS),
            owner=ENGINE,
        ),
        owned_function(
            "media_analysis_face_neighbours(halfvec, text, integer, integer[])",
            _within_scopes(FACE_NEIGHBOURS),
            owner=ENGINE,
        ),
        owned_function(
            "media_analysis_tile_neighbours(text[], text, integer, integer[])",
            _within_scopes(TILE_NEIGHBOURS),
            owner=ENGINE,
        ),
        owned_function(
            "media_analysis_exact_neighbours(uuid[], integer[])",
            _within_scopes(EXACT_NEIGHBOURS),
            owner=ENGINE,
        ),
        owned_function(
            "media_analysis_exact_members(text[], text, integer[])",
            _within_scopes(EXACT_MEMBERS),
            owner=ENGINE,
        ),
        owned_function(
            "media_analysis_exact_pair(uuid, uuid, integer[])", _within_scopes(EXACT_PAIR), owner=ENGINE
        ),
        owned_function(
            "media_analysis_face_like(uuid, integer, integer[])", _within_scopes(FACE_TWINS), owner=ENGINE
        ),
    )

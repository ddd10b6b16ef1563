from django.db import migrations

from icse.common.floor import owned_function

SIGNATURE = "media_analysis_facts_told(text, integer[])"

# The owner reads the tables past row-level security, under which ILIKE never uses an index: it is not leakproof.
# What was read off a material is told only to scopes whose own analysis of it is through.
TOLD = """
CREATE FUNCTION media_analysis_facts_told(p_pattern text, p_scopes integer[])
RETURNS TABLE (material_id uuid)
LANGUAGE sql STABLE STRICT SECURITY DEFINER ROWS 100
SET search_path = public, pg_temp SET enable_seqscan = off SET plan_cache_mode = force_custom_plan AS $$
    SELECT f.material_id FROM media_analysis_capturefacts AS f
    WHERE f.words ILIKE p_pattern AND EXISTS (
        SELECT FROM evidence_submission AS s
        WHERE s.material_id = f.material_id AND s.audience && p_scopes AND s.analyzed_at IS NOT NULL
    )
$$
"""


class Migration(migrations.Migration):
    """Metadata are searched by their index, through one function that is told where to look."""

    dependencies = (("media_analysis", "0010_rows"), ("evidence", "0014_own_exports"))

    operations = (owned_function(SIGNATURE, TOLD),)

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from icse.common.floor import owned_function

SIGNATURE = "evidence_told(text, integer[])"

# The owner reads the table past row-level security, under which ILIKE never uses an index: it is not
# leakproof. Planned for the pattern at hand: how selective it is decides between words and scopes.
TOLD = """
CREATE FUNCTION evidence_told(p_pattern text, p_scopes integer[]) RETURNS TABLE (material_id uuid)
LANGUAGE sql STABLE STRICT SECURITY DEFINER ROWS 100
SET search_path = public, pg_temp SET enable_seqscan = off SET plan_cache_mode = force_custom_plan AS $$
    SELECT DISTINCT s.material_id FROM evidence_submission AS s
    WHERE (s.file_name ILIKE p_pattern OR s.source_path ILIKE p_pattern OR s.case_reference ILIKE p_pattern)
      AND s.audience && p_scopes
$$
"""


def _trigrams(column: str) -> migrations.AddIndex:
    """Return the step that indexes a column by its groups of three characters.

    At once: what GIN only notes down is read through by every look-up until the next vacuum.
    """
    name = f"submission_{column}_trgm"
    index = GinIndex(fields=[column], opclasses=["gin_trgm_ops"], name=name, fastupdate=False)
    return migrations.AddIndex("submission", index)


class Migration(migrations.Migration):
    """What officers said of a file is searched by an index, through one function that is told where to look."""

    dependencies = (("evidence", "0005_set_aside"),)

    operations = (
        *(_trigrams(column) for column in ("file_name", "source_path", "case_reference")),
        owned_function(SIGNATURE, TOLD),
    )

from django.db import migrations

from icse.common.floor import owned_function

SIGNATURE = "evidence_watchers(uuid)"

WATCHERS = """
CREATE FUNCTION evidence_watchers(p_material uuid) RETURNS TABLE (officer_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp AS $$
    SELECT DISTINCT o.id
    FROM evidence_submission AS s
    JOIN accounts_scope AS c ON c.id = ANY (s.audience)
    JOIN accounts_country AS k ON k.state = 'active' AND (c.country_id = k.id OR c.kind = 'members')
    JOIN accounts_unit AS u ON u.country_id = k.id
    JOIN accounts_officer AS o ON o.unit_id = u.id AND o.is_active AND o.role IN ('officer', 'analyst')
    WHERE s.material_id = p_material AND s.analyzed_at IS NULL
$$
"""


class Migration(migrations.Migration):
    """Whom a hint is for: who may see a submission that still waits; ids alone, for the engine to address.

    Whoever sees only what was analyzed before must not hear that somebody has handed the file in again.
    """

    dependencies = (("evidence", "0003_receive_file"),)

    operations = (owned_function(SIGNATURE, WATCHERS),)

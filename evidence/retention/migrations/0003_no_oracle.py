from importlib import import_module

from django.db import migrations, models

from icse.common.floor import rewritten

_FORMER = import_module("evidence.retention.migrations.0002_floor")
# Whether the analysis is through is forgotten whoever else keeps the file: shown again, it waits like a new one.
STANDING = rewritten(
    _FORMER.STANDING,
    (
        "SET audience = CASE WHEN p_standing = 'kept' THEN one.audience ELSE '{0}' END\n",
        """SET audience = CASE WHEN p_standing = 'kept' THEN one.audience ELSE '{0}' END,
            analyzed_at = NULL, set_aside_at = NULL, waits_since = clock_timestamp()
""",
    ),
)
ENDED = rewritten(
    _FORMER.ENDED, ("SET audience = '{0}'", "SET audience = '{0}', analyzed_at = NULL, set_aside_at = NULL")
)

# Whoever hands a file in again finds it under the id that it had: as they do where somebody else held it.
SAME_ID = """
CREATE FUNCTION retention_same_id() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.id := coalesce(
        (SELECT d.material_id FROM retention_disposal AS d WHERE d.sha256 = NEW.sha256 ORDER BY d.id LIMIT 1),
        NEW.id
    );
    RETURN NEW;
END
$$;
CREATE TRIGGER retention_same_id BEFORE INSERT ON evidence_material
FOR EACH ROW EXECUTE FUNCTION retention_same_id()
"""

# Whether it was the last one, and what lay in the store for it, is not its country's to know.
OWN_COLUMNS = """
REVOKE SELECT ON retention_disposal FROM icse_app;
GRANT SELECT (
    id, submission_id, material_id, sha256, country_id, withdrawal_id, cause, received_at, disposed_at, audience
) ON retention_disposal TO icse_app
"""


class Migration(migrations.Migration):
    """What a country does with its own submission tells it nothing of who else holds the file."""

    dependencies = (("retention", "0002_floor"), ("evidence", "0024_waits_since"))

    operations = (
        migrations.AlterField("disposal", "sha256", models.CharField(db_index=True, max_length=64)),
        migrations.RunSQL(
            SAME_ID,
            "DROP TRIGGER retention_same_id ON evidence_material; DROP FUNCTION retention_same_id()",
        ),
        migrations.RunSQL(STANDING, rewritten(_FORMER.STANDING)),
        migrations.RunSQL(ENDED, rewritten(_FORMER.ENDED)),
        migrations.RunSQL(OWN_COLUMNS, "GRANT SELECT ON retention_disposal TO icse_app"),
    )

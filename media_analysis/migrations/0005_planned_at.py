from django.db import migrations, models
from django.utils import timezone

# What was set aside before submissions knew of it by themselves.
SET_ASIDE = """
UPDATE evidence_submission AS s SET set_aside_at = r.finished_at
FROM media_analysis_pipelinerun AS r
WHERE r.material_id = s.material_id AND r.state = 'quarantined' AND s.analyzed_at IS NULL
"""


class Migration(migrations.Migration):
    """Steps are counted from when they were planned last, so that a first sight counts from nothing."""

    dependencies = (("media_analysis", "0004_scopes_required"), ("evidence", "0005_set_aside"))

    operations = (
        migrations.AddField("analysis", "planned_at", models.DateTimeField(default=timezone.now)),
        migrations.RunSQL(SET_ASIDE, migrations.RunSQL.noop),
    )

from importlib import import_module

import django.utils.timezone
from django.db import migrations, models

from icse.common.floor import rewritten

SEEN = rewritten(
    import_module("evidence.migrations.0016_seen").SEEN,
    (
        "AS first_set_aside_at\n",
        "AS first_set_aside_at,\n"
        "       (array_agg(s.waits_since ORDER BY s.received_at, s.id))[1] AS first_waits_since\n",
    ),
)
_RECEIVE_FILE = import_module("evidence.migrations.0021_sealed").RECEIVE_FILE
RECEIVE_FILE = rewritten(
    _RECEIVE_FILE, ("'material_id', found_id,", "'material_id', found_id, 'waits_since', received,")
)


class Migration(migrations.Migration):
    """Since when a submission waits for its analysis: what is shown again waits like a new one."""

    dependencies = (("evidence", "0023_outlived"),)

    operations = (
        migrations.AddField(
            "submission", "waits_since", models.DateTimeField(default=django.utils.timezone.now)
        ),
        migrations.RunSQL("UPDATE evidence_submission SET waits_since = received_at", migrations.RunSQL.noop),
        migrations.RunSQL(
            "GRANT SELECT (waits_since) ON evidence_submission TO icse_engine",
            "REVOKE SELECT (waits_since) ON evidence_submission FROM icse_engine",
        ),
        migrations.RunSQL(
            f"CREATE OR REPLACE VIEW evidence_seen WITH (security_barrier) AS {SEEN}",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(RECEIVE_FILE, _RECEIVE_FILE),
    )

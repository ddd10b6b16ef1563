from django.db import migrations, models

from icse.common.floor import ENGINE, grant


class Migration(migrations.Migration):
    """What is on its way is sealed, each file with a key of its own; the engine opens archives with it."""

    dependencies = (("uploads", "0004_archive_rights"), ("evidence", "0021_sealed"))

    operations = (
        migrations.AddField(
            "upload", "wrapped_key", models.CharField(blank=True, db_default="", max_length=500)
        ),
        # What was on its way lies there unsealed: its sender begins anew, and the part is cleared away.
        migrations.RunSQL(
            "UPDATE uploads_upload SET state = 'expired' WHERE state IN ('open', 'unpacking')",
            migrations.RunSQL.noop,
        ),
        grant({"uploads_upload": {ENGINE: "SELECT (country_id, wrapped_key)"}}),
    )

from django.db import migrations, models

from icse.common.floor import APP, ENGINE, grant


class Migration(migrations.Migration):
    """In what each host's workers hold the decoder; of hosts alone, nothing of what is read."""

    dependencies = (("media_analysis", "0014_figures"),)

    operations = (
        migrations.CreateModel(
            name="DecoderReport",
            fields=[
                ("host", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("level", models.CharField(max_length=20)),
                ("reported_at", models.DateTimeField()),
            ],
        ),
        grant({"media_analysis_decoderreport": {APP: "SELECT", ENGINE: "SELECT, INSERT, UPDATE"}}),
    )

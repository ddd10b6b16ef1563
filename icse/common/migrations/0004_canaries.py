from django.db import migrations, models

from icse.common.floor import APP, ENGINE, grant


class Migration(migrations.Migration):
    """When a canary last came through each queue: read by whoever asks how the platform is."""

    dependencies = (("common", "0003_acting"),)

    operations = (
        migrations.CreateModel(
            name="QueueCanary",
            fields=[
                ("queue", models.CharField(max_length=30, primary_key=True, serialize=False)),
                ("passed_at", models.DateTimeField()),
            ],
            options={"verbose_name_plural": "queue canaries"},
        ),
        grant({"common_queuecanary": {APP: "SELECT", ENGINE: "SELECT, INSERT, UPDATE"}}),
    )

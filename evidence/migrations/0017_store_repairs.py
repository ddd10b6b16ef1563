import django.utils.timezone
from django.db import migrations, models

from icse.common.floor import APP, ENGINE, grant, grant_sequences


class Migration(migrations.Migration):
    """What was repaired between the store and its rows; objects and what was set aside found by an index."""

    dependencies = (("evidence", "0016_seen"),)

    operations = (
        migrations.CreateModel(
            name="StoreRepair",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("happened_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("incoming", "Uploads that stopped arriving, set aside"),
                            ("unknown", "Objects that nobody knows of, set aside"),
                            ("taken_back", "Objects that were missing, taken back"),
                            ("missing", "Objects that are missing"),
                            ("forgotten", "Objects that were aside for long, deleted"),
                        ],
                        max_length=12,
                    ),
                ),
                ("shelf", models.CharField(blank=True, max_length=12)),
                ("number", models.PositiveIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["-happened_at"], name="store_repair_recent_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            kind__in=["incoming", "unknown", "taken_back", "missing", "forgotten"]
                        ),
                        name="store_repair_kind_is_known",
                    )
                ],
            },
        ),
        migrations.AddIndex("derivative", models.Index(fields=["sha256"], name="derivative_sha256_idx")),
        migrations.AddIndex(
            "submission",
            models.Index(
                fields=["country", "set_aside_at"],
                name="submission_set_aside_idx",
                condition=models.Q(set_aside_at__isnull=False),
            ),
        ),
        grant({"evidence_storerepair": {APP: "SELECT", ENGINE: "SELECT, INSERT, DELETE"}}),
        grant_sequences("evidence_storerepair"),
    )

import django.db.models.deletion
from django.db import migrations, models

from icse.common.floor import APP, ENGINE, grant, grant_sequences, protect

MATERIAL_SEEN = "EXISTS (SELECT FROM evidence_submission AS s WHERE s.material_id = {})"
OWN_FRAME = MATERIAL_SEEN.format("evidence_derivative.material_id")
OF_A_MATCH = (
    "EXISTS (SELECT FROM evidence_matchframe AS f"
    " WHERE f.material_id = evidence_derivative.material_id AND f.at_ms = evidence_derivative.at_ms)"
)


class Migration(migrations.Migration):
    """A frame that was taken to show a match is seen by who sees both of its materials, and by nobody else."""

    dependencies = (("evidence", "0014_own_exports"),)

    operations = (
        migrations.CreateModel(
            name="MatchFrame",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at_ms", models.PositiveIntegerField()),
                (
                    "material",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="evidence.material",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="evidence.material",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "matchframe",
            models.UniqueConstraint(fields=["material", "at_ms", "other"], name="match_frame_once_a_pair"),
        ),
        grant({"evidence_matchframe": {APP: "SELECT", ENGINE: "SELECT, INSERT"}}),
        grant_sequences("evidence_matchframe"),
        protect(
            "evidence_matchframe",
            select=" AND ".join(
                MATERIAL_SEEN.format(f"evidence_matchframe.{side}") for side in ("material_id", "other_id")
            ),
        ),
        migrations.RunSQL(
            "ALTER POLICY app_select ON evidence_derivative"
            f" USING ({OWN_FRAME} AND (NOT is_for_match OR {OF_A_MATCH}))",
            f"ALTER POLICY app_select ON evidence_derivative USING ({OWN_FRAME})",
        ),
    )

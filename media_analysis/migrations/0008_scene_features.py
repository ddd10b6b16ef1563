import django.db.models.deletion
from django.db import migrations, models

from icse.common.floor import ENGINE, grant, grant_sequences

TABLE = "media_analysis_scenefeatures"


class Migration(migrations.Migration):
    """Local features are kept, so that a shortlisted picture is proven without being looked at again."""

    dependencies = (("media_analysis", "0007_film_neighbours_index"), ("evidence", "0003_receive_file"))

    operations = (
        migrations.CreateModel(
            name="SceneFeatures",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at_ms", models.PositiveIntegerField(null=True)),
                ("features_id", models.CharField(max_length=60)),
                ("packed", models.BinaryField()),
                (
                    "analysis",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="media_analysis.analysis",
                    ),
                ),
                (
                    "material",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scene_features",
                        to="evidence.material",
                    ),
                ),
            ],
            options={"verbose_name_plural": "scene features"},
        ),
        # Packed features do not compress; trying costs more than writing them.
        migrations.RunSQL(
            f"ALTER TABLE {TABLE} ALTER COLUMN packed SET STORAGE EXTERNAL",
            f"ALTER TABLE {TABLE} ALTER COLUMN packed SET STORAGE EXTENDED",
        ),
        grant({TABLE: {ENGINE: "SELECT, INSERT, UPDATE, DELETE"}}),
        grant_sequences(TABLE),
    )

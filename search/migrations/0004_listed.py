import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from icse.common.floor import owned_view

# Many makers write their name into the model as well. What was read off a material, and how far the
# machines are, is told as the officer's own submissions may know it. A series is in it by its own audience.
LISTED = """
SELECT e.material_id,
       e.last_received_at,
       e.countries,
       m.kind,
       CASE WHEN starts_with(upper(f.model), upper(f.make)) THEN f.model
            ELSE btrim(f.make || ' ' || f.model) END AS camera,
       left(f.taken_at, 7) AS taken,
       CASE WHEN e.first_analyzed_at IS NOT NULL THEN 'done'
            WHEN e.first_set_aside_at IS NOT NULL THEN 'quarantined'
            WHEN r.started_at IS NULL OR r.started_at < e.first_received_at THEN 'received'
            ELSE 'analyzing' END AS state,
       CASE WHEN e.is_urgent THEN 'urgent' ELSE 'routine' END AS urgency,
       CASE WHEN EXISTS (SELECT {memberships}) THEN 'yes' ELSE 'no' END AS in_series,
       (SELECT s.id {memberships} ORDER BY s.name, s.id LIMIT 1) AS series_shown,
       (SELECT s.name {memberships} ORDER BY s.name, s.id LIMIT 1) AS series_name
FROM evidence_seen AS e
LEFT JOIN evidence_material AS m ON m.id = e.material_id
LEFT JOIN media_analysis_capturefacts AS f ON f.material_id = e.material_id AND e.is_analyzed
LEFT JOIN media_analysis_pipelinerun AS r ON r.material_id = e.material_id
""".format(
    memberships="FROM series_seriesmaterial AS h JOIN series_series AS s ON s.id = h.series_id"
    " WHERE h.material_id = e.material_id AND s.state = 'open' AND s.audience && (SELECT acting_scopes())"
)


class Migration(migrations.Migration):
    """Visible materials with everything that a search can be narrowed by, for lists, counts and facets."""

    dependencies = (
        ("search", "0003_rows"),
        ("evidence", "0016_seen"),
        ("media_analysis", "0012_match_frames"),
        ("series", "0010_withheld"),
    )

    operations = (
        migrations.CreateModel(
            name="ListedMaterial",
            fields=[
                (
                    "material",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="evidence.material",
                    ),
                ),
                ("last_received_at", models.DateTimeField()),
                (
                    "countries",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None),
                ),
                ("kind", models.TextField()),
                ("camera", models.TextField(null=True)),
                ("taken", models.TextField(null=True)),
                ("state", models.TextField()),
                ("urgency", models.TextField()),
                ("in_series", models.TextField()),
                ("series_shown", models.UUIDField(null=True)),
                ("series_name", models.TextField(null=True)),
            ],
            options={"db_table": "search_listed", "managed": False},
        ),
        owned_view("search_listed", LISTED),
    )

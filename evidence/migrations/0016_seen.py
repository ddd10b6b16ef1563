import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from icse.common.floor import owned_view

# The owner reads submissions past row-level security and asks for the standing itself, once a statement:
# a policy that is asked row by row, table by table, costs a list of many materials more than the list.
SEEN = """
SELECT s.material_id,
       max(s.received_at) AS last_received_at,
       array_agg(s.country_id) AS countries,
       bool_or(s.priority = 'urgent') AS is_urgent,
       bool_or(s.analyzed_at IS NOT NULL) AS is_analyzed,
       min(s.received_at) AS first_received_at,
       (array_agg(s.analyzed_at ORDER BY s.received_at, s.id))[1] AS first_analyzed_at,
       (array_agg(s.set_aside_at ORDER BY s.received_at, s.id))[1] AS first_set_aside_at
FROM evidence_submission AS s
WHERE s.audience && (SELECT acting_scopes())
GROUP BY s.material_id
"""


class Migration(migrations.Migration):
    """The materials that the present officer may see, each with what its visible submissions say together."""

    dependencies = (("evidence", "0015_match_frames"), ("common", "0003_acting"))

    operations = (
        migrations.CreateModel(
            name="SeenMaterial",
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
                ("is_urgent", models.BooleanField()),
                ("is_analyzed", models.BooleanField()),
                ("first_received_at", models.DateTimeField()),
                ("first_analyzed_at", models.DateTimeField(null=True)),
                ("first_set_aside_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": "evidence_seen", "managed": False},
        ),
        owned_view("evidence_seen", SEEN),
    )

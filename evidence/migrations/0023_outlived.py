import django.db.models.deletion
from django.db import migrations, models

from icse.common.floor import ENGINE, goes_with

KINDS = (
    ("received", "Received"),
    ("hashed", "Hashed"),
    ("stored", "Stored"),
    ("declared", "Declared"),
    ("derived", "Derived"),
    ("exported", "Exported"),
    ("shared", "Sharing changed"),
    ("corrected", "Corrected"),
    ("reviewed", "Reviewed"),
    ("held", "Put under legal hold"),
    ("released", "Released from legal hold"),
    ("restricted", "Restricted"),
    ("withdrawn", "Withdrawn"),
    ("restored", "Restored"),
    ("disposed", "Disposed of"),
)


class Migration(migrations.Migration):
    """Custody outlives what it is about; everything else of a submission or material goes with it."""

    dependencies = (("evidence", "0022_broken"),)

    operations = (
        migrations.AlterField("custodyevent", "kind", models.CharField(choices=KINDS, max_length=10)),
        migrations.AlterField(
            "custodyevent",
            "material",
            models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="custody_events",
                to="evidence.material",
            ),
        ),
        migrations.AlterField(
            "custodyevent",
            "submission",
            models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="custody_events",
                to="evidence.submission",
            ),
        ),
        goes_with("evidence_materialkey", "material_id"),
        goes_with("evidence_derivative", "material_id"),
        goes_with("evidence_matchframe", "material_id", "other_id"),
        goes_with("evidence_submissionofficergrant", "content_object_id"),
        goes_with("evidence_submissionunitgrant", "content_object_id"),
        migrations.RunSQL(
            f"GRANT DELETE ON evidence_matchframe TO {ENGINE}",
            f"REVOKE DELETE ON evidence_matchframe FROM {ENGINE}",
        ),
    )

from django.db import migrations, models

OWN_CHAIN = "chain = (SELECT acting_country()) OR (SELECT acting_role()) = 'auditor'"


class Migration(migrations.Migration):
    """A checkpoint names the key that proves it; how long another country's chain is, is not told."""

    dependencies = (("audit", "0002_floor"),)

    operations = (
        migrations.AddField(
            model_name="checkpoint",
            name="public_key",
            field=models.CharField(blank=True, default="", max_length=120),
            preserve_default=False,
        ),
        migrations.RunSQL(
            f"ALTER POLICY app_select ON audit_checkpoint USING ({OWN_CHAIN})",
            "ALTER POLICY app_select ON audit_checkpoint USING ((SELECT acting_officer()) IS NOT NULL)",
        ),
    )

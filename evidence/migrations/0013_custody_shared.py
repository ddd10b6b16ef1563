from django.db import migrations, models


class Migration(migrations.Migration):
    """That a country changed who may see its submission is a line of the submission's custody."""

    dependencies = (("evidence", "0012_sharing_levels"),)

    operations = (
        migrations.AlterField(
            "custodyevent",
            "kind",
            models.CharField(
                choices=[
                    ("received", "Received"),
                    ("hashed", "Hashed"),
                    ("stored", "Stored"),
                    ("derived", "Derived"),
                    ("exported", "Exported"),
                    ("shared", "Sharing changed"),
                ],
                max_length=10,
            ),
        ),
    )

from django.db import migrations, models


class Migration(migrations.Migration):
    """Frames that were taken to show a match are told from those that a video's own analysis chose."""

    dependencies = (("evidence", "0006_told_index"),)

    operations = (migrations.AddField("derivative", "is_for_match", models.BooleanField(default=False)),)

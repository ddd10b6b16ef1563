import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Pictures to search with are sealed, each with a key of its own."""

    dependencies = (("search", "0004_listed"), ("accounts", "0008_narrow_tokens"))

    operations = (
        migrations.AddField(
            "picturequery", "wrapped_key", models.CharField(blank=True, default="", max_length=500)
        ),
        migrations.AddField(
            "picturequery",
            "country",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.country",
            ),
        ),
    )

from django.db import migrations, models

LEVELS = (
    ("default", "As my country decides"),
    ("units", "Named units of my country"),
    ("national", "My country"),
    ("group", "Sharing groups"),
    ("members", "All members"),
)


class Migration(migrations.Migration):
    """A submission may also be opened to named units, to sharing groups, or as its country decides."""

    dependencies = (("evidence", "0011_standing_watchers"),)

    operations = (
        migrations.RemoveConstraint("submission", "submission_sharing_is_known"),
        migrations.AlterField(
            "submission", "sharing", models.CharField(choices=LEVELS, default="national", max_length=10)
        ),
        migrations.AddConstraint(
            "submission",
            models.CheckConstraint(
                condition=models.Q(sharing__in=[level for level, _ in LEVELS]),
                name="submission_sharing_is_known",
            ),
        ),
    )

from django.db import migrations, models

LEVELS = (
    ("default", "As my country decides"),
    ("units", "Named units of my country"),
    ("national", "My country"),
    ("group", "Sharing groups"),
    ("members", "All members"),
)


def _open(model: str) -> tuple[migrations.operations.base.Operation, ...]:
    known = f"{model}_sharing_is_known"
    return (
        migrations.RemoveConstraint(model, known),
        migrations.AlterField(
            model, "sharing", models.CharField(choices=LEVELS, default="national", max_length=10)
        ),
        migrations.AddConstraint(
            model,
            models.CheckConstraint(
                condition=models.Q(sharing__in=[level for level, _ in LEVELS]), name=known
            ),
        ),
    )


class Migration(migrations.Migration):
    """A series and a decision may be opened to named units, to sharing groups, or as the country decides."""

    dependencies = (("series", "0008_grant_rows"),)

    operations = (*_open("series"), *_open("decision"))

import django.db.models.deletion
from django.db import migrations, models

_NAMES_WHAT_IT_NEEDS = models.CheckConstraint(
    condition=models.Q(kind__in=["country", "default"], country__isnull=False, unit__isnull=True)
    | models.Q(kind="unit", country__isnull=True, unit__isnull=False)
    | models.Q(kind__in=["group", "members", "grant"], country__isnull=True, unit__isnull=True),
    name="scope_names_what_its_kind_needs",
)


class Migration(migrations.Migration):
    """A scope may also stand for a unit, a sharing group, or whatever a country's default level opens to."""

    dependencies = (("accounts", "0005_grant_scopes"),)

    operations = (
        migrations.RemoveConstraint("scope", "scope_names_what_its_kind_needs"),
        migrations.AddField(
            "scope",
            "unit",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="scope",
                to="accounts.unit",
            ),
        ),
        migrations.AlterField(
            "scope",
            "country",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="scopes",
                to="accounts.country",
            ),
        ),
        migrations.AlterField(
            "scope",
            "kind",
            models.CharField(
                choices=[
                    ("country", "Country"),
                    ("default", "Whatever a country's default level opens to"),
                    ("unit", "Unit"),
                    ("group", "Sharing group"),
                    ("members", "All members"),
                    ("grant", "Grant"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint("scope", _NAMES_WHAT_IT_NEEDS),
        migrations.AddConstraint(
            "scope",
            models.UniqueConstraint(fields=["country", "kind"], name="scope_once_a_country_and_kind"),
        ),
    )

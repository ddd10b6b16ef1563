from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

# Whoever decided before was told that the answer is for their country alone.
OWN_COUNTRY = """
UPDATE series_decision AS d SET audience = ARRAY[s.id]
FROM accounts_scope AS s WHERE s.country_id = d.country_id
"""


class Migration(migrations.Migration):
    """A decision has an audience of its own."""

    dependencies = (("series", "0003_hub_functions"), ("accounts", "0003_members_scope"))

    operations = (
        migrations.AddField(
            "decision",
            "sharing",
            models.CharField(
                choices=[("national", "My country"), ("members", "All members")],
                default="national",
                max_length=10,
            ),
        ),
        migrations.AddField(
            "decision",
            "audience",
            ArrayField(models.IntegerField(), default=list),
            preserve_default=False,
        ),
        migrations.RunSQL(OWN_COUNTRY, migrations.RunSQL.noop),
        # The constraint alters the table, which PostgreSQL refuses while its rows' own checks are pending.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddIndex("decision", GinIndex(fields=["audience"], name="decision_audience_idx")),
        migrations.AddConstraint(
            "decision",
            models.CheckConstraint(condition=models.Q(audience__len__gt=0), name="decision_has_an_audience"),
        ),
        migrations.AddConstraint(
            "decision",
            models.CheckConstraint(
                condition=models.Q(sharing__in=["national", "members"]), name="decision_sharing_is_known"
            ),
        ),
    )

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# What tokens carried until now: everything that the role of their officer does.
FILL = """
UPDATE accounts_apitoken AS t SET
    country_id = u.country_id,
    expires_at = LEAST(coalesce(t.expires_at, 'infinity'), now() + interval '90 days'),
    permissions = CASE o.role
        WHEN 'national_administrator' THEN ARRAY['officer.manage']
        WHEN 'secretariat_administrator' THEN ARRAY['country.manage']
        WHEN 'auditor' THEN ARRAY['audit.read']
        ELSE ARRAY['material.see', 'material.submit', 'original.export', 'topic.write']
             || CASE o.role WHEN 'analyst' THEN ARRAY['match.decide', 'series.curate'] ELSE '{}' END
    END
FROM accounts_officer AS o JOIN accounts_unit AS u ON u.id = o.unit_id
WHERE o.id = t.officer_id;
SET CONSTRAINTS ALL IMMEDIATE
"""


def _texts(length: int) -> "django.contrib.postgres.fields.ArrayField[list[str], list[str]]":
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.CharField(max_length=length), default=list, size=None
    )


def _country(*, null: bool) -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(
        null=null, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.country"
    )


class Migration(migrations.Migration):
    """Tokens carry some rights, of one country, from some networks; those that never expired do in 90 days."""

    dependencies = (("accounts", "0007_scopes_from_the_start"),)

    operations = (
        migrations.AddField("apitoken", "country", _country(null=True)),
        migrations.AddField("apitoken", "permissions", _texts(40)),
        migrations.AddField("apitoken", "networks", _texts(45)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("apitoken", "country", _country(null=False)),
    )

from django.db import migrations


class Migration(migrations.Migration):
    """There is one scope of all members from the first day on."""

    dependencies = (("accounts", "0002_floor"),)

    operations = (
        migrations.RunSQL(
            "INSERT INTO accounts_scope (kind, country_id) VALUES ('members', NULL)",
            "DELETE FROM accounts_scope WHERE kind = 'members'",
        ),
    )

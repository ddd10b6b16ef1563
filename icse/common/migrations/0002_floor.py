from django.db import migrations

from icse.common.floor import APP, ENGINE, grant, grant_sequences


class Migration(migrations.Migration):
    dependencies = (("common", "0001_initial"),)

    operations = (
        migrations.RunSQL(
            f"GRANT USAGE ON SCHEMA public TO {APP}, {ENGINE}",
            f"REVOKE USAGE ON SCHEMA public FROM {APP}, {ENGINE}",
        ),
        grant(
            {
                "common_outboxmessage": {
                    APP: "SELECT, INSERT, UPDATE",
                    ENGINE: "SELECT, INSERT, UPDATE, DELETE",
                },
                "django_migrations": {APP: "SELECT", ENGINE: "SELECT"},
            }
        ),
        grant_sequences("common_outboxmessage"),
    )

from importlib import import_module

from django.db import migrations

from icse.common.floor import rewritten

_FORMER = import_module("search.migrations.0004_listed").LISTED
LISTED = rewritten(_FORMER, ("r.started_at < e.first_received_at", "r.started_at < e.first_waits_since"))


class Migration(migrations.Migration):
    """A run that began before a submission was shown again was for somebody else, in lists as well."""

    dependencies = (("search", "0006_gone"), ("evidence", "0024_waits_since"))

    operations = (
        migrations.RunSQL(
            f"CREATE OR REPLACE VIEW search_listed WITH (security_barrier) AS {LISTED}",
            f"CREATE OR REPLACE VIEW search_listed WITH (security_barrier) AS {_FORMER}",
        ),
    )

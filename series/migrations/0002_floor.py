from django.db import migrations

from icse.common.floor import APP, ENGINE, grant, grant_sequences


class Migration(migrations.Migration):
    """The engine stacks proven copies; what officers conclude it can neither read nor write."""

    dependencies = (("series", "0001_initial"), ("media_analysis", "0003_index_functions"))

    operations = (
        grant(
            {
                "series_decision": {APP: "SELECT, INSERT, UPDATE"},
                "series_stack": {APP: "SELECT", ENGINE: "SELECT, INSERT, UPDATE, DELETE"},
                "series_stackmember": {APP: "SELECT", ENGINE: "SELECT, INSERT, UPDATE, DELETE"},
                "series_series": {APP: "SELECT, INSERT, UPDATE"},
                "series_seriesmaterial": {APP: "SELECT, INSERT, UPDATE, DELETE"},
            }
        ),
        grant_sequences("series_seriesmaterial"),
    )

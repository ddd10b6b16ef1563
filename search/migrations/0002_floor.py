from django.db import migrations

from icse.common.floor import APP, ENGINE, grant, grant_sequences


class Migration(migrations.Migration):
    """The engine answers picture queries."""

    dependencies = (("search", "0001_initial"), ("series", "0002_floor"))

    operations = (
        grant(
            {
                "search_picturequery": {
                    APP: "SELECT, INSERT, UPDATE, DELETE",
                    ENGINE: "SELECT, UPDATE (state, error, answered_at), DELETE",
                },
                "search_picturequeryhit": {APP: "SELECT, DELETE", ENGINE: "SELECT, INSERT, DELETE"},
            }
        ),
        grant_sequences("search_picturequeryhit"),
    )

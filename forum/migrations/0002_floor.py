from django.db import migrations

from icse.common.floor import APP, grant


class Migration(migrations.Migration):
    """The forum is between officers: the engine has no part in it."""

    dependencies = (("forum", "0001_initial"), ("series", "0002_floor"))

    operations = (
        grant(
            {
                "forum_topic": {APP: "SELECT, INSERT, UPDATE"},
                "forum_post": {APP: "SELECT, INSERT"},
            }
        ),
    )

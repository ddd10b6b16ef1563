from django.db import migrations

from icse.common.floor import protect

SERIES_SEEN = "EXISTS (SELECT FROM series_series AS s WHERE s.id = series_id)"
TOPIC_SEEN = "EXISTS (SELECT FROM forum_topic AS t WHERE t.id = topic_id)"


class Migration(migrations.Migration):
    """The floor under the forum: who sees a series sees what is said of it, and speaks in their own name."""

    dependencies = (("forum", "0002_floor"), ("series", "0006_rows"))

    operations = (
        protect(
            "forum_topic",
            select=SERIES_SEEN,
            write={
                "INSERT": f"opened_by_id = (SELECT acting_officer()) AND {SERIES_SEEN}",
                "UPDATE": SERIES_SEEN,
            },
        ),
        protect(
            "forum_post",
            select=TOPIC_SEEN,
            write={"INSERT": f"officer_id = (SELECT acting_officer()) AND {TOPIC_SEEN}"},
        ),
    )

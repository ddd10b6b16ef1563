from django.db import migrations

from icse.common.floor import APP, owned_function

# What is told is the asker's own words and nothing of the topic, its id and title included.
POSTS = """
CREATE FUNCTION forum_withheld_posts(p_limit integer) RETURNS TABLE (body text, posted_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp AS $$
    SELECT p.text, p.posted_at
    FROM forum_post AS p
    JOIN forum_topic AS t ON t.id = p.topic_id
    JOIN series_series AS s ON s.id = t.series_id
    WHERE p.officer_id = acting_officer() AND cardinality(acting_scopes()) > 0
      AND NOT s.audience && acting_scopes()
    ORDER BY p.posted_at DESC, p.id LIMIT p_limit
$$
"""


class Migration(migrations.Migration):
    """What an officer wrote about a series that is no longer shared with them stays theirs to read."""

    dependencies = (("forum", "0003_rows"), ("series", "0006_rows"), ("common", "0003_acting"))

    operations = (owned_function("forum_withheld_posts(integer)", POSTS, callers=(APP,)),)

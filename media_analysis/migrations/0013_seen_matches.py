from django.db import migrations

from icse.common.floor import owned_view

# A policy is asked once for every match there is; here the planner may join instead. Only what the queue ranks.
SEEN = """
SELECT m.id, m.kind, m.left_id, m.right_id, m.score, m.distance
FROM media_analysis_match AS m
WHERE EXISTS (
    SELECT FROM evidence_submission AS s
    WHERE s.material_id = m.left_id AND s.audience && (SELECT acting_scopes())
) AND EXISTS (
    SELECT FROM evidence_submission AS s
    WHERE s.material_id = m.right_id AND s.audience && (SELECT acting_scopes())
)
"""


class Migration(migrations.Migration):
    """The matches of which the present officer may see both sides, for the queue."""

    dependencies = (("media_analysis", "0012_match_frames"), ("common", "0003_acting"))

    operations = (owned_view("media_analysis_seen_match", SEEN),)

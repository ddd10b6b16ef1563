from importlib import import_module

from django.db import migrations, models

from icse.common.floor import rewritten

_GONE = import_module("series.migrations.0012_gone")
_WITHHELD = import_module("series.migrations.0010_withheld")
# Whatever a submission's end takes from a country's sight becomes a tombstone, whoever else holds the material:
# neither its lines nor their coming back may tell. Of its own material a country keeps no reason.
UNSEEN = """
CREATE FUNCTION series_forget_unseen() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    seeing uuid[] := ARRAY(
        SELECT s.country_id FROM evidence_submission AS s WHERE s.material_id = OLD.material_id
        UNION
        SELECT o.country_id
        FROM evidence_submission AS s JOIN sharing_opening AS o ON o.scope_id = ANY (s.audience)
        WHERE s.material_id = OLD.material_id
    );
BEGIN
    WITH gone AS (
        DELETE FROM series_seriesmaterial AS m USING series_series AS k
        WHERE k.id = m.series_id AND m.material_id = OLD.material_id AND k.country_id <> ALL (seeing)
        RETURNING m.series_id, m.material_id, m.added_by_id, m.added_at
    )
    INSERT INTO series_disposedmaterial (series_id, material_id, added_by_id, added_at, disposed_at)
    SELECT g.series_id, g.material_id, g.added_by_id, g.added_at, now() FROM gone AS g;

    WITH gone AS (
        DELETE FROM series_decision AS d
        WHERE OLD.material_id IN (d.left_id, d.right_id) AND d.country_id <> ALL (seeing)
        RETURNING d.*
    )
    INSERT INTO series_disposeddecision
        (decision_id, country_id, officer_id, kind, verdict, reason, decided_at, disposed_at, audience)
    SELECT g.id, g.country_id, g.officer_id, g.kind, g.verdict,
           CASE WHEN g.country_id = OLD.country_id THEN '' ELSE g.reason END, g.decided_at, now(), g.audience
    FROM gone AS g WHERE g.superseded_at IS NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER series_forget_unseen AFTER DELETE ON evidence_submission
FOR EACH ROW EXECUTE FUNCTION series_forget_unseen()
"""

MEMBERSHIPS = rewritten(
    _WITHHELD.MEMBERSHIPS,
    (
        "    ORDER BY m.added_at, m.id\n",
        """    UNION ALL
    SELECT t.added_by_id, t.added_at
    FROM series_disposedmaterial AS t
    JOIN series_series AS k ON k.id = t.series_id
    WHERE t.series_id = p_series AND k.country_id = acting_country() AND k.audience && acting_scopes()
    ORDER BY 2, 1
""",
    ),
)
DECISIONS = rewritten(
    _WITHHELD.DECISIONS,
    (
        "    ORDER BY d.decided_at DESC LIMIT p_limit\n",
        """    UNION ALL
    SELECT t.kind, t.verdict, t.reason, t.officer_id, t.decided_at
    FROM series_disposeddecision AS t
    WHERE t.country_id = acting_country() AND t.audience && acting_scopes()
    ORDER BY 5 DESC LIMIT p_limit
""",
    ),
)

FORMER_TRIGGERS = """
DROP TRIGGER series_remember_membership ON series_seriesmaterial;
DROP FUNCTION series_remember_membership();
DROP TRIGGER series_remember_decision ON series_decision;
DROP FUNCTION series_remember_decision()
"""


class Migration(migrations.Migration):
    """What remains of what a country sees no more is its own words, however it came to be unseen."""

    dependencies = (("series", "0012_gone"), ("sharing", "0002_standing"))

    operations = (
        migrations.AddField("disposeddecision", "reason", models.CharField(blank=True, max_length=500)),
        migrations.RunSQL(FORMER_TRIGGERS, f"{_GONE.MEMBERSHIP_GONE};{_GONE.DECISION_GONE}"),
        migrations.RunSQL(
            UNSEEN,
            "DROP TRIGGER series_forget_unseen ON evidence_submission; DROP FUNCTION series_forget_unseen()",
        ),
        migrations.RunSQL(MEMBERSHIPS, rewritten(_WITHHELD.MEMBERSHIPS)),
        migrations.RunSQL(DECISIONS, rewritten(_WITHHELD.DECISIONS)),
        # Read through the two functions alone.
        migrations.RunSQL(
            "REVOKE SELECT ON series_disposedmaterial, series_disposeddecision FROM icse_app",
            "GRANT SELECT ON series_disposedmaterial, series_disposeddecision TO icse_app",
        ),
    )

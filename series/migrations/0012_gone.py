from django.db import migrations

from icse.common.floor import APP, goes_with, grant, protect

OWN = "country_id = (SELECT acting_country())"
SERIES_OWN = f"EXISTS (SELECT FROM series_series AS s WHERE s.id = series_id AND s.{OWN})"

MEMBERSHIP_GONE = """
CREATE FUNCTION series_remember_membership() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM evidence_material AS m WHERE m.id = OLD.material_id) THEN
        INSERT INTO series_disposedmaterial (series_id, material_id, added_by_id, added_at, disposed_at)
        VALUES (OLD.series_id, OLD.material_id, OLD.added_by_id, OLD.added_at, now());
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER series_remember_membership AFTER DELETE ON series_seriesmaterial
FOR EACH ROW EXECUTE FUNCTION series_remember_membership()
"""

DECISION_GONE = """
CREATE FUNCTION series_remember_decision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.superseded_at IS NULL AND (
        SELECT count(*) FROM evidence_material AS m WHERE m.id IN (OLD.left_id, OLD.right_id)
    ) < 2 THEN
        INSERT INTO series_disposeddecision
            (decision_id, country_id, officer_id, kind, verdict, decided_at, disposed_at, audience)
        VALUES (
            OLD.id, OLD.country_id, OLD.officer_id, OLD.kind, OLD.verdict, OLD.decided_at, now(), OLD.audience
        );
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER series_remember_decision AFTER DELETE ON series_decision
FOR EACH ROW EXECUTE FUNCTION series_remember_decision()
"""


class Migration(migrations.Migration):
    """What was concluded of a material goes with it; its country keeps that it was, and when."""

    dependencies = (("series", "0011_disposed"), ("evidence", "0023_outlived"), ("common", "0003_acting"))

    operations = (
        goes_with("series_decision", "left_id", "right_id"),
        goes_with("series_stack", "hub_id"),
        goes_with("series_stackmember", "material_id", "stack_id"),
        goes_with("series_seriesmaterial", "material_id"),
        migrations.RunSQL(
            MEMBERSHIP_GONE,
            "DROP TRIGGER series_remember_membership ON series_seriesmaterial;"
            " DROP FUNCTION series_remember_membership()",
        ),
        migrations.RunSQL(
            DECISION_GONE,
            "DROP TRIGGER series_remember_decision ON series_decision;"
            " DROP FUNCTION series_remember_decision()",
        ),
        grant({"series_disposedmaterial": {APP: "SELECT"}, "series_disposeddecision": {APP: "SELECT"}}),
        protect("series_disposedmaterial", select=SERIES_OWN),
        protect("series_disposeddecision", select=f"{OWN} AND audience && (SELECT acting_scopes())"),
    )

from django.db import migrations, models

from icse.common.floor import APP, ENGINE, owned_function

STATE = """
CREATE FUNCTION evidence_store_state() RETURNS TABLE (broken bigint, unread bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (SELECT count(*) FROM evidence_storedobject WHERE broken_at IS NOT NULL),
           (SELECT count(*) FROM evidence_storedobject WHERE read_at < now() - interval '30 days')
$$
"""


class Migration(migrations.Migration):
    """Everything in the store is read again and again; of what is broken, pages learn how much."""

    dependencies = [
        ("evidence", "0021_sealed"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="storerepair",
            name="store_repair_kind_is_known",
        ),
        migrations.AlterField(
            model_name="storerepair",
            name="kind",
            field=models.CharField(
                choices=[
                    ("incoming", "Uploads that stopped arriving, set aside"),
                    ("unknown", "Objects that nobody knows of, set aside"),
                    ("taken_back", "Objects that were missing, taken back"),
                    ("missing", "Objects that are missing"),
                    ("forgotten", "Objects that were aside for long, deleted"),
                    ("expired", "Uploads that stood still for too long, discarded"),
                    ("broken", "Objects that are no longer as they were written"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="storerepair",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["incoming", "unknown", "taken_back", "missing", "forgotten", "expired", "broken"],
                    )
                ),
                name="store_repair_kind_is_known",
            ),
        ),
        migrations.AddIndex(
            "storedobject",
            models.Index(
                fields=["read_at"],
                name="stored_object_broken_idx",
                condition=models.Q(broken_at__isnull=False),
            ),
        ),
        owned_function("evidence_store_state()", STATE, callers=(APP, ENGINE)),
    ]

from django.db import migrations

OWN = (
    "EXISTS (SELECT FROM evidence_submission AS s"
    " WHERE s.id = submission_id AND s.country_id = (SELECT acting_country()))"
)


class Migration(migrations.Migration):
    """Who takes out another country's original reads their own line of its custody; without, none is written."""

    dependencies = (("evidence", "0013_custody_shared"),)

    operations = (
        migrations.RunSQL(
            "ALTER POLICY app_select ON evidence_custodyevent"
            f" USING ({OWN} OR officer_id = (SELECT acting_officer()))",
            f"ALTER POLICY app_select ON evidence_custodyevent USING ({OWN})",
        ),
    )

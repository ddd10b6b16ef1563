from django.db import migrations

from icse.common.floor import APP, ENGINE, grant, grant_sequences


class Migration(migrations.Migration):
    """The engine reads materials, and of submissions only what decides where it may look."""

    dependencies = (("evidence", "0001_initial"), ("accounts", "0003_members_scope"))

    operations = (
        grant(
            {
                "evidence_material": {
                    APP: "SELECT",
                    ENGINE: "SELECT, UPDATE (width, height, duration)",
                },
                "evidence_submission": {
                    APP: "SELECT, UPDATE",
                    ENGINE: "SELECT (id, material_id, audience, priority, analyzed_at, received_at), UPDATE (analyzed_at)",
                },
                "evidence_custodyevent": {APP: "SELECT, INSERT", ENGINE: "INSERT, SELECT (id)"},
                "evidence_derivative": {APP: "SELECT", ENGINE: "SELECT, INSERT, UPDATE, DELETE"},
            }
        ),
        grant_sequences("evidence_custodyevent"),
    )

from django.db import migrations

from icse.common.floor import APP, grant, grant_sequences, protect

TABLES = ("evidence_submissionofficergrant", "evidence_submissionunitgrant")
OWN = "country_id = (SELECT acting_country())"
SEEN = "EXISTS (SELECT FROM evidence_submission AS s WHERE s.id = content_object_id)"
GRANT_SEEN = "EXISTS (SELECT FROM grants_grant AS g WHERE g.id = grant_id)"
OWN_SUBMISSION = f"EXISTS (SELECT FROM evidence_submission AS s WHERE s.id = content_object_id AND s.{OWN})"
OWN_GRANT = f"EXISTS (SELECT FROM grants_grant AS g WHERE g.id = grant_id AND g.{OWN})"


class Migration(migrations.Migration):
    """What is granted of a submission: read with the submission and the grant, written by its own country."""

    dependencies = (("evidence", "0009_grants"), ("grants", "0002_floor"))

    operations = (
        grant({table: {APP: "SELECT, INSERT"} for table in TABLES}),
        grant_sequences(*TABLES),
        *(
            protect(
                table,
                select=f"{SEEN} AND {GRANT_SEEN}",
                write={"INSERT": f"{OWN_SUBMISSION} AND {OWN_GRANT}"},
            )
            for table in TABLES
        ),
    )

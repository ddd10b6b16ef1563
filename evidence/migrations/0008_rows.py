from django.db import migrations

from icse.common.floor import protect

IN_SCOPES = "audience && (SELECT acting_scopes())"
OWN = "country_id = (SELECT acting_country())"


def _of_material(table: str) -> str:
    """Return the condition that a submission of the row's material is visible; its own policy says which."""
    return f"EXISTS (SELECT FROM evidence_submission AS s WHERE s.material_id = {table}.material_id)"


class Migration(migrations.Migration):
    """The floor under evidence: a submission by its audience, everything else by its submissions."""

    dependencies = (("evidence", "0007_frames_of_matches"), ("common", "0003_acting"))

    operations = (
        protect("evidence_submission", select=IN_SCOPES, write={"UPDATE": f"{OWN} AND {IN_SCOPES}"}),
        protect(
            "evidence_material",
            select="EXISTS (SELECT FROM evidence_submission AS s WHERE s.material_id = evidence_material.id)",
        ),
        protect("evidence_derivative", select=_of_material("evidence_derivative")),
        protect(
            "evidence_custodyevent",
            select=f"EXISTS (SELECT FROM evidence_submission AS s WHERE s.id = submission_id AND s.{OWN})",
            write={
                "INSERT": "officer_id = (SELECT acting_officer())"
                " AND EXISTS (SELECT FROM evidence_submission AS s WHERE s.id = submission_id)"
            },
        ),
    )

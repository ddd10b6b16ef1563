from django.db import migrations

from icse.common.floor import protect

OWN = "officer_id = (SELECT acting_officer())"
OWN_QUERY = "EXISTS (SELECT FROM search_picturequery AS q WHERE q.id = query_id)"
MATERIAL_SEEN = (
    "EXISTS (SELECT FROM evidence_submission AS s WHERE s.material_id = search_picturequeryhit.material_id)"
)


class Migration(migrations.Migration):
    """The floor under picture searches: each officer's own, and of the answers what they still may see."""

    dependencies = (("search", "0002_floor"), ("evidence", "0008_rows"))

    operations = (
        protect(
            "search_picturequery",
            select=OWN,
            write=dict.fromkeys(("INSERT", "UPDATE", "DELETE"), OWN),
        ),
        protect(
            "search_picturequeryhit",
            select=f"{OWN_QUERY} AND {MATERIAL_SEEN}",
            write={"DELETE": OWN_QUERY},
        ),
    )

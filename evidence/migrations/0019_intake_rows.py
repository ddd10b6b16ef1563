from django.db import migrations

from icse.common.floor import APP, grant, grant_sequences, protect

OWN = "country_id = (SELECT acting_country())"
MINE = f"{OWN} AND officer_id = (SELECT acting_officer())"


class Migration(migrations.Migration):
    """What was handed in on a day is counted by each officer, and added up by their country."""

    dependencies = (("evidence", "0018_intake"), ("common", "0003_acting"))

    operations = (
        grant({"evidence_intake": {APP: "SELECT, INSERT, UPDATE (files, bytes)"}}),
        grant_sequences("evidence_intake"),
        protect("evidence_intake", select=OWN, write={"INSERT": MINE, "UPDATE": MINE}),
    )

from django.db import migrations

from icse.common.floor import APP, grant, grant_sequences, protect

TABLES = ("series_seriesofficergrant", "series_seriesunitgrant")
OWN = "country_id = (SELECT acting_country())"
SEEN = "EXISTS (SELECT FROM series_series AS s WHERE s.id = content_object_id)"
GRANT_SEEN = "EXISTS (SELECT FROM grants_grant AS g WHERE g.id = grant_id)"
OWN_SERIES = f"EXISTS (SELECT FROM series_series AS s WHERE s.id = content_object_id AND s.{OWN})"
OWN_GRANT = f"EXISTS (SELECT FROM grants_grant AS g WHERE g.id = grant_id AND g.{OWN})"


class Migration(migrations.Migration):
    """What is granted of a series: read with the series and the grant, written by its own country."""

    dependencies = (("series", "0007_grants"), ("grants", "0002_floor"))

    operations = (
        grant({table: {APP: "SELECT, INSERT"} for table in TABLES}),
        grant_sequences(*TABLES),
        *(
            protect(
                table,
                select=f"{SEEN} AND {GRANT_SEEN}",
                write={"INSERT": f"{OWN_SERIES} AND {OWN_GRANT}"},
            )
            for table in TABLES
        ),
    )

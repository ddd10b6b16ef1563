from django.db import migrations

from icse.common.floor import ENGINE, as_role

SIGNATURE = "media_analysis_film_neighbours_anywhere(text[], integer[], integer, uuid[], integer)"


class Migration(migrations.Migration):
    """Leave the planner nothing but the index of bands.

    Where it may not read the table from end to end it reads the index of materials from end to end, since what
    is asked for are different materials. GIN is read by bitmap alone.
    """

    dependencies = (("media_analysis", "0006_film_neighbours"),)

    operations = (
        as_role(
            ENGINE,
            f"ALTER FUNCTION {SIGNATURE} SET enable_indexscan = off",
            f"ALTER FUNCTION {SIGNATURE} RESET enable_indexscan",
        ),
    )

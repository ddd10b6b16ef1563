from django.db import migrations

from icse.common.floor import goes_with


class Migration(migrations.Migration):
    """Searches with a material, and answers that name it, go with it."""

    dependencies = (("search", "0005_sealed"), ("evidence", "0023_outlived"))

    operations = (
        goes_with("search_picturequery", "material_id"),
        goes_with("search_picturequeryhit", "material_id", "query_id"),
    )

from importlib import import_module

from django.db import migrations

from icse.common.floor import owned_function

made = owned_function(
    "series_undecided_devices(integer[], uuid, boolean)",
    import_module("series.migrations.0003_hub_functions").UNDECIDED_DEVICES,
)


class Migration(migrations.Migration):
    """The queue asks about pairs of stacks of every kind in one statement, devices among them."""

    dependencies = (("series", "0004_decision_audience"),)

    operations = (
        migrations.RunSQL("DROP FUNCTION series_undecided_devices(integer[], uuid, boolean)", made.sql),
    )

from importlib import import_module

from django.db import migrations

from icse.common.floor import ENGINE, as_role, rewritten

_FORMER = rewritten(import_module("series.migrations.0003_hub_functions").AROUND)
_THROUGH = "s.audience && p_scopes AND s.analyzed_at IS NOT NULL"
AROUND = rewritten(
    _FORMER,
    ("s.audience && p_scopes", _THROUGH),
    (
        "        WHERE m.material_id = ANY (p_materials)\n",
        "        WHERE m.material_id = ANY (p_materials) AND EXISTS (\n"
        f"            SELECT FROM evidence_submission AS s WHERE s.material_id = m.material_id AND {_THROUGH}\n"
        "        )\n",
    ),
)


class Migration(migrations.Migration):
    """What hangs on the same value is told once the asker's own analyses are through.

    Before that it would tell of a file just handed in that somebody else holds it.
    """

    dependencies = (("series", "0013_unseen"),)

    operations = (as_role(ENGINE, AROUND, _FORMER),)

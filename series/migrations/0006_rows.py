from django.db import migrations

from icse.common.floor import protect

IN_SCOPES = "audience && (SELECT acting_scopes())"
OWN = "country_id = (SELECT acting_country())"


def _sees(table: str, column: str) -> str:
    """Return the condition that a material is visible, by the policy of submissions."""
    return f"EXISTS (SELECT FROM evidence_submission AS s WHERE s.material_id = {table}.{column})"


PAIR_SEEN = f"{_sees('series_decision', 'left_id')} AND {_sees('series_decision', 'right_id')}"
SERIES_SEEN = "EXISTS (SELECT FROM series_series AS s WHERE s.id = series_id)"
SERIES_OWN = f"EXISTS (SELECT FROM series_series AS s WHERE s.id = series_id AND s.{OWN})"
MATERIAL_SEEN = _sees("series_seriesmaterial", "material_id")


class Migration(migrations.Migration):
    """The floor under what officers conclude: by its own audience and by every material that it names."""

    dependencies = (("series", "0005_drop_undecided_devices"), ("evidence", "0008_rows"))

    operations = (
        protect(
            "series_decision",
            select=f"{IN_SCOPES} AND {PAIR_SEEN}",
            write={"INSERT": f"{OWN} AND {IN_SCOPES} AND {PAIR_SEEN}", "UPDATE": OWN},
        ),
        protect("series_stackmember", select=_sees("series_stackmember", "material_id")),
        protect(
            "series_stack",
            select="EXISTS (SELECT FROM series_stackmember AS m WHERE m.stack_id = series_stack.hub_id)",
        ),
        protect(
            "series_series",
            select=IN_SCOPES,
            write={"INSERT": f"{OWN} AND {IN_SCOPES}", "UPDATE": f"{OWN} AND {IN_SCOPES}"},
        ),
        protect(
            "series_seriesmaterial",
            select=f"{SERIES_SEEN} AND {MATERIAL_SEEN}",
            write={
                "INSERT": f"{SERIES_OWN} AND {MATERIAL_SEEN}",
                "UPDATE": f"{SERIES_OWN} AND {MATERIAL_SEEN}",
                "DELETE": SERIES_OWN,
            },
        ),
    )

from django.db import migrations

from icse.common.floor import protect


def _of_material(table: str, column: str = "material_id") -> str:
    """Return the condition that the row's material is visible, by the policy of submissions."""
    return f"EXISTS (SELECT FROM evidence_submission AS s WHERE s.material_id = {table}.{column})"


def _readable(table: str) -> migrations.RunSQL:
    return protect(table, select=_of_material(table))


class Migration(migrations.Migration):
    """The floor under what machines saw: it has no audience of its own, its materials have."""

    dependencies = (("media_analysis", "0009_bands_at_once"), ("evidence", "0008_rows"))

    operations = (
        protect(
            "media_analysis_pipelinerun",
            select=_of_material("media_analysis_pipelinerun"),
            write={command: _of_material("media_analysis_pipelinerun") for command in ("INSERT", "UPDATE")},
        ),
        *(_readable(f"media_analysis_{table}") for table in ("analysis", "face", "capturefacts")),
        protect(
            "media_analysis_match",
            select=" AND ".join(
                _of_material("media_analysis_match", column) for column in ("left_id", "right_id")
            ),
        ),
    )

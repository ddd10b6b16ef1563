from django.db import migrations

from icse.common.floor import APP, ENGINE, grant, grant_sequences

ALL = "SELECT, INSERT, UPDATE, DELETE"


class Migration(migrations.Migration):
    """Pages read states, results, facts, face boxes and matches; what can be searched only the engine reads."""

    dependencies = (("media_analysis", "0001_initial"), ("evidence", "0003_receive_file"))

    operations = (
        grant(
            {
                "media_analysis_pipelinerun": {APP: "SELECT, INSERT, UPDATE", ENGINE: ALL},
                "media_analysis_analysis": {APP: "SELECT", ENGINE: ALL},
                "media_analysis_picturehash": {ENGINE: ALL},
                "media_analysis_scenetile": {ENGINE: ALL},
                "media_analysis_exactsignal": {ENGINE: ALL},
                "media_analysis_exactsignalmember": {ENGINE: ALL},
                "media_analysis_face": {
                    APP: "SELECT (id, material_id, analysis_id, at_ms, box, landmarks, score, quality, model_id)",
                    ENGINE: ALL,
                },
                "media_analysis_capturefacts": {APP: "SELECT", ENGINE: ALL},
                "media_analysis_match": {APP: "SELECT", ENGINE: ALL},
            }
        ),
        grant_sequences("media_analysis_picturehash", "media_analysis_scenetile"),
    )

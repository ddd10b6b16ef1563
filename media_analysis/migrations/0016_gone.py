from django.db import migrations

from icse.common.floor import goes_with

_OF_ANALYSIS = ("picturehash", "face", "scenetile", "scenefeatures", "capturefacts")

# A serial number that no file carries any more is nobody's to keep.
SIGNAL_GONE = """
CREATE FUNCTION media_analysis_forget_signal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM evidence_material AS m WHERE m.id = OLD.material_id) AND NOT EXISTS (
        SELECT FROM media_analysis_exactsignalmember AS o WHERE o.signal_id = OLD.signal_id
    ) THEN
        DELETE FROM media_analysis_exactsignal WHERE id = OLD.signal_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER media_analysis_forget_signal AFTER DELETE ON media_analysis_exactsignalmember
FOR EACH ROW EXECUTE FUNCTION media_analysis_forget_signal()
"""


class Migration(migrations.Migration):
    """What machines saw goes with the material."""

    dependencies = (("media_analysis", "0015_decoder_reports"), ("evidence", "0023_outlived"))

    operations = (
        goes_with("media_analysis_pipelinerun", "material_id"),
        goes_with("media_analysis_analysis", "material_id"),
        *(goes_with(f"media_analysis_{table}", "material_id", "analysis_id") for table in _OF_ANALYSIS),
        goes_with("media_analysis_exactsignalmember", "material_id", "analysis_id", "signal_id"),
        goes_with("media_analysis_match", "left_id", "right_id"),
        migrations.RunSQL(
            SIGNAL_GONE,
            "DROP TRIGGER media_analysis_forget_signal ON media_analysis_exactsignalmember;"
            " DROP FUNCTION media_analysis_forget_signal()",
        ),
    )

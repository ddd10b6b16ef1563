from importlib import import_module

from django.db import migrations, models

RECEIVE_FILE = """
CREATE OR REPLACE FUNCTION evidence_receive_file(
    p_content jsonb,        -- id, sha256, sha1, md5, size, kind, media_type: of the file itself; or sha256 and
                            -- declared: how its holding was shown where it was not sent
    p_submission jsonb,     -- the submission's columns, without those that are found out here
    p_asker_scopes integer[]
) RETURNS TABLE (material_id uuid, verdict text, is_first_sight boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found_id uuid;
    said text;
    seen_before boolean;
    seen_analyzed timestamptz;
    seen_set_aside timestamptz;
    asking_country uuid := (p_submission ->> 'country_id')::uuid;
    submission_id uuid := (p_submission ->> 'id')::uuid;
    received timestamptz := (p_submission ->> 'received_at')::timestamptz;
BEGIN
    IF NOT p_content ? 'declared' THEN
        INSERT INTO evidence_material (id, sha256, sha1, md5, size, kind, media_type)
        SELECT c.id, c.sha256, c.sha1, c.md5, c.size, c.kind, c.media_type
        FROM jsonb_populate_record(NULL::evidence_material, p_content) AS c
        ON CONFLICT (sha256) DO NOTHING;
    END IF;

    SELECT m.id INTO STRICT found_id FROM evidence_material AS m WHERE m.sha256 = p_content ->> 'sha256';

    SELECT count(*) > 0, min(s.analyzed_at), min(s.set_aside_at),
           CASE WHEN bool_or(s.country_id = asking_country) THEN 'known_to_your_country'
                WHEN count(*) > 0 THEN 'known'
                ELSE 'new' END
    INTO seen_before, seen_analyzed, seen_set_aside, said
    FROM evidence_submission AS s
    WHERE s.material_id = found_id AND s.audience && p_asker_scopes;

    IF p_content ? 'declared' AND said IS DISTINCT FROM 'known_to_your_country' THEN
        RAISE EXCEPTION 'declared, and not held by the country' USING ERRCODE = 'no_data_found';
    END IF;

    INSERT INTO evidence_submission
    SELECT (jsonb_populate_record(
        NULL::evidence_submission,
        p_submission || jsonb_build_object(
            'material_id', found_id, 'verdict', said, 'analyzed_at', seen_analyzed,
            'set_aside_at', CASE WHEN seen_analyzed IS NULL THEN seen_set_aside END
        )
    )).*;

    INSERT INTO evidence_custodyevent (material_id, submission_id, officer_id, kind, detail, happened_at)
    SELECT found_id, submission_id, (p_submission ->> 'officer_id')::uuid, e.kind, e.detail, received
    FROM (VALUES
        ('received', jsonb_build_object('size', p_content -> 'size')),
        ('hashed', p_content - 'id' - 'size' - 'kind' - 'media_type'),
        ('stored', jsonb_build_object('sha256', p_content -> 'sha256')),
        ('declared', p_content)
    ) AS e (kind, detail)
    WHERE (e.kind = 'declared') = (p_content ? 'declared');

    RETURN QUERY SELECT found_id, said, NOT seen_before;
END
$$
"""


class Migration(migrations.Migration):
    """A file that a country holds already may be declared once more without being sent.

    Its custody says so: nothing was received or hashed. Of what the country does not hold, nothing can be
    declared, be the asker's code right or wrong.
    """

    dependencies = (("evidence", "0019_intake_rows"),)

    operations = (
        migrations.AlterField(
            "custodyevent",
            "kind",
            models.CharField(
                choices=[
                    ("received", "Received"),
                    ("hashed", "Hashed"),
                    ("stored", "Stored"),
                    ("declared", "Declared"),
                    ("derived", "Derived"),
                    ("exported", "Exported"),
                    ("shared", "Sharing changed"),
                ],
                max_length=10,
            ),
        ),
        migrations.RunSQL(RECEIVE_FILE, import_module("evidence.migrations.0005_set_aside").RECEIVE_FILE),
    )

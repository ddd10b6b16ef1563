from django.db import migrations

from icse.common.floor import owned_function

SIGNATURE = "evidence_receive_file(jsonb, jsonb, integer[])"

RECEIVE_FILE = """
CREATE FUNCTION evidence_receive_file(
    p_content jsonb,        -- id, sha256, sha1, md5, size, kind, media_type: of the file itself
    p_submission jsonb,     -- the submission's columns, without material, verdict and analyzed_at
    p_asker_scopes integer[]
) RETURNS TABLE (material_id uuid, verdict text, is_first_sight boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found_id uuid;
    said text;
    seen_before boolean;
    seen_analyzed timestamptz;
    asking_country uuid := (p_submission ->> 'country_id')::uuid;
    submission_id uuid := (p_submission ->> 'id')::uuid;
    received timestamptz := (p_submission ->> 'received_at')::timestamptz;
BEGIN
    INSERT INTO evidence_material (id, sha256, sha1, md5, size, kind, media_type)
    SELECT c.id, c.sha256, c.sha1, c.md5, c.size, c.kind, c.media_type
    FROM jsonb_populate_record(NULL::evidence_material, p_content) AS c
    ON CONFLICT (sha256) DO NOTHING;

    SELECT m.id INTO STRICT found_id FROM evidence_material AS m WHERE m.sha256 = p_content ->> 'sha256';

    SELECT count(*) > 0, min(s.analyzed_at),
           CASE WHEN bool_or(s.country_id = asking_country) THEN 'known_to_your_country'
                WHEN count(*) > 0 THEN 'known'
                ELSE 'new' END
    INTO seen_before, seen_analyzed, said
    FROM evidence_submission AS s
    WHERE s.material_id = found_id AND s.audience && p_asker_scopes;

    INSERT INTO evidence_submission
    SELECT (jsonb_populate_record(
        NULL::evidence_submission,
        p_submission || jsonb_build_object(
            'material_id', found_id, 'verdict', said, 'analyzed_at', seen_analyzed
        )
    )).*;

    INSERT INTO evidence_custodyevent (material_id, submission_id, officer_id, kind, detail, happened_at)
    SELECT found_id, submission_id, (p_submission ->> 'officer_id')::uuid, e.kind, e.detail, received
    FROM (VALUES
        ('received', jsonb_build_object('size', p_content -> 'size')),
        ('hashed', p_content - 'id' - 'size' - 'kind' - 'media_type'),
        ('stored', jsonb_build_object('sha256', p_content -> 'sha256'))
    ) AS e (kind, detail);

    RETURN QUERY SELECT found_id, said, NOT seen_before;
END
$$
"""


class Migration(migrations.Migration):
    """The only code that may meet a material which the asker cannot see.

    A plain insert of such a SHA-256 would fail, and by failing betray that somebody holds it.
    """

    dependencies = (("evidence", "0002_floor"),)

    operations = (owned_function(SIGNATURE, RECEIVE_FILE),)

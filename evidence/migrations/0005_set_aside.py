from importlib import import_module

from django.db import migrations, models

RECEIVE_FILE = """
CREATE OR REPLACE FUNCTION evidence_receive_file(
    p_content jsonb,        -- id, sha256, sha1, md5, size, kind, media_type: of the file itself
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
    INSERT INTO evidence_material (id, sha256, sha1, md5, size, kind, media_type)
    SELECT c.id, c.sha256, c.sha1, c.md5, c.size, c.kind, c.media_type
    FROM jsonb_populate_record(NULL::evidence_material, p_content) AS c
    ON CONFLICT (sha256) DO NOTHING;

    SELECT m.id INTO STRICT found_id FROM evidence_material AS m WHERE m.sha256 = p_content ->> 'sha256';

    SELECT count(*) > 0, min(s.analyzed_at), min(s.set_aside_at),
           CASE WHEN bool_or(s.country_id = asking_country) THEN 'known_to_your_country'
                WHEN count(*) > 0 THEN 'known'
                ELSE 'new' END
    INTO seen_before, seen_analyzed, seen_set_aside, said
    FROM evidence_submission AS s
    WHERE s.material_id = found_id AND s.audience && p_asker_scopes;

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
        ('stored', jsonb_build_object('sha256', p_content -> 'sha256'))
    ) AS e (kind, detail);

    RETURN QUERY SELECT found_id, said, NOT seen_before;
END
$$
"""

WATCHERS = """
CREATE OR REPLACE FUNCTION evidence_watchers(p_material uuid) RETURNS TABLE (officer_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp AS $$
    SELECT DISTINCT o.id
    FROM evidence_submission AS s
    JOIN accounts_scope AS c ON c.id = ANY (s.audience)
    JOIN accounts_country AS k ON k.state = 'active' AND (c.country_id = k.id OR c.kind = 'members')
    JOIN accounts_unit AS u ON u.country_id = k.id
    JOIN accounts_officer AS o ON o.unit_id = u.id AND o.is_active AND o.role IN ('officer', 'analyst')
    WHERE s.material_id = p_material AND s.analyzed_at IS NULL AND s.set_aside_at IS NULL
$$
"""


def _before(migration: str, name: str) -> str:
    """Return a function as an earlier migration made it."""
    body: str = getattr(import_module(f"evidence.migrations.{migration}"), name)
    return body.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    """A submission knows by itself that its file was set aside.

    Read from the shared run, a file that fails would be set aside at once for the next country that hands
    it in, and would wait again for the first one: either would hear of the other.
    """

    dependencies = (("evidence", "0004_watchers"),)

    operations = (
        migrations.AddField("submission", "set_aside_at", models.DateTimeField(null=True)),
        migrations.RunSQL(
            "GRANT SELECT (verdict, set_aside_at), UPDATE (set_aside_at) ON evidence_submission TO icse_engine",
            # Rights on the other column go with it.
            "REVOKE SELECT (verdict) ON evidence_submission FROM icse_engine",
        ),
        migrations.RunSQL(RECEIVE_FILE, _before("0003_receive_file", "RECEIVE_FILE")),
        migrations.RunSQL(WATCHERS, _before("0004_watchers", "WATCHERS")),
    )

from django.db import migrations

from icse.common.floor import APP, ENGINE, grant, owned_function

# The engine hands in nothing by itself: only what lies in an archive that an officer handed in, and only as
# that officer said of it when it arrived.
ENTER = """
CREATE FUNCTION uploads_enter_member(
    p_archive uuid,
    p_number integer,
    p_name text,            -- its path in the archive
    p_content jsonb,        -- as evidence_receive_file wants it
    p_ids uuid[],           -- of the upload, the submission and the event that are written
    p_day_limits bigint[]   -- bytes of an officer and of a country
) RETURNS TABLE (verdict text, is_first_sight boolean, is_urgent boolean, material_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    archive uploads_upload;
    said uploads_batch;
    unit uuid;
    path text;
    size bigint := (p_content ->> 'size')::bigint;
    today date := (now() AT TIME ZONE 'UTC')::date;
    of_officer bigint;
    of_country bigint;
    told jsonb;
    entered record;
BEGIN
    SELECT * INTO STRICT archive FROM uploads_upload WHERE id = p_archive AND state = 'unpacking' FOR UPDATE;
    IF EXISTS (SELECT FROM uploads_upload AS u WHERE u.archive_id = p_archive AND u.member_number = p_number) THEN
        RETURN;
    END IF;
    SELECT * INTO STRICT said FROM uploads_batch WHERE id = archive.batch_id;
    SELECT o.unit_id INTO STRICT unit FROM accounts_officer AS o WHERE o.id = archive.officer_id;

    SELECT coalesce(sum(i.bytes) FILTER (WHERE i.officer_id = archive.officer_id), 0), coalesce(sum(i.bytes), 0)
    INTO of_officer, of_country
    FROM evidence_intake AS i WHERE i.country_id = archive.country_id AND i.day = today;
    IF of_officer + size > p_day_limits[1] THEN
        RETURN QUERY SELECT 'officer_full'::text, false, false, NULL::uuid;
        RETURN;
    ELSIF of_country + size > p_day_limits[2] THEN
        RETURN QUERY SELECT 'country_full'::text, false, false, NULL::uuid;
        RETURN;
    END IF;

    path := coalesce(nullif(archive.source_path, ''), archive.file_name) || '/' || p_name;
    told := jsonb_build_object(
        'id', p_ids[2], 'country_id', archive.country_id, 'unit_id', unit, 'officer_id', archive.officer_id,
        'file_name', left(regexp_replace(p_name, '^.*/', ''), 500), 'source_path', left(path, 2000),
        'case_reference', said.case_reference, 'legal_basis', said.legal_basis, 'handling', said.handling,
        'priority', said.priority, 'sharing', said.sharing, 'batch', said.id,
        'audience', to_jsonb(archive.audience), 'received_at', now()
    );
    SELECT r.* INTO STRICT entered FROM evidence_receive_file(
        p_content || jsonb_build_object('archive', archive.sha256),
        told,
        ARRAY(SELECT s.scope_id FROM sharing_scopes_of(archive.officer_id) AS s)
    ) AS r;

    INSERT INTO uploads_upload (id, batch_id, officer_id, country_id, file_name, source_path, length, "offset",
        sha256, state, reason, message, submission_id, archive_id, member_number, attempts, opened_at, expires_at)
    VALUES (p_ids[1], archive.batch_id, archive.officer_id, archive.country_id, told ->> 'file_name',
        told ->> 'source_path', size, size, '', 'received', '', '', p_ids[2], p_archive, p_number, 0, now(), now());
    UPDATE uploads_upload AS u SET attempts = 0 WHERE u.id = p_archive AND u.attempts > 0;

    INSERT INTO evidence_intake AS i (country_id, officer_id, day, files, bytes)
    VALUES (archive.country_id, archive.officer_id, today, 1, size)
    ON CONFLICT (country_id, officer_id, day)
    DO UPDATE SET files = i.files + 1, bytes = i.bytes + excluded.bytes;

    INSERT INTO audit_inboxevent (id, happened_at, country_id, unit_id, officer_id, act, purpose, outcome, "right",
        address, via, objects_named, detail)
    VALUES (p_ids[3], clock_timestamp(), archive.country_id, unit, archive.officer_id, 'submission.received',
        'unpack', 'done', 'material.submit', NULL, '', ARRAY[p_ids[2], entered.material_id],
        jsonb_build_object('verdict', entered.verdict, 'archive', p_archive));

    RETURN QUERY SELECT entered.verdict::text, entered.is_first_sight, said.priority = 'urgent', entered.material_id;
END
$$
"""

REFUSE = """
CREATE FUNCTION uploads_refuse_member(
    p_archive uuid, p_number integer, p_name text, p_length bigint, p_ids uuid[], p_reason text, p_message text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    archive uploads_upload;
BEGIN
    SELECT * INTO STRICT archive FROM uploads_upload WHERE id = p_archive AND state = 'unpacking' FOR UPDATE;
    INSERT INTO uploads_upload (id, batch_id, officer_id, country_id, file_name, source_path, length, "offset",
        sha256, state, reason, message, archive_id, member_number, attempts, opened_at, expires_at)
    VALUES (p_ids[1], archive.batch_id, archive.officer_id, archive.country_id,
        left(regexp_replace(p_name, '^.*/', ''), 500),
        left(coalesce(nullif(archive.source_path, ''), archive.file_name) || '/' || p_name, 2000),
        p_length, 0, '', 'refused', p_reason, p_message, p_archive, p_number, 0, now(), now())
    ON CONFLICT (archive_id, member_number) DO NOTHING;
    UPDATE uploads_upload AS u SET attempts = 0 WHERE u.id = p_archive AND u.attempts > 0;
    INSERT INTO audit_inboxevent (id, happened_at, country_id, unit_id, officer_id, act, purpose, outcome, "right",
        address, via, objects_named, detail)
    SELECT p_ids[2], clock_timestamp(), archive.country_id, o.unit_id, archive.officer_id, 'upload.refused',
        'unpack', 'done', 'material.submit', NULL, '', ARRAY[p_ids[1]],
        jsonb_build_object('reason', p_reason, 'archive', p_archive)
    FROM accounts_officer AS o WHERE o.id = archive.officer_id;
END
$$
"""


class Migration(migrations.Migration):
    """What lies in an archive is entered by the engine, in the name of whoever handed the archive in."""

    dependencies = (
        ("uploads", "0003_archives"),
        ("evidence", "0020_declared"),
        ("sharing", "0002_standing"),
        ("audit", "0002_floor"),
    )

    operations = (
        grant(
            {
                "uploads_upload": {
                    APP: "UPDATE (sha256, audience)",
                    ENGINE: "SELECT (archive_id, member_number, attempts, length),"
                    " UPDATE (reason, message, attempts, expires_at)",
                },
            }
        ),
        owned_function(
            "uploads_enter_member(uuid, integer, text, jsonb, uuid[], bigint[])", ENTER, callers=(ENGINE,)
        ),
        owned_function(
            "uploads_refuse_member(uuid, integer, text, bigint, uuid[], text, text)",
            REFUSE,
            callers=(ENGINE,),
        ),
    )

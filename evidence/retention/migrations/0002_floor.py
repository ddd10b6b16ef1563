from django.db import migrations

from icse.common.floor import APP, ENGINE, goes_with, grant, owned_function, owned_view, protect

OWN = "country_id = (SELECT acting_country())"
SEEN = "EXISTS (SELECT FROM evidence_submission AS s WHERE s.id = submission_id)"
SAW = "coalesce(shelved_audience && (SELECT acting_scopes()), false)"

# Whoever enters a submission need not know of this table, and none can be without its row.
OPENED = """
CREATE FUNCTION retention_open() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO retention_retention
        (submission_id, country_id, review_at, retain_until, standing, reason, hold_reason)
    VALUES (
        NEW.id, NEW.country_id, (NEW.received_at + interval '3 years')::date,
        (NEW.received_at + interval '15 years')::date, 'kept', '', ''
    );
    RETURN NULL;
END
$$;
CREATE TRIGGER retention_open AFTER INSERT ON evidence_submission
FOR EACH ROW EXECUTE FUNCTION retention_open()
"""

OPENED_BEFORE = """
INSERT INTO retention_retention
    (submission_id, country_id, review_at, retain_until, standing, reason, hold_reason)
SELECT s.id, s.country_id, (s.received_at + interval '3 years')::date,
       (s.received_at + interval '15 years')::date, 'kept', '', ''
FROM evidence_submission AS s
"""

RETAINED = """
SELECT r.submission_id, s.material_id, m.sha256, m.kind, s.file_name, s.source_path, s.case_reference,
       s.legal_basis, s.handling, s.sharing, s.officer_id, s.received_at, r.review_at, r.retain_until,
       r.standing, r.reason, r.hold_reason, r.withdrawal_id, r.withdrawn_at
FROM retention_retention AS r
JOIN evidence_submission AS s ON s.id = r.submission_id
JOIN evidence_material AS m ON m.id = s.material_id
WHERE r.country_id = (SELECT acting_country())
  AND coalesce(r.shelved_audience, s.audience) && (SELECT acting_scopes())
"""

# The officer's right is checked by the application; whose it is, that a held one stays and that a withdrawal
# took four eyes, here as well.
STANDING = """
CREATE FUNCTION retention_set_standing(
    p_submissions uuid[], p_standing text, p_reason text, p_withdrawal uuid
) RETURNS TABLE (submission_id uuid, material_id uuid, audience integer[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    one record;
BEGIN
    IF p_standing = 'withdrawn' AND NOT EXISTS (
        SELECT FROM onboarding_approval AS a
        JOIN retention_withdrawal AS w ON w.id = a.object_id
        WHERE a.act = 'material.withdraw' AND a.object_id = p_withdrawal AND a.verdict = 'approved'
          AND a.country_id = acting_country()
          -- and not more than what was asked for
          AND w.files >= (SELECT count(*) FROM retention_retention AS r WHERE r.withdrawal_id = w.id)
    ) THEN
        RAISE EXCEPTION 'withdrawn by fewer than four eyes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR one IN
        SELECT r.submission_id, s.material_id, coalesce(r.shelved_audience, s.audience) AS audience
        FROM retention_retention AS r JOIN evidence_submission AS s ON s.id = r.submission_id
        WHERE r.submission_id = ANY (p_submissions) AND r.standing <> p_standing
          AND r.country_id = acting_country()
          AND coalesce(r.shelved_audience, s.audience) && acting_scopes()
          AND (p_standing <> 'withdrawn' OR (r.hold_reason = '' AND r.withdrawal_id = p_withdrawal))
        ORDER BY r.submission_id
        FOR UPDATE OF r, s
    LOOP
        UPDATE retention_retention AS r
        SET standing = p_standing,
            reason = p_reason,
            shelved_audience = CASE WHEN p_standing = 'kept' THEN NULL ELSE one.audience END,
            withdrawal_id = CASE
                WHEN p_standing = 'withdrawn' THEN p_withdrawal
                WHEN r.standing <> 'withdrawn' THEN r.withdrawal_id
            END,
            withdrawn_at = CASE WHEN p_standing = 'withdrawn' THEN now() END
        WHERE r.submission_id = one.submission_id;
        UPDATE evidence_submission AS s
        SET audience = CASE WHEN p_standing = 'kept' THEN one.audience ELSE '{0}' END
        WHERE s.id = one.submission_id;
        INSERT INTO evidence_custodyevent
            (material_id, submission_id, officer_id, kind, detail, happened_at)
        VALUES (
            one.material_id, one.submission_id, acting_officer(),
            CASE WHEN p_standing = 'kept' THEN 'restored' ELSE p_standing END,
            jsonb_build_object('reason', p_reason), now()
        );
        RETURN QUERY SELECT one.submission_id, one.material_id, one.audience;
    END LOOP;
END
$$
"""

# A colleague of another unit approves nothing that they cannot see.
FILES = """
CREATE FUNCTION retention_files_of(p_withdrawal uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM retention_retention AS r
    WHERE r.withdrawal_id = p_withdrawal AND r.country_id = acting_country()
$$
"""

NOTE = """
CREATE FUNCTION retention_note(p_submissions uuid[], p_kind text, p_detail jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO evidence_custodyevent (material_id, submission_id, officer_id, kind, detail, happened_at)
    SELECT s.material_id, s.id, acting_officer(), p_kind, p_detail, now()
    FROM evidence_submission AS s JOIN retention_retention AS r ON r.submission_id = s.id
    WHERE s.id = ANY (p_submissions) AND r.country_id = acting_country()
      AND coalesce(r.shelved_audience, s.audience) && acting_scopes()
$$
"""

ENDED = """
CREATE FUNCTION retention_end_periods(p_today date, p_limit integer)
RETURNS TABLE (submission_id uuid, material_id uuid, country_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT r.submission_id, s.material_id, r.country_id,
               coalesce(r.shelved_audience, s.audience) AS audience
        FROM retention_retention AS r JOIN evidence_submission AS s ON s.id = r.submission_id
        WHERE r.retain_until < p_today AND r.standing <> 'withdrawn' AND r.hold_reason = ''
        ORDER BY r.retain_until, r.submission_id LIMIT p_limit
        FOR UPDATE OF r, s SKIP LOCKED
    LOOP
        UPDATE retention_retention AS r
        SET standing = 'withdrawn', reason = '', shelved_audience = one.audience, withdrawal_id = NULL,
            withdrawn_at = now()
        WHERE r.submission_id = one.submission_id;
        UPDATE evidence_submission AS s SET audience = '{0}' WHERE s.id = one.submission_id;
        INSERT INTO evidence_custodyevent
            (material_id, submission_id, officer_id, kind, detail, happened_at)
        VALUES (
            one.material_id, one.submission_id, NULL, 'withdrawn',
            jsonb_build_object('reason', 'the period ended'), now()
        );
        RETURN QUERY SELECT one.submission_id, one.material_id, one.country_id;
    END LOOP;
END
$$
"""

# One transaction for all rows of all rooms: foreign keys take along what hangs on them (`goes_with`).
DISPOSE = """
CREATE FUNCTION retention_dispose(p_submission uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    it record;
    last_one boolean;
    lying jsonb := '[]';
BEGIN
    SELECT s.material_id, m.sha256, s.country_id, s.received_at, r.withdrawal_id, r.shelved_audience
    INTO it
    FROM retention_retention AS r
    JOIN evidence_submission AS s ON s.id = r.submission_id
    JOIN evidence_material AS m ON m.id = s.material_id
    WHERE r.submission_id = p_submission AND r.standing = 'withdrawn' AND r.hold_reason = ''
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    last_one := NOT EXISTS (
        SELECT FROM evidence_submission AS s WHERE s.material_id = it.material_id AND s.id <> p_submission
    );
    IF last_one THEN
        SELECT coalesce(jsonb_agg(jsonb_build_array(o.shelf, o.name, o.sha256)), '[]') INTO lying
        FROM evidence_storedobject AS o
        WHERE (o.shelf = 'originals' AND o.name = it.sha256)
           OR (o.shelf = 'derivatives' AND o.name IN (
               SELECT d.object_name FROM evidence_derivative AS d WHERE d.material_id = it.material_id
           ));
    END IF;
    INSERT INTO retention_disposal (
        submission_id, material_id, sha256, country_id, withdrawal_id, cause, received_at, disposed_at,
        is_last, objects_stored, cleared_at, audience
    ) VALUES (
        p_submission, it.material_id, it.sha256, it.country_id, it.withdrawal_id,
        CASE WHEN it.withdrawal_id IS NULL THEN 'period_ended' ELSE 'withdrawn' END, it.received_at, now(),
        last_one, lying, NULL, it.shelved_audience
    );

    UPDATE evidence_custodyevent AS c SET detail = jsonb_build_object('sha256', it.sha256)
    WHERE c.submission_id = p_submission OR (last_one AND c.material_id = it.material_id);
    INSERT INTO evidence_custodyevent (material_id, submission_id, officer_id, kind, detail, happened_at)
    VALUES (
        it.material_id, p_submission, NULL, 'disposed', jsonb_build_object('sha256', it.sha256), now()
    );

    DELETE FROM evidence_submission WHERE id = p_submission;
    DELETE FROM evidence_materialkey AS k
    WHERE k.material_id = it.material_id AND k.country_id = it.country_id AND NOT EXISTS (
        SELECT FROM evidence_submission AS s
        WHERE s.material_id = it.material_id AND s.country_id = it.country_id
    );
    IF last_one THEN
        DELETE FROM evidence_storedobject AS o
        USING jsonb_array_elements(lying) AS one
        WHERE o.shelf = one ->> 0 AND o.name = one ->> 1;
        DELETE FROM evidence_material WHERE id = it.material_id;
    END IF;
    RETURN last_one;
END
$$
"""

# How many, and of whom not: for the alarm of whoever runs it.
OVERDUE = """
CREATE FUNCTION retention_overdue() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (SELECT count(*) FROM retention_retention AS r WHERE r.withdrawn_at < now() - interval '1 day')
         + (SELECT count(*) FROM retention_disposal AS d
            WHERE d.cleared_at IS NULL AND d.disposed_at < now() - interval '12 hours')
$$
"""

# Its reason tells of its files: it is read by who asked for it, and by who saw one of them.
ITS_FILES = " OR ".join(
    f"EXISTS (SELECT FROM {table} AS v WHERE v.withdrawal_id = retention_withdrawal.id)"
    for table in ("retention_retained", "retention_disposal")
)
WITHDRAWALS = f"{OWN} AND (asked_by_id = (SELECT acting_officer()) OR {ITS_FILES})"

# Approvals are their country's; that of a withdrawal is only of those who may know of the withdrawal.
APPROVALS = f"""{OWN} AND (
    act <> 'material.withdraw'
    OR EXISTS (SELECT FROM retention_withdrawal AS w WHERE w.id = onboarding_approval.object_id)
)"""


class Migration(migrations.Migration):
    """A submission's retention is its country's alone; only functions shelve, and only one of them disposes."""

    dependencies = (
        ("retention", "0001_initial"),
        ("evidence", "0023_outlived"),
        ("onboarding", "0002_floor"),
        ("common", "0003_acting"),
    )

    operations = (
        migrations.RunSQL(
            OPENED,
            "DROP TRIGGER retention_open ON evidence_submission; DROP FUNCTION retention_open()",
        ),
        migrations.RunSQL(OPENED_BEFORE, migrations.RunSQL.noop),
        grant(
            {
                "retention_retention": {
                    APP: "SELECT, UPDATE (review_at, retain_until, hold_reason, withdrawal_id)",
                    ENGINE: "SELECT (submission_id, standing, withdrawn_at, hold_reason)",
                },
                "retention_withdrawal": {APP: "SELECT, INSERT"},
                "retention_disposal": {APP: "SELECT", ENGINE: "SELECT, UPDATE (cleared_at)"},
            }
        ),
        goes_with("retention_retention", "submission_id"),
        owned_view("retention_retained", RETAINED),
        protect(
            "retention_retention",
            select=f"{OWN} AND ({SAW} OR {SEEN})",
            write={"UPDATE": f"{OWN} AND ({SAW} OR {SEEN})"},
        ),
        protect("retention_disposal", select=f"{OWN} AND audience && (SELECT acting_scopes())"),
        protect(
            "retention_withdrawal",
            select=WITHDRAWALS,
            write={"INSERT": f"{OWN} AND asked_by_id = (SELECT acting_officer())"},
        ),
        migrations.RunSQL(
            f"ALTER POLICY app_select ON onboarding_approval USING ({APPROVALS})",
            f"ALTER POLICY app_select ON onboarding_approval USING ({OWN})",
        ),
        owned_function("retention_set_standing(uuid[], text, text, uuid)", STANDING, callers=(APP,)),
        owned_function("retention_overdue()", OVERDUE, callers=(APP,)),
        owned_function("retention_files_of(uuid)", FILES, callers=(APP,)),
        owned_function("retention_note(uuid[], text, jsonb)", NOTE, callers=(APP,)),
        owned_function("retention_end_periods(date, integer)", ENDED, callers=(ENGINE,)),
        owned_function("retention_dispose(uuid)", DISPOSE, callers=(ENGINE,)),
    )

from django.db import migrations

from icse.common.floor import APP, ENGINE, grant, owned_function, protect

# Which submissions a tick looks at, what is related to each, and who may not know of whom. Nothing that
# people wrote is read but whether there is a case reference, and of answers the verdict. Everything has to
# have lain still for a while, so that the moment of a hit tells nothing about that of an upload or an answer.
FIND = """
CREATE FUNCTION hits_find(p_still_since timestamptz, p_day timestamptz, p_a_day integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    asking record;
    made integer := 0;
    new_hit uuid;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('hits_find', 0));
    IF NOT EXISTS (SELECT FROM hits_countryhitpolicy AS p WHERE p.policy <> 'silent')
       AND NOT EXISTS (SELECT FROM hits_submissionhitpolicy AS p WHERE p.policy <> 'silent') THEN
        RETURN 0;
    END IF;
    FOR asking IN
        SELECT s.id, s.material_id, s.country_id, s.unit_id
        FROM evidence_submission AS s
        JOIN accounts_country AS k ON k.id = s.country_id AND k.state = 'active'
        WHERE s.case_reference <> '' AND s.analyzed_at < p_still_since AND s.received_at < p_still_since
          AND NOT EXISTS (
            SELECT FROM hits_hit AS h JOIN evidence_submission AS o ON o.id = h.submission_id
            WHERE h.unit_id = s.unit_id AND o.material_id = s.material_id
          )
        ORDER BY s.received_at, s.id
    LOOP
        CONTINUE WHEN (
            SELECT count(*) FROM hits_hit AS h WHERE h.unit_id = asking.unit_id AND h.found_at >= p_day
        ) >= p_a_day;
        CONTINUE WHEN NOT EXISTS (
            SELECT FROM hits_holders(asking.material_id, asking.country_id, p_still_since)
        ) OR EXISTS (
            SELECT FROM hits_hit AS h JOIN evidence_submission AS o ON o.id = h.submission_id
            WHERE h.unit_id = asking.unit_id AND o.material_id = asking.material_id
        );
        new_hit := gen_random_uuid();
        INSERT INTO hits_hit (id, submission_id, country_id, unit_id, found_at, named_country_id, named_unit_id)
        SELECT new_hit, asking.id, asking.country_id, asking.unit_id, now(), n.country_id, n.unit_id
        FROM (SELECT 1) AS always
        LEFT JOIN LATERAL (
            SELECT o.country_id, o.unit_id
            FROM hits_holders(asking.material_id, asking.country_id, p_still_since) AS o
            WHERE o.policy = 'named' ORDER BY o.received_at, o.submission_id LIMIT 1
        ) AS n ON true;
        INSERT INTO hits_contact (id, hit_id, submission_id, country_id, unit_id)
        SELECT DISTINCT ON (o.country_id, o.unit_id)
               gen_random_uuid(), new_hit, o.submission_id, o.country_id, o.unit_id
        FROM hits_holders(asking.material_id, asking.country_id, p_still_since) AS o
        ORDER BY o.country_id, o.unit_id, o.received_at, o.submission_id;
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$
"""

# Related: the same file or decoded picture, a proven copy, the same serial number, or a likeness that an
# analyst of either country has confirmed; a third country's answer is not theirs to use.
HOLDERS = """
CREATE FUNCTION hits_holders(p_material uuid, p_country uuid, p_still_since timestamptz)
RETURNS TABLE (submission_id uuid, country_id uuid, unit_id uuid, received_at timestamptz, policy text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 5 SET search_path = public, pg_temp AS $$
    WITH related AS (
        SELECT p_material AS material_id, NULL::uuid AS said_by
        UNION
        SELECT other.material_id, NULL
        FROM media_analysis_exactsignalmember AS mine
        JOIN media_analysis_exactsignalmember AS other ON other.signal_id = mine.signal_id
        WHERE mine.material_id = p_material
        UNION
        SELECT CASE WHEN m.left_id = p_material THEN m.right_id ELSE m.left_id END, NULL
        FROM media_analysis_match AS m
        WHERE m.kind = 'copy' AND p_material IN (m.left_id, m.right_id) AND m.found_at < p_still_since
        UNION
        SELECT CASE WHEN d.left_id = p_material THEN d.right_id ELSE d.left_id END, d.country_id
        FROM series_decision AS d
        WHERE d.verdict = 'same' AND d.superseded_at IS NULL AND p_material IN (d.left_id, d.right_id)
          AND d.decided_at < p_still_since
    )
    SELECT s.id, s.country_id, s.unit_id, s.received_at, coalesce(own.policy, of_country.policy, 'silent')
    FROM related AS r
    JOIN evidence_submission AS s ON s.material_id = r.material_id AND s.country_id <> p_country
    JOIN accounts_country AS k ON k.id = s.country_id AND k.state = 'active'
    LEFT JOIN hits_submissionhitpolicy AS own ON own.submission_id = s.id
    LEFT JOIN hits_countryhitpolicy AS of_country ON of_country.country_id = s.country_id
    WHERE coalesce(own.policy, of_country.policy, 'silent') <> 'silent'
      AND s.analyzed_at < p_still_since AND s.received_at < p_still_since
      AND (r.said_by IS NULL OR r.said_by IN (p_country, s.country_id))
      AND NOT EXISTS (
        SELECT FROM evidence_submission AS seen
        JOIN sharing_opening AS o ON o.scope_id = ANY (seen.audience)
        WHERE seen.material_id = r.material_id AND o.country_id = p_country AND r.material_id <> p_material
      )
      AND NOT EXISTS (
        SELECT FROM sharing_opening AS o WHERE o.scope_id = ANY (s.audience) AND o.country_id = p_country
      )
$$
"""

ASK = """
CREATE FUNCTION hits_ask(p_hit uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE hits_hit SET asked_at = now(), asked_by_id = acting_officer()
    WHERE id = p_hit AND country_id = acting_country() AND asked_at IS NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE hits_contact SET asked_at = now() WHERE hit_id = p_hit;
    RETURN true;
END
$$
"""

ANSWER = """
CREATE FUNCTION hits_answer(p_contact uuid, p_agrees boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE hits_contact AS c
    SET agreed_at = CASE WHEN p_agrees THEN now() END,
        declined_at = CASE WHEN p_agrees THEN NULL ELSE now() END,
        asker_country_id = CASE WHEN p_agrees THEN h.country_id END,
        asker_unit_id = CASE WHEN p_agrees THEN h.unit_id END,
        answered_by_id = acting_officer()
    FROM hits_hit AS h
    WHERE c.id = p_contact AND h.id = c.hit_id AND c.country_id = acting_country()
      AND c.asked_at IS NOT NULL AND c.agreed_at IS NULL AND c.declined_at IS NULL;
    RETURN FOUND;
END
$$
"""

OWN = "country_id = (SELECT acting_country())"
SEES = "cardinality((SELECT acting_scopes())::integer[]) > 0"
OWN_SUBMISSION = f"EXISTS (SELECT FROM evidence_submission AS s WHERE s.id = submission_id AND s.{OWN})"
ADMINISTERS = "(SELECT acting_role()) = 'national_administrator'"


class Migration(migrations.Migration):
    """The asker reads hits, the holder what was asked of them; both change them by functions alone.

    A contact is the asker's to read once it was agreed to: declined and unanswered are the same, no row.
    """

    dependencies = (
        ("hits", "0001_initial"),
        ("sharing", "0002_standing"),
        ("series", "0010_withheld"),
        ("media_analysis", "0010_rows"),
    )

    operations = (
        grant(
            {
                "hits_hit": {APP: "SELECT"},
                "hits_contact": {APP: "SELECT"},
                "hits_countryhitpolicy": {APP: "SELECT, INSERT, UPDATE"},
                "hits_submissionhitpolicy": {APP: "SELECT, INSERT, UPDATE, DELETE"},
            }
        ),
        owned_function("hits_holders(uuid, uuid, timestamptz)", HOLDERS, callers=(ENGINE,)),
        owned_function("hits_find(timestamptz, timestamptz, integer)", FIND, callers=(ENGINE,)),
        owned_function("hits_ask(uuid)", ASK, callers=(APP,)),
        owned_function("hits_answer(uuid, boolean)", ANSWER, callers=(APP,)),
        protect("hits_hit", select=f"{OWN} AND {SEES}"),
        protect(
            "hits_contact",
            select=f"{SEES} AND (({OWN} AND asked_at IS NOT NULL)"
            " OR (agreed_at IS NOT NULL AND asker_country_id = (SELECT acting_country())))",
        ),
        protect(
            "hits_countryhitpolicy",
            select=OWN,
            write={"INSERT": f"{OWN} AND {ADMINISTERS}", "UPDATE": f"{OWN} AND {ADMINISTERS}"},
        ),
        protect(
            "hits_submissionhitpolicy",
            select=OWN_SUBMISSION,
            write=dict.fromkeys(("INSERT", "UPDATE", "DELETE"), OWN_SUBMISSION),
        ),
    )

from django.db import migrations

from icse.common.floor import APP, ENGINE, grant, owned_function, protect

MINE = "officer_id = (SELECT acting_officer())"
OF_MINE = f"{MINE} AND country_id = (SELECT acting_country())"
# Read under the policies of those tables: a batch of one's own, a submission that one may see.
IN_MY_BATCH = "EXISTS (SELECT FROM uploads_batch AS b WHERE b.id = batch_id)"
OF_MY_SUBMISSION = (
    "(submission_id IS NULL OR EXISTS (SELECT FROM evidence_submission AS s"
    " WHERE s.id = submission_id AND s.officer_id = (SELECT acting_officer())))"
)

# Numbers alone: colleagues' files are counted against the country's limit without being shown.
ON_THE_WAY = """
CREATE FUNCTION uploads_on_the_way()
RETURNS TABLE (officer_files bigint, officer_bytes bigint, country_files bigint, country_bytes bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FILTER (WHERE u.officer_id = acting_officer()),
           coalesce(sum(u.length) FILTER (WHERE u.officer_id = acting_officer()), 0)::bigint,
           count(*),
           coalesce(sum(u.length), 0)::bigint
    FROM uploads_upload AS u
    WHERE u.country_id = acting_country() AND u.state = 'open'
$$
"""


class Migration(migrations.Migration):
    """What is on its way is its officer's alone; the engine clears away what stood still."""

    dependencies = (("uploads", "0001_initial"), ("evidence", "0019_intake_rows"), ("common", "0003_acting"))

    operations = (
        grant(
            {
                "uploads_batch": {
                    APP: "SELECT, INSERT, UPDATE (ended_at)",
                    ENGINE: "SELECT (id, opened_at), DELETE",
                },
                "uploads_upload": {
                    APP: "SELECT, INSERT, DELETE, UPDATE"
                    ' ("offset", expires_at, state, reason, message, submission_id)',
                    ENGINE: "SELECT (id, batch_id, state, expires_at), UPDATE (state), DELETE",
                },
            }
        ),
        owned_function("uploads_on_the_way()", ON_THE_WAY, callers=(APP,)),
        protect("uploads_batch", select=MINE, write={"INSERT": OF_MINE, "UPDATE": OF_MINE}),
        protect(
            "uploads_upload",
            select=MINE,
            write={
                "INSERT": f"{OF_MINE} AND {IN_MY_BATCH} AND submission_id IS NULL",
                "UPDATE": f"{OF_MINE} AND {OF_MY_SUBMISSION}",
                "DELETE": OF_MINE,
            },
        ),
    )

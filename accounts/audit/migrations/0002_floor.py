from django.db import migrations

from icse.common.floor import APP, ENGINE, grant, owned_function, protect

CANONICAL = """
CREATE FUNCTION audit_canonical(p audit_sealedevent) RETURNS bytea
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT convert_to(jsonb_build_array(
        p.chain, p.number, p.id,
        to_char(p.happened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        p.country_id, p.unit_id, p.officer_id, p.act, p.purpose, p.outcome, p."right",
        host(p.address), p.via, to_jsonb(p.objects_named), p.detail
    )::text, 'UTF8')
$$
"""

# One sealer at a time: with a plain trigger eight writers forked a quarter of all links.
SEAL = """
CREATE FUNCTION audit_seal(p_limit integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    waiting audit_inboxevent;
    sealed audit_sealedevent;
    present uuid;
    sealed_count integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit_seal', 0));
    PERFORM set_config('icse.sealing', 'on', true);
    FOR waiting IN
        SELECT * FROM (
            SELECT i.* FROM audit_inboxevent AS i ORDER BY i.happened_at, i.id LIMIT p_limit
        ) AS oldest
        ORDER BY coalesce(oldest.country_id, '00000000-0000-0000-0000-000000000000'),
                 oldest.happened_at, oldest.id
    LOOP
        IF present IS DISTINCT FROM coalesce(waiting.country_id, '00000000-0000-0000-0000-000000000000') THEN
            present := coalesce(waiting.country_id, '00000000-0000-0000-0000-000000000000');
            sealed.number := 0;
            sealed.digest := decode(repeat('00', 32), 'hex');
            SELECT e.number, e.digest INTO sealed.number, sealed.digest
            FROM audit_sealedevent AS e WHERE e.chain = present ORDER BY e.number DESC LIMIT 1;
            IF NOT FOUND THEN
                sealed.number := 0;
                sealed.digest := decode(repeat('00', 32), 'hex');
            END IF;
        END IF;
        sealed.id := waiting.id;
        sealed.happened_at := waiting.happened_at;
        sealed.country_id := waiting.country_id;
        sealed.unit_id := waiting.unit_id;
        sealed.officer_id := waiting.officer_id;
        sealed.act := waiting.act;
        sealed.purpose := waiting.purpose;
        sealed.outcome := waiting.outcome;
        sealed."right" := waiting."right";
        sealed.address := waiting.address;
        sealed.via := waiting.via;
        sealed.objects_named := waiting.objects_named;
        sealed.detail := waiting.detail;
        sealed.chain := present;
        sealed.number := sealed.number + 1;
        sealed.previous := sealed.digest;
        sealed.digest := sha256(sealed.previous || audit_canonical(sealed));
        INSERT INTO audit_sealedevent SELECT sealed.*;
        DELETE FROM audit_inboxevent AS i WHERE i.id = waiting.id;
        sealed_count := sealed_count + 1;
    END LOOP;
    PERFORM set_config('icse.sealing', '', true);
    RETURN sealed_count;
END
$$
"""

# Whoever owns the tables could take the trigger away; that is what checkpoints kept elsewhere are for.
# Emptying a table is caught too, unless a session says that it means to: the tests' own do.
KEEP = """
CREATE FUNCTION audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('icse.emptying', true) = 'on' THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_inboxevent'
       AND current_setting('icse.sealing', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'The audit log is only ever added to: % of %', TG_OP, TG_TABLE_NAME;
END
$$
"""

TABLES = ("audit_inboxevent", "audit_sealedevent", "audit_checkpoint")

MAY_READ = (
    "officer_id = (SELECT acting_officer())"
    " OR (country_id = (SELECT acting_country()) AND (SELECT acting_role()) = 'national_administrator')"
    " OR (SELECT acting_role()) = 'auditor'"
)
OWN_NAME = "(SELECT acting_officer()) IS NULL OR officer_id = (SELECT acting_officer())"


def _keep(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION audit_keep();"
        f"CREATE TRIGGER keep_table BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_keep()",
        f"DROP TRIGGER keep_rows ON {table}; DROP TRIGGER keep_table ON {table}",
    )


class Migration(migrations.Migration):
    """The log is added to by everybody, sealed by one function, and changed by nobody."""

    dependencies = (("audit", "0001_initial"), ("common", "0003_acting"))

    operations = (
        grant(
            {
                "audit_inboxevent": {APP: "INSERT", ENGINE: "INSERT, SELECT (happened_at)"},
                "audit_sealedevent": {APP: "SELECT", ENGINE: "SELECT"},
                "audit_checkpoint": {APP: "SELECT", ENGINE: "SELECT, INSERT"},
            }
        ),
        migrations.RunSQL(
            f"GRANT USAGE ON SEQUENCE audit_checkpoint_id_seq TO {ENGINE}",
            f"REVOKE USAGE ON SEQUENCE audit_checkpoint_id_seq FROM {ENGINE}",
        ),
        owned_function("audit_canonical(audit_sealedevent)", CANONICAL),
        owned_function("audit_seal(integer)", SEAL, callers=(ENGINE,)),
        migrations.RunSQL(KEEP, "DROP FUNCTION audit_keep()"),
        *(_keep(table) for table in TABLES),
        protect("audit_inboxevent", select="false", write={"INSERT": OWN_NAME}),
        protect("audit_sealedevent", select=MAY_READ),
        protect("audit_checkpoint", select="(SELECT acting_officer()) IS NOT NULL"),
    )

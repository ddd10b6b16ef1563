from django.db import migrations

# As the owner: whoever makes a country or a unit makes its scopes, and needs no right to make others.
MAKERS = """
CREATE FUNCTION accounts_make_country_scopes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO accounts_scope (kind, country_id) VALUES ('country', NEW.id), ('default', NEW.id);
    RETURN NULL;
END
$$;
CREATE FUNCTION accounts_make_unit_scope() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO accounts_scope (kind, unit_id) VALUES ('unit', NEW.id);
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION accounts_make_country_scopes(), accounts_make_unit_scope() FROM PUBLIC;
CREATE TRIGGER make_scopes AFTER INSERT ON accounts_country
    FOR EACH ROW EXECUTE FUNCTION accounts_make_country_scopes();
CREATE TRIGGER make_scope AFTER INSERT ON accounts_unit
    FOR EACH ROW EXECUTE FUNCTION accounts_make_unit_scope();
"""

NO_MAKERS = """
DROP TRIGGER make_scopes ON accounts_country;
DROP TRIGGER make_scope ON accounts_unit;
DROP FUNCTION accounts_make_country_scopes(), accounts_make_unit_scope();
"""

OF_THOSE_THERE_ARE = """
INSERT INTO accounts_scope (kind, country_id) SELECT 'default', k.id FROM accounts_country AS k;
INSERT INTO accounts_scope (kind, unit_id) SELECT 'unit', u.id FROM accounts_unit AS u;
"""


class Migration(migrations.Migration):
    """A country and a unit have their scopes from the moment they exist, whoever makes them.

    Made on first use instead, a scope would be missing from the standing of the very request that uses it.
    """

    dependencies = (("accounts", "0006_scope_kinds"),)

    operations = (
        migrations.RunSQL(MAKERS, NO_MAKERS),
        migrations.RunSQL(OF_THOSE_THERE_ARE, "DELETE FROM accounts_scope WHERE kind IN ('default', 'unit')"),
    )

"""Rights of the database roles, as migrations state them.

`icse_owner` owns the tables, `icse_app` serves pages and API, `icse_engine` does the machines' work.
Whatever a table's migration does not grant, the last two cannot do.
"""

from collections.abc import Mapping, Sequence

from django.db import migrations

APP = "icse_app"
ENGINE = "icse_engine"


def grant(rights: Mapping[str, Mapping[str, str]]) -> migrations.RunSQL:
    """Return the migration step that grants `{table: {role: privileges}}`; it is undone by revoking."""
    forwards = [
        f'GRANT {privileges} ON "{table}" TO {role}'
        for table, roles in rights.items()
        for role, privileges in roles.items()
    ]
    backwards = [f'REVOKE ALL ON "{table}" FROM {APP}, {ENGINE}' for table in rights]
    return migrations.RunSQL(";\n".join(forwards), ";\n".join(backwards))


def protect(table: str, *, select: str, write: Mapping[str, str] | None = None) -> migrations.RunSQL:
    """Return the migration step that puts row-level security under a table.

    `select` is the condition on rows that the application may read, `write` that on rows it may insert,
    update or delete, by command. A command without a condition is refused. The engine meets every row:
    its rights end at tables and columns.
    """
    conditions = {"SELECT": select, **(write or {})}
    forwards = [f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY']
    forwards += [_policy(table, command, condition) for command, condition in conditions.items()]
    forwards.append(f'CREATE POLICY engine ON "{table}" TO {ENGINE} USING (true) WITH CHECK (true)')
    backwards = [f'DROP POLICY app_{command.lower()} ON "{table}"' for command in conditions]
    backwards += [f'DROP POLICY engine ON "{table}"', f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY']
    return migrations.RunSQL(";\n".join(forwards), ";\n".join(backwards))


def _policy(table: str, command: str, condition: str) -> str:
    clauses = {
        "SELECT": f"USING ({condition})",
        "DELETE": f"USING ({condition})",
        "INSERT": f"WITH CHECK ({condition})",
        "UPDATE": f"USING ({condition}) WITH CHECK ({condition})",
    }
    return f'CREATE POLICY app_{command.lower()} ON "{table}" FOR {command} TO {APP} {clauses[command]}'


def grant_sequences(*tables: str) -> migrations.RunSQL:
    """Return the step that lets both roles insert into tables whose ids the database counts."""
    sequences = ", ".join(f'"{table}_id_seq"' for table in tables)
    return migrations.RunSQL(
        f"GRANT USAGE ON SEQUENCE {sequences} TO {APP}, {ENGINE}",
        f"REVOKE ALL ON SEQUENCE {sequences} FROM {APP}, {ENGINE}",
    )


def owned_function(
    signature: str, body: str, *, owner: str | None = None, callers: Sequence[str] = (APP, ENGINE)
) -> migrations.RunSQL:
    """Return the step that makes a function which only these roles may call.

    An owner other than the migrating role needs CREATE on the schema for the moment of the hand-over.
    """
    hand_over = _creating(owner, f"ALTER FUNCTION {signature} OWNER TO {owner}") if owner is not None else ""
    return migrations.RunSQL(
        f"""
        {body};
        REVOKE ALL ON FUNCTION {signature} FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION {signature} TO {", ".join(callers)};
        {hand_over}
        """,
        f"DROP FUNCTION {signature}",
    )


def as_role(role: str, forwards: str, backwards: str) -> migrations.RunSQL:
    """Return the step that changes what a role owns, which the migrating role may do only in its place."""
    return migrations.RunSQL(
        _creating(role, _acting(role, forwards)), _creating(role, _acting(role, backwards))
    )


def _acting(role: str, statements: str) -> str:
    return f"SET LOCAL ROLE {role}; {statements}; RESET ROLE"


def _creating(role: str, statements: str) -> str:
    return f"""
        GRANT CREATE ON SCHEMA public TO {role};
        {statements};
        REVOKE CREATE ON SCHEMA public FROM {role};
        """


def rewritten(former: str, *changes: tuple[str, str]) -> str:
    """Return a function's former statement with words of it exchanged, to be put in its place.

    Raises:
        ValueError: It has no such words, and would stay as it was.
    """
    statement = former.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    for old, new in changes:
        if old not in statement:
            message = f"The former statement has no {old.strip()!r}."
            raise ValueError(message)
        statement = statement.replace(old, new)
    return statement


def goes_with(table: str, *columns: str) -> migrations.RunSQL:
    """Return the step that lets a table's rows go with the rows that these foreign keys name.

    In the database alone: models still refuse to delete what others hang on, and only the function that
    disposes of a submission deletes below them.
    """
    return migrations.RunSQL(
        _referencing(table, columns, "CASCADE"), _referencing(table, columns, "NO ACTION")
    )


def _referencing(table: str, columns: Sequence[str], act: str) -> str:
    names = ", ".join(f"'{column}'" for column in columns)
    return f"""
        DO $$
        DECLARE k record;
        BEGIN
            FOR k IN
                SELECT c.conname, a.attname, c.confrelid::regclass AS target, t.attname AS named
                FROM pg_constraint AS c
                JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                JOIN pg_attribute AS t ON t.attrelid = c.confrelid AND t.attnum = c.confkey[1]
                WHERE c.conrelid = '"{table}"'::regclass AND c.contype = 'f' AND a.attname IN ({names})
            LOOP
                EXECUTE format(
                    'ALTER TABLE "{table}" DROP CONSTRAINT %1$I, ADD CONSTRAINT %1$I FOREIGN KEY (%2$I)'
                    ' REFERENCES %3$s (%4$I) ON DELETE {act} DEFERRABLE INITIALLY DEFERRED',
                    k.conname, k.attname, k.target, k.named
                );
            END LOOP;
        END
        $$
    """  # noqa: S608 - table and columns are a migration's own


def owned_view(name: str, query: str) -> migrations.RunSQL:
    """Return the step that makes a view which reads past row-level security, for the application alone.

    Its query has to ask for the standing itself: `audience && (SELECT acting_scopes())`.
    """
    return migrations.RunSQL(
        f'CREATE VIEW "{name}" WITH (security_barrier) AS {query}; GRANT SELECT ON "{name}" TO {APP}',
        f'DROP VIEW "{name}"',
    )

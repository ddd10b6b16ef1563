from django.db import migrations

from icse.common.floor import owned_function


def _setting(function: str, setting: str, kind: str, otherwise: str) -> migrations.RunSQL:
    # A setting made for one transaction is an empty text, not absent, in the transactions after it.
    body = f"coalesce(nullif(current_setting('{setting}', true), ''), {otherwise})::{kind}"
    return owned_function(
        f"{function}()",
        f"CREATE FUNCTION {function}() RETURNS {kind} LANGUAGE sql STABLE PARALLEL SAFE RETURN {body}",
    )


class Migration(migrations.Migration):
    """For whom a statement is made, as `accounts.acting` says in its message; nobody where it does not."""

    dependencies = (("common", "0002_floor"),)

    operations = (
        _setting("acting_scopes", "icse.scopes", "integer[]", "'{}'"),
        _setting("acting_country", "icse.country", "uuid", "NULL"),
        _setting("acting_officer", "icse.officer", "uuid", "NULL"),
        _setting("acting_role", "icse.role", "text", "NULL"),
    )

from django.db import migrations

from icse.common.floor import APP, ENGINE, as_role, owned_function

HASH = ("p_pdq bit", "p_keys integer[]", "p_radius integer")
FACE = ("p_embedding halfvec", "p_model text", "p_limit integer")
TILE = ("p_embeddings text[]", "p_model text", "p_limit integer")
NEAR = "at_ms integer, box double precision[]"

FUNCTIONS = (
    ("hash_neighbours", HASH, "material_id uuid, at_ms integer, distance integer", 20),
    ("face_neighbours", FACE, f"face_id uuid, material_id uuid, {NEAR}, distance double precision", 50),
    ("tile_neighbours", TILE, f"material_id uuid, {NEAR}, query integer, distance double precision", 50),
    (
        "exact_neighbours",
        ("p_materials uuid[]",),
        "kind text, value text, material_id uuid, member_id uuid, other_material_id uuid, other_member_id uuid",
        50,
    ),
    (
        "exact_members",
        ("p_kinds text[]", "p_value text"),
        "kind text, value text, material_id uuid, member_id uuid",
        50,
    ),
    (
        "exact_pair",
        ("p_left uuid", "p_right uuid"),
        "kind text, value text, left_material_id uuid, right_material_id uuid",
        1,
    ),
    (
        "face_like",
        ("p_face uuid", "p_limit integer"),
        f"face_id uuid, material_id uuid, {NEAR}, distance double precision",
        50,
    ),
)
"""Name, parameters before the scopes, columns and expected rows of each function."""


def _types(parameters: tuple[str, ...]) -> str:
    return ", ".join([*(each.partition(" ")[2] for each in parameters), "integer[]"])


def _keep_for_engine(name: str, parameters: tuple[str, ...]) -> migrations.RunSQL:
    """Return the step that sets a function aside for the engine, under a name of its own."""
    plain, types = f"media_analysis_{name}", _types(parameters)
    return as_role(
        ENGINE,
        f"ALTER FUNCTION {plain}({types}) RENAME TO {plain}_anywhere;"
        f"REVOKE EXECUTE ON FUNCTION {plain}_anywhere({types}) FROM {APP}",
        f"GRANT EXECUTE ON FUNCTION {plain}_anywhere({types}) TO {APP};"
        f"ALTER FUNCTION {plain}_anywhere({types}) RENAME TO {plain}",
    )


# STRICT: where the scopes are NULL, or anything else is, nothing is looked up and nothing is found.
def _within_scopes(name: str, parameters: tuple[str, ...], columns: str, rows: int) -> migrations.RunSQL:
    """Return the step that makes the function which pages call: the same, but never without scopes."""
    plain, types = f"media_analysis_{name}", _types(parameters)
    passed = ", ".join([*(each.partition(" ")[0] for each in parameters), "p_scopes"])
    body = f"""
    CREATE FUNCTION {plain}({", ".join(parameters)}, p_scopes integer[]) RETURNS TABLE ({columns})
    LANGUAGE sql STABLE STRICT SECURITY DEFINER ROWS {rows} SET search_path = public, pg_temp AS $$
        SELECT * FROM {plain}_anywhere({passed})
    $$
    """  # noqa: S608  # made of this file's own words
    return owned_function(f"{plain}({types})", body, owner=ENGINE)


class Migration(migrations.Migration):
    """To look everywhere is the engine's privilege; whoever else looks something up names where.

    Who calls cannot be told inside a function that runs with its owner's rights, so that there are two of
    each: `…_anywhere`, in which NULL scopes mean no limit, belongs to the engine alone; the other one passes
    its scopes on, and finds nothing without them.
    """

    dependencies = (("media_analysis", "0003_index_functions"),)

    operations = tuple(
        step
        for name, parameters, columns, rows in FUNCTIONS
        for step in (
            _keep_for_engine(name, parameters),
            _within_scopes(name, parameters, columns, rows),
        )
    )

from importlib import import_module

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from icse.common.floor import APP, ENGINE, grant, grant_sequences, owned_function

BEFORE = import_module("evidence.migrations.0020_declared").RECEIVE_FILE

RECEIVE_FILE = (
    BEFORE.replace(
        "-- id, sha256, sha1, md5, size, kind, media_type: of the file itself; or sha256 and\n"
        "                            -- declared: how its holding was shown where it was not sent",
        "-- id, sha256, sha1, md5, size, kind, media_type: of the file itself; wrapped_key:\n"
        "                            -- its key, for this country; sealed_size and sealed_sha256: what was put\n"
        "                            -- into the store, if anything was; or sha256 and declared: how its\n"
        "                            -- holding was shown where it was not sent",
    )
    .replace(
        "    SELECT count(*) > 0, min(s.analyzed_at)",
        """    IF NOT p_content ? 'declared' THEN
        INSERT INTO evidence_materialkey (material_id, country_id, wrapped)
        VALUES (found_id, asking_country, p_content ->> 'wrapped_key')
        ON CONFLICT ON CONSTRAINT material_key_once_a_country DO NOTHING;
    END IF;
    IF p_content ? 'sealed_sha256' THEN
        INSERT INTO evidence_storedobject (shelf, name, size, sha256, read_at)
        VALUES ('originals', p_content ->> 'sha256', (p_content ->> 'sealed_size')::bigint,
            p_content ->> 'sealed_sha256', received)
        ON CONFLICT ON CONSTRAINT stored_object_once DO UPDATE
        SET size = excluded.size, sha256 = excluded.sha256, read_at = excluded.read_at, broken_at = NULL;
    END IF;

    SELECT count(*) > 0, min(s.analyzed_at)""",
        1,
    )
    .replace(
        "p_content - 'id' - 'size' - 'kind' - 'media_type')",
        "p_content - ARRAY['id', 'size', 'kind', 'media_type',\n"
        "            'wrapped_key', 'sealed_size', 'sealed_sha256'])",
    )
)

KEY_OF = """
CREATE FUNCTION evidence_key_of(p_sha256 text) RETURNS TABLE (country_id uuid, wrapped text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.country_id, k.wrapped
    FROM evidence_materialkey AS k JOIN evidence_material AS m ON m.id = k.material_id
    WHERE m.sha256 = p_sha256
    ORDER BY k.id LIMIT 1
$$
"""

IS_NOTED_WHOLE = """
CREATE FUNCTION evidence_is_noted_whole(p_shelf text, p_name text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM evidence_storedobject AS o
        WHERE o.shelf = p_shelf AND o.name = p_name AND o.broken_at IS NULL
    )
$$
"""


class Migration(migrations.Migration):
    """Files are sealed: their wrapped keys, and what each object is as it lies in the store.

    The application writes both by the function that takes a file in, and reads one key at a time.
    """

    dependencies = (("evidence", "0020_declared"), ("accounts", "0008_narrow_tokens"))

    operations = (
        migrations.CreateModel(
            name="MaterialKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("wrapped", models.CharField(max_length=500)),
                (
                    "country",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.country"
                    ),
                ),
                (
                    "material",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="evidence.material"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("material", "country"), name="material_key_once_a_country"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StoredObject",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("shelf", models.CharField(max_length=12)),
                ("name", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("read_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("broken_at", models.BigIntegerField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["read_at"], name="stored_object_next_idx")],
                "constraints": [
                    models.UniqueConstraint(fields=("shelf", "name"), name="stored_object_once"),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="stored_object_sha256_is_hex",
                    ),
                ],
            },
        ),
        migrations.AddField(
            "derivative",
            "object_name",
            models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        # Until `seal_store` has sealed them, they lie where they were put: under their own digest.
        migrations.RunSQL("UPDATE evidence_derivative SET object_name = sha256", migrations.RunSQL.noop),
        migrations.RemoveIndex("derivative", "derivative_sha256_idx"),
        migrations.AddIndex("derivative", models.Index(fields=["object_name"], name="derivative_object_idx")),
        grant(
            {
                "evidence_materialkey": {ENGINE: "SELECT, INSERT, UPDATE (wrapped), DELETE"},
                "evidence_storedobject": {ENGINE: "SELECT, INSERT, UPDATE, DELETE"},
            }
        ),
        grant_sequences("evidence_materialkey", "evidence_storedobject"),
        owned_function("evidence_key_of(text)", KEY_OF, callers=(APP, ENGINE)),
        owned_function("evidence_is_noted_whole(text, text)", IS_NOTED_WHOLE, callers=(APP, ENGINE)),
        migrations.RunSQL(RECEIVE_FILE, BEFORE),
    )

"""Submissions of many countries, written by SQL: what pages of lists, searches and matches read."""

from typing import Final

from django.db import connection

COUNTRIES: Final = 20

# Every fifth material is shared with all members, every tenth was handed in twice.
_STATEMENTS: Final = (
    """
    INSERT INTO accounts_country (id, code, name, state, created_at)
    SELECT gen_random_uuid(), 'C' || lpad(n::text, 2, '0'), 'Country ' || n, 'active', now()
    FROM generate_series(0, {countries} - 1) AS n
    """,
    "INSERT INTO accounts_scope (kind, country_id) SELECT 'country', id FROM accounts_country"
    " ON CONFLICT DO NOTHING",
    "INSERT INTO accounts_scope (kind) SELECT 'members' WHERE NOT EXISTS"
    " (SELECT FROM accounts_scope WHERE kind = 'members')",
    """
    INSERT INTO accounts_unit (id, country_id, name, is_active)
    SELECT gen_random_uuid(), id, 'Unit', true FROM accounts_country
    """,
    """
    CREATE TABLE bench_country AS
    SELECT row_number() OVER (ORDER BY c.code) - 1 AS number, c.id AS country, u.id AS unit, s.id AS scope,
           (SELECT id FROM accounts_scope WHERE kind = 'members') AS members
    FROM accounts_country AS c JOIN accounts_unit AS u ON u.country_id = c.id
    JOIN accounts_scope AS s ON s.country_id = c.id AND s.kind = 'country'
    """,
    "CREATE TABLE bench_material AS SELECT n AS number, gen_random_uuid() AS id"
    " FROM generate_series(0, {rows} * 10 / 11) AS n",
    "CREATE INDEX ON bench_material (number)",
    """
    INSERT INTO evidence_material (id, sha256, sha1, md5, size, kind, media_type, width, height)
    SELECT id, encode(sha256(id::text::bytea), 'hex'), left(encode(sha256(id::text::bytea), 'hex'), 40),
           md5(id::text), 1000 + number, 'photo', 'image/jpeg', 640, 480
    FROM bench_material
    """,
    """
    INSERT INTO evidence_submission (id, material_id, country_id, unit_id, officer_id, batch, file_name,
        source_path, case_reference, legal_basis, handling, priority, sharing, audience, verdict,
        analyzed_at, received_at)
    SELECT gen_random_uuid(), m.id, c.country, c.unit, {officer}, NULL, 'IMG_' || m.number || '.jpg',
           '/disk/' || md5(m.number::text), 'CASE-' || m.number % 1000, 'seizure_order', 'tlp:amber',
           CASE WHEN m.number % 97 = 0 THEN 'urgent' ELSE 'routine' END,
           CASE WHEN m.number % 5 = 0 THEN 'members' ELSE 'national' END,
           CASE WHEN m.number % 5 = 0 THEN ARRAY[c.scope, c.members] ELSE ARRAY[c.scope] END,
           'new', now(), now() - make_interval(mins => m.number::integer)
    FROM (SELECT number, id, 0 AS turn FROM bench_material
          UNION ALL SELECT number, id, 7 FROM bench_material WHERE number % 10 = 0) AS m
    JOIN bench_country AS c ON c.number = (m.number + m.turn) % {countries}
    """,
    """
    INSERT INTO evidence_derivative (id, material_id, kind, at_ms, is_for_match, sha256, media_type, size,
        width, height)
    SELECT gen_random_uuid(), id, 'blurred', 0, false, repeat('0', 64), 'image/jpeg', 900, 32, 24
    FROM bench_material
    """,
    """
    INSERT INTO media_analysis_analysis (id, material_id, analyzer, version, segment, state, result, error,
        planned_at, finished_at)
    SELECT gen_random_uuid(), id, 'metadata', '1', 0, 'done', '{{}}', '', now(), now() FROM bench_material
    """,
    """
    INSERT INTO media_analysis_capturefacts (material_id, analysis_id, make, model, body_serial, lens_serial,
        internal_serial, lens_model, software, taken_at, orientation, has_thumbnail, tags, words)
    SELECT a.material_id, a.id, 'Maker ' || m.number % 7, 'Model ' || m.number % 40, '', '', '', '', '',
           '2026-0' || 1 + m.number % 9 || '-01T10:00:00', 1, false, '{{}}',
           'model ' || m.number % 40 || ' lens ' || md5((m.number % 5000)::text)
    FROM media_analysis_analysis AS a JOIN bench_material AS m ON m.id = a.material_id
    """,
    """
    INSERT INTO media_analysis_match (id, kind, left_id, right_id, score, threshold, algorithm, version,
        regions, found_at)
    SELECT gen_random_uuid(), CASE WHEN m.number % 3 = 0 THEN 'face' ELSE 'scene' END, least(m.id, o.id),
           greatest(m.id, o.id), 0.5 + (m.number % 50) / 100.0, 0.5, 'bench', '1', '{{}}', now()
    FROM bench_material AS m JOIN bench_material AS o
      ON o.number = m.number + (1 + m.number % 4) * {countries} WHERE m.number % 2 = 0
    """,
    """
    INSERT INTO series_series (id, name, description, state, priority, country_id, unit_id, created_by_id,
        sharing, audience, created_at, changed_at)
    SELECT gen_random_uuid(), 'Series ' || n, 'Wallpaper ' || n, 'open', 'routine', c.country, c.unit,
           {officer}, 'national', ARRAY[c.scope], now(), now()
    FROM generate_series(1, 2000) AS n JOIN bench_country AS c ON c.number = n % {countries}
    """,
    """
    INSERT INTO series_seriesmaterial (series_id, material_id, added_by_id, added_at)
    SELECT s.id, m.id, {officer}, now() FROM series_series AS s
    JOIN bench_country AS c ON c.country = s.country_id
    CROSS JOIN LATERAL generate_series(0, 9) AS place
    JOIN bench_material AS m
      ON m.number = c.number + {countries} * (10 * (substr(s.name, 8)::integer / {countries}) + place)
    """,
)


def officer_of_first_country() -> str:
    """Create the countries' only officer, an analyst of the first, and return the id."""
    with connection.cursor() as cursor:
        for statement in _STATEMENTS[:5]:
            cursor.execute(statement.format(countries=COUNTRIES))
        cursor.execute(
            "INSERT INTO accounts_officer (password, is_superuser, id, email, full_name, unit_id, role,"
            " is_active, must_change_password, created_at, former_email, sessions_epoch)"
            " SELECT '!', false, gen_random_uuid(), 'bench@police.example', 'Bench', unit, 'analyst', true,"
            " false, now(), '', 0 FROM bench_country WHERE number = 0 RETURNING id"
        )
        return str(cursor.fetchone()[0])


def fill(officer: str, rows: int) -> None:
    """Write about so many submissions, and what stands around them."""
    with connection.cursor() as cursor:
        for statement in _STATEMENTS[5:]:
            cursor.execute(statement.format(countries=COUNTRIES, rows=rows, officer=f"'{officer}'::uuid"))
        cursor.execute("VACUUM ANALYZE")

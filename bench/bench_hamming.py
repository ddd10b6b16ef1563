"""Exact look-up of perceptual hashes: bands in PostgreSQL against a scan, numpy and faiss.

The table and the query are those of `media_analysis_hash_neighbours`, without the join to scopes, in a
PostgreSQL that this command starts in a temporary folder. Every way must find the same rows.

    python -m bench.bench_hamming [--rows 1000000] [--queries 60]
"""

import argparse
import importlib.util
import io
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from psycopg2.extensions import connection, cursor

from bench.quiet import load_note
from icse.embedded import postgres
from icse.embedded.layout import Layout
from media_analysis.engine.hashes.bands import PDQ_THRESHOLD, bands, probe_keys

if importlib.util.find_spec("faiss"):
    import faiss

CHUNK = 20_000
FASTER_THAN_SAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

TABLE = """
CREATE UNLOGGED TABLE picture_hash (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    material_id uuid NOT NULL, at_ms integer, pdq bit(256), bands integer[]
)
"""
INDEX = "CREATE INDEX ON picture_hash USING gin (bands)"
BY_BANDS = """
SELECT id, bit_count(pdq # %(pdq)s)::integer FROM picture_hash
WHERE bands && %(keys)s AND bit_count(pdq # %(pdq)s) <= %(radius)s
"""
BY_SCAN = """
SELECT id, bit_count(pdq # %(pdq)s)::integer FROM picture_hash WHERE bit_count(pdq # %(pdq)s) <= %(radius)s
"""

Hashes = NDArray[np.uint8]
Found = set[int]
Way = Callable[[bytes], Found]


def make_hashes(rows: int, queries: int) -> tuple[Hashes, list[bytes]]:
    """Return uniform hashes, and queries that are 0 to 31 flipped bits from some of them."""
    rng = np.random.default_rng(0)
    hashes = rng.integers(0, 256, (rows, 32), dtype=np.uint8)
    picked = hashes[rng.choice(rows, queries, replace=False)]
    bits = np.unpackbits(picked, axis=1)
    for number, row in enumerate(bits):
        row[rng.choice(256, number % (PDQ_THRESHOLD + 1), replace=False)] ^= 1
    return hashes, [row.tobytes() for row in np.packbits(bits, axis=1)]


@contextmanager
def database(folder: Path) -> Iterator[connection]:
    """Run a PostgreSQL for the length of the block."""
    layout = Layout(folder)
    layout.secrets.ensure(*postgres.SECRET_NAMES)
    service = postgres.postgres_service(layout, FASTER_THAN_SAFE)
    process = service.spawn()
    try:
        service.wait_until_ready(process)
        with closing(postgres.connect_as_superuser(layout)) as opened:
            opened.autocommit = True
            yield opened
    finally:
        process.send_signal(service.stop_signal)
        service.wait_for_end(process)


def as_bits(pdq: bytes) -> str:
    return f"{int.from_bytes(pdq, 'big'):0256b}"


def load(sql: cursor, hashes: Hashes) -> None:
    for first in range(0, len(hashes), CHUNK):
        lines = io.StringIO()
        for row in hashes[first : first + CHUNK]:
            pdq = row.tobytes()
            lines.write(f"{uuid.uuid4()}\t{as_bits(pdq)}\t{{{','.join(map(str, bands(pdq)))}}}\n")
        lines.seek(0)
        sql.copy_expert("COPY picture_hash (material_id, pdq, bands) FROM STDIN", lines)


def by_sql(sql: cursor, query: str) -> Way:
    def find(pdq: bytes) -> Found:
        sql.execute(query, {"pdq": as_bits(pdq), "keys": probe_keys(pdq), "radius": PDQ_THRESHOLD})
        return {int(row[0]) - 1 for row in sql.fetchall()}

    return find


def by_numpy(hashes: Hashes) -> Way:
    words = hashes.view(np.uint64)

    def find(pdq: bytes) -> Found:
        distances = np.bitwise_count(words ^ np.frombuffer(pdq, dtype=np.uint64)).sum(axis=1)
        return set(np.flatnonzero(distances <= PDQ_THRESHOLD).tolist())

    return find


def by_faiss(hashes: Hashes) -> Way:
    faiss.omp_set_num_threads(1)
    index = faiss.IndexBinaryFlat(256)
    index.add(hashes)

    def find(pdq: bytes) -> Found:
        # faiss leaves the radius itself out.
        _, _, found = index.range_search(np.frombuffer(pdq, dtype=np.uint8)[None], PDQ_THRESHOLD + 1)
        return set(found.tolist())

    return find


def measure(name: str, way: Way, queries: list[bytes], expected: list[Found]) -> None:
    """Print the milliseconds of wall time of a query, and whether all answers are exact."""
    spent, exact = [], 0
    for pdq, truth in zip(queries, expected, strict=True):
        started = time.perf_counter()
        found = way(pdq)
        spent.append((time.perf_counter() - started) * 1000)
        exact += found == truth
    p95 = statistics.quantiles(spent, n=20)[-1]
    print(f"  {name:46} {statistics.median(spent):8.2f} ms, p95 {p95:8.2f}, exact {exact}/{len(queries)}")


def prepare(sql: cursor, hashes: Hashes) -> None:
    started = time.perf_counter()
    sql.execute(TABLE)
    load(sql, hashes)
    loaded = time.perf_counter()
    sql.execute("SET maintenance_work_mem = '512MB'")
    sql.execute(INDEX)
    sql.execute("VACUUM ANALYZE picture_hash")
    sql.execute("SELECT pg_size_pretty(pg_relation_size('picture_hash_bands_idx'))")
    row = sql.fetchone()
    size = row[0] if row else "?"
    built = time.perf_counter() - loaded
    print(f"  loaded in {loaded - started:.1f} s, index of {size} built in {built:.1f} s")
    sql.execute("SET max_parallel_workers_per_gather = 0")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=60)
    options = parser.parse_args()
    hashes, queries = make_hashes(options.rows, options.queries)
    numpy_way = by_numpy(hashes)
    expected = [numpy_way(pdq) for pdq in queries]
    print(f"{options.rows:,} hashes, {len(queries)} queries within {PDQ_THRESHOLD} bits, {load_note()}")
    with tempfile.TemporaryDirectory() as folder, database(Path(folder)) as opened, opened.cursor() as sql:
        prepare(sql, hashes)
        sql.execute("SET enable_seqscan = off")
        by_sql(sql, BY_BANDS)(queries[0])
        measure("PostgreSQL, bands under GIN (the product)", by_sql(sql, BY_BANDS), queries, expected)
        sql.execute("SET enable_seqscan = on")
        measure("PostgreSQL, sequential scan", by_sql(sql, BY_SCAN), queries, expected)
    measure("numpy, scan in memory", numpy_way, queries, expected)
    if importlib.util.find_spec("faiss"):
        measure("faiss IndexBinaryFlat, scan in memory", by_faiss(hashes), queries, expected)
    else:
        print("  faiss IndexBinaryFlat: absent")


if __name__ == "__main__":
    main()

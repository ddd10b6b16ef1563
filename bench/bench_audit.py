"""Eight writers and the sealer on the audit log, against a chain into which a trigger links every row.

Each writer is a connection of `icse_app` that commits every event by itself, for one country, and waits for
the disk. The peer is the usual way: a trigger under an advisory lock per country reads the last digest and
links the new row, and the lock is held until the commit. Rounds alternate. Afterwards the log is verified: no
event may be lost, no number used twice, no link broken. PostgreSQL is this command's own.

    python -m bench.bench_audit [--events 1500] [--rounds 3]
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection

from bench.quiet import load_note
from icse.embedded import bootstrap, postgres, valkey
from icse.embedded.layout import Layout
from icse.roles import APP, ENGINE, OWNER

WRITERS = 8
COUNTRY = "11111111-1111-4111-8111-111111111111"

NAIVE = """
CREATE TABLE naive_event (
    number bigint, country_id uuid, act text, detail jsonb, previous bytea, digest bytea,
    UNIQUE (country_id, number)
);
CREATE FUNCTION naive_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.country_id::text, 0));
    SELECT e.number, e.digest INTO NEW.number, NEW.previous
    FROM naive_event AS e WHERE e.country_id = NEW.country_id ORDER BY e.number DESC LIMIT 1;
    NEW.number := coalesce(NEW.number, 0) + 1;
    NEW.previous := coalesce(NEW.previous, decode(repeat('00', 32), 'hex'));
    NEW.digest := sha256(NEW.previous || convert_to(jsonb_build_array(
        NEW.number, NEW.country_id, NEW.act, NEW.detail)::text, 'UTF8'));
    RETURN NEW;
END
$$;
CREATE TRIGGER link BEFORE INSERT ON naive_event FOR EACH ROW EXECUTE FUNCTION naive_link();
GRANT SELECT, INSERT ON naive_event TO icse_app;
"""
INTO_NAIVE = (
    "INSERT INTO naive_event (country_id, act, detail) VALUES (%(country)s, 'material.viewed', %(detail)s)"
)
INTO_INBOX = """
INSERT INTO audit_inboxevent
    (id, happened_at, country_id, act, purpose, outcome, "right", via, objects_named, detail)
VALUES (%(id)s, clock_timestamp(), %(country)s, 'material.viewed', 'material', 'done', 'material.see',
        'session 0123456789abcdef', ARRAY[%(id)s]::uuid[], %(detail)s)
"""
DETAIL = '{"tab": "matches"}'


@contextmanager
def database(folder: Path) -> Iterator[Layout]:
    """Run a PostgreSQL that waits for its disk, with the platform's roles and tables."""
    layout = Layout(folder)
    layout.secrets.ensure(*postgres.SECRET_NAMES, *valkey.SECRET_NAMES, "django", "audit")
    service = postgres.postgres_service(layout)
    process = service.spawn()
    try:
        service.wait_until_ready(process)
        bootstrap.make_roles(layout)
        bootstrap.make_database(layout)
        bootstrap.make_extensions(layout, layout.database(OWNER)["NAME"])
        settings = {"DATA_DIR": str(folder), "ICSE_ROLE": OWNER, "LOG_LEVEL": "ERROR"}
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        subprocess.run(migrate, check=True, env=os.environ | settings)
        yield layout
    finally:
        process.send_signal(service.stop_signal)
        service.wait_for_end(process)


def connect(layout: Layout, role: str) -> connection:
    told = layout.database(role)
    opened = psycopg2.connect(
        dbname=told["NAME"], user=told["USER"], password=told["PASSWORD"], host=told["HOST"]
    )
    opened.autocommit = True
    return opened


def write(layout: Layout, statement: str, events: int) -> list[float]:
    """Write events one by one and return how many seconds each took."""
    seconds = []
    with closing(connect(layout, APP)) as opened, opened.cursor() as sql:
        for _ in range(events):
            begin = time.perf_counter()
            sql.execute(statement, {"id": str(uuid.uuid4()), "country": COUNTRY, "detail": DETAIL})
            seconds.append(time.perf_counter() - begin)
    return seconds


def by_all_writers(layout: Layout, statement: str, events: int) -> tuple[float, float]:
    """Return rows per second of all writers together, and the 95th percentile of one write in seconds."""
    begin = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as pool:
        each = [pool.submit(write, layout, statement, events) for _ in range(WRITERS)]
        seconds = sorted(second for future in each for second in future.result())
    return len(seconds) / (time.perf_counter() - begin), seconds[int(len(seconds) * 0.95)]


@contextmanager
def sealing(layout: Layout) -> Iterator[None]:
    """Seal beside the writers, every second as `manage.py seal_audit` does, and to the end afterwards."""
    done = threading.Event()

    def go_on() -> None:
        with closing(connect(layout, ENGINE)) as opened, opened.cursor() as sql:
            while not done.wait(1.0):
                sql.execute("SELECT audit_seal(5000)")

    sealer = threading.Thread(target=go_on)
    sealer.start()
    try:
        yield
    finally:
        done.set()
        sealer.join()


def seal_rest(layout: Layout) -> tuple[int, float]:
    """Return how many events were still waiting, and in how many seconds they were sealed."""
    with closing(connect(layout, ENGINE)) as opened, opened.cursor() as sql:
        sealed, begin = 0, time.perf_counter()
        while True:
            sql.execute("SELECT audit_seal(5000)")
            count = int((sql.fetchone() or (0,))[0])
            if not count:
                return sealed, time.perf_counter() - begin
            sealed += count


def count(layout: Layout, query: str) -> int:
    with closing(connect(layout, OWNER)) as opened, opened.cursor() as sql:
        sql.execute(query)
        return int((sql.fetchone() or (0,))[0])


def verify(layout: Layout) -> None:
    settings = {"DATA_DIR": str(layout.data_dir), "ICSE_ROLE": OWNER, "LOG_LEVEL": "ERROR"}
    subprocess.run([sys.executable, "manage.py", "verify_audit"], check=True, env=os.environ | settings)


def compare(layout: Layout, rounds: int, events: int) -> None:
    """Print rows per second of either way, and what the log holds afterwards."""
    ours, naive = [], []
    for _ in range(rounds):
        with sealing(layout):
            ours.append(by_all_writers(layout, INTO_INBOX, events))
        naive.append(by_all_writers(layout, INTO_NAIVE, events))
    for name, figures in (("inbox and sealer", ours), ("linked by trigger", naive)):
        rate, p95 = (statistics.median(column) for column in zip(*figures, strict=True))
        print(f"{name:>18}: {rate:6.0f} rows/s written by {WRITERS}, p95 of a write {1000 * p95:5.1f} ms")
    ratio = statistics.median(a[0] / b[0] for a, b in zip(ours, naive, strict=True))
    print(f"{'':>18}  ratio {ratio:.1f}; {load_note()}")
    report(layout, rounds * events * WRITERS)


def report(layout: Layout, written: int) -> None:
    """Seal what waits, verify, and print what was lost or forked: nothing may be."""
    waited, seconds = seal_rest(layout)
    if waited:
        print(f"sealed afterwards: {waited} events, {waited / seconds:.0f} rows/s")
    verify(layout)
    kept = count(layout, "SELECT count(*) FROM audit_sealedevent")
    numbers = count(layout, "SELECT count(DISTINCT number) FROM audit_sealedevent")
    print(f"written {written}, lost {written - kept}, forked {kept - numbers}")


def main() -> int:
    """Run the comparison and return 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1500, help="of each writer, in each round")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, database(Path(folder)) as layout:
        with closing(connect(layout, OWNER)) as opened, opened.cursor() as sql:
            sql.execute(NAIVE)
        compare(layout, asked.rounds, asked.events)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What row-level security costs: pages served with the policies in force, against the same without.

Both ways are the same requests through the same views as `icse_app`, by turns; "off" disables row-level
security under every table, so that only the application's own filters are left. Answers must be equally long.
What is measured is processor time, of the web process and of its PostgreSQL server process together: it says
the same on a busy machine and on a quiet one.

    python -m bench.bench_floor [--rows 200000] [--rounds 5] [--only PAGE] [--explain]
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"

import django
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment

from bench.floor_rows import fill, officer_of_first_country
from bench.installation import installation
from bench.quiet import load_note

TARGET: Final = 1.3


def pages() -> Mapping[str, str]:
    """Return what is asked for, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.id FROM bench_material AS m WHERE m.number = 400"
            " UNION ALL SELECT id FROM series_series WHERE name = 'Series 20'"
        )
        (material,), (series,) = cursor.fetchall()
    return {
        "list of material": "/materials/",
        "list, page 50": "/materials/?page=50",
        "list narrowed by facets": "/materials/?kind=photo&camera=Model+20",
        "search, rare word": "/search/?q=IMG_400.jpg",
        "search, metadata word": "/search/?q=c4ca4238a0b923820dcc509a6f75849b",
        "search, common word": "/search/?q=CASE-40",
        "material": f"/materials/{material}/",
        "matches of a material": f"/materials/{material}/tab/?tab=matches",
        "queue": "/",
        "list of series": "/series/",
        "series": f"/series/{series}/",
        "API: materials": "/api/v1/materials/",
        "API: search": "/api/v1/search/?q=IMG_400.jpg",
        "API: matches": f"/api/v1/materials/{material}/matches/",
        "API: proposals": "/api/v1/proposals/",
    }


def switch(*, on: bool) -> None:
    """Enable or disable row-level security under every table that has policies."""
    verb = "ENABLE" if on else "DISABLE"
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tablename FROM pg_policies WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE "{table}" {verb} ROW LEVEL SECURITY')


def work_of_backend() -> float:
    """Return how many seconds of a processor the connection's server process has used."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9


def asked(client: Client, address: str) -> tuple[float, int]:
    """Return how many milliseconds of work an answer took in both processes, and its length."""
    began = time.process_time() + work_of_backend()
    answer = client.get(address)
    spent = (time.process_time() + work_of_backend() - began) * 1000
    if answer.status_code != 200:
        message = f"{address} answered {answer.status_code}"
        raise SystemExit(message)
    return spent, len(answer.content)


def measure(client: Client, address: str, rounds: int) -> dict[bool, list[float]]:
    """Ask by turns with and without the floor; raises SystemExit where the answers differ in length."""
    spent: dict[bool, list[float]] = {True: [], False: []}
    lengths = set()
    for number in range(rounds + 1):
        for on in (True, False):
            switch(on=on)
            asked(client, address)
            taken, length = asked(client, address)
            lengths.add(length)
            if number:
                spent[on].append(taken)
    if len(lengths) > 1:
        print(f"  {address}: lengths differ: {sorted(lengths)}")
    return spent


def explain(client: Client, address: str) -> None:
    """Print the slowest statements of a page with the floor and without it."""
    for on in (True, False):
        switch(on=on)
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        print(f"== row-level security {'on' if on else 'off'}, {len(captured)} statements")
        for query in sorted(captured.captured_queries, key=lambda each: -float(each["time"]))[:4]:
            print(f"-- {query['time']} s\n{query['sql'][:3000]}\n")


def report(rows: int, rounds: int, only: str, show: Callable[[Client, str], None] | None) -> None:
    officer = officer_of_first_country()
    began = time.perf_counter()
    fill(officer, rows)
    client = Client()
    client.force_login(get_user_model().objects.get(pk=officer))
    print(f"{rows:,} submissions, written in {time.perf_counter() - began:.0f} s; {load_note()}", flush=True)
    for name, address in pages().items():
        if only not in name:
            continue
        if show is not None:
            show(client, address)
            continue
        spent = measure(client, address, rounds)
        on, off = (statistics.median(spent[way]) for way in (True, False))
        verdict = "" if on / off < TARGET else f"  over {TARGET}"
        print(f"  {name:26} on {on:8.1f} ms, off {off:8.1f} ms, ratio {on / off:.2f}{verdict}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="Pages whose name holds this.")
    parser.add_argument("--explain", action="store_true", help="Print the slowest statements instead.")
    options = parser.parse_args()
    django.setup()
    setup_test_environment()
    with installation():
        report(options.rows, options.rounds, options.only, explain if options.explain else None)


if __name__ == "__main__":
    main()

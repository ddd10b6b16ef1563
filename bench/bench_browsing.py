"""Fifty officers of one country browsing: what the audit log costs a page.

The whole Django application in one process, as `icse_app`, on a PostgreSQL that waits for its disk, with the
sealer beside it. Rounds alternate between writing events down and leaving that one statement out, in an order
that changes. Pages: queue, grid, a material, a search. Target: the 95th percentile at most 1.2 times as long.

    python -m bench.bench_browsing [--materials 200] [--rounds 6]
"""

import argparse
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from bench.bench_audit import database, sealing
from bench.quiet import load_note
from icse.roles import APP, OWNER

OFFICERS = 50
THREADS = 4
PREPARE = "--prepare"


def prepare(materials: int) -> None:
    """Make the officers and what their country handed in, and print a session of each and a material."""
    from tests.factories.accounts import OfficerFactory, UnitFactory  # noqa: PLC0415 - wants Django set up
    from tests.factories.evidence import submitted  # noqa: PLC0415

    unit = UnitFactory.create()
    officers = [OfficerFactory.create(unit=unit) for _ in range(OFFICERS)]
    made = [
        submitted(officer) for _, officer in zip(range(materials), itertools.cycle(officers), strict=False)
    ]
    for officer in officers:
        client = Client()
        client.force_login(officer)
        print(client.cookies[settings.SESSION_COOKIE_NAME].value, made[0].pk)


def sessions(folder: Path, materials: int) -> list[tuple[str, str]]:
    """Have the owner's role prepare, in a process of its own; return sessions, each with a material."""
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(collect, check=True, env=os.environ | _environment(folder, OWNER))
    command = [sys.executable, "-m", "bench.bench_browsing", PREPARE, "--materials", str(materials)]
    environment = os.environ | _environment(folder, OWNER)
    lines = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    return [(key, pk) for key, pk in (line.split() for line in lines.splitlines())]


def _environment(folder: Path, role: str) -> dict[str, str]:
    return {
        "DATA_DIR": str(folder),
        "ICSE_ROLE": role,
        "SECOND_FACTOR": "no",
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "icse.settings",
    }


def browse(session: str, material: str) -> list[float]:
    """Open the pages as one officer and return how many seconds each took."""
    client = Client(SERVER_NAME="localhost")
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    addresses = [
        reverse("queue"),
        reverse("materials"),
        reverse("material", args=[material]),
        f"{reverse('search')}?q=IMG",
    ]
    seconds = []
    for address in addresses:
        begin = time.perf_counter()
        answer = client.get(address)
        seconds.append(time.perf_counter() - begin)
        if answer.status_code != 200:
            message = f"{address} answered {answer.status_code}"
            raise RuntimeError(message)
    connection.close()
    return seconds


@contextmanager
def without_writing() -> Iterator[None]:
    """Leave out the statement that writes events down, and nothing else."""
    from accounts.audit import recording  # noqa: PLC0415 - wants Django set up

    written, recording._write = recording._write, lambda events: None
    try:
        yield
    finally:
        recording._write = written


def p95(asked: list[tuple[str, str]]) -> float:
    """Return the 95th percentile of all officers' pages in seconds."""
    with ThreadPoolExecutor(THREADS) as pool:
        each = pool.map(lambda pair: browse(*pair), asked)
        seconds = sorted(second for pages in each for second in pages)
    return seconds[int(len(seconds) * 0.95)]


def compare(asked: list[tuple[str, str]], rounds: int) -> None:
    """Print the 95th percentiles of both ways and their ratio."""
    p95(asked[:THREADS])
    pairs = []
    for number in range(rounds):
        if number % 2:
            on = p95(asked)
        with without_writing():
            off = p95(asked)
        if not number % 2:
            on = p95(asked)
        pairs.append((on, off))
    on, off = (1000 * statistics.median(column) for column in zip(*pairs, strict=True))
    ratios = sorted(a / b for a, b in pairs)
    print(
        f"p95 of a page: {on:.0f} ms on record, {off:.0f} ms without; {OFFICERS} officers, {THREADS} threads"
    )
    print(f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}); {load_note()}")


def main() -> int:
    """Run the comparison and return 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--materials", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument(PREPARE, action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.prepare:
        django.setup()
        prepare(asked.materials)
        return 0
    with tempfile.TemporaryDirectory() as folder, database(Path(folder)) as layout:
        os.environ |= _environment(Path(folder), APP)
        django.setup()
        opened = sessions(Path(folder), asked.materials)
        with sealing(layout):
            compare(opened, asked.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())

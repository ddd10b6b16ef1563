"""Break a whole installation, again and again, and count what is lost or done twice: `make faults`.

    python -m tests.faults [--scale 1.0] [--seed 1] [ROW …]

Each row hands in new photos by `icse-upload` while something is killed, cut or emptied, waits until all is
analyzed, and reads everything anew: each file once, with its digest, and each finding once. The last column
is the time from a fault until it was over: a service served again, or the upload had moved on.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import threading
import time
import traceback
from base64 import b64encode
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg2
import redis

from exchange.client.command import DONE
from exchange.client.platform import UPLOADS, Refused, Unreached
from icse.common.sealing import sealed_size
from icse.embedded.layout import Layout
from tests.faults.ground import Ground, Outcome
from tests.faults.power import CALLS, judge
from tests.processes import sizes_of_open_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WEB: Final = "uvicorn"
WORKER: Final = "analysis@"
BROKER: Final = "valkey-server"
DATABASE: Final = "postgres"


def web_killed(ground: Ground, times: int) -> Outcome:
    """The web server dies while a large file is sent to it."""
    folder = ground.new_noise("web", 1, 40_000_000 + 8_000_000 * times)
    outcome, mebibyte = Outcome(), 1024 * 1024
    # Not before it is served again: who is served for a second in thirty gives up in the end.
    is_moving = partial(ground.has_moved, 4 * mebibyte)
    with ground.beside(
        lambda: _wait_for_pages(ground, WEB), every=0.1, times=times, is_due=is_moving
    ) as took:
        ground.send(folder, piece=mebibyte)
    outcome.repetitions, outcome.recovered = len(took), took
    ground.settle(outcome, folder)
    return outcome


def line_cut(ground: Ground, times: int) -> Outcome:
    """The line breaks at random bytes."""
    folder = ground.new_noise("line", 10, 20_000 * times)
    before, ground.line.breaks_every = ground.line.broken, 200_000
    ground.send(folder, piece=64 * 1024)
    ground.line.breaks_every = None
    outcome = Outcome(repetitions=ground.line.broken - before)
    ground.settle(outcome, folder)
    return outcome


def two_senders(ground: Ground, times: int) -> Outcome:
    """Two requests send the same file to the same upload at once."""
    folder = ground.new_noise("race", times, 50_000)
    outcome = Outcome(repetitions=times)
    batch = ground.api.ask("POST", "/api/v1/batches/", told={"files": times}).json()["id"]
    statuses = [_race(ground, batch, file) for file in sorted(folder.iterdir())]
    strange = [each for each in statuses if each.count(204) != 1 or not set(each) <= {204, 409, 410, 423}]
    outcome.doubled += len(strange)
    outcome.remark = f"the other was answered {sorted({s for each in statuses for s in each} - {204})}"
    ground.settle(outcome, folder)
    return outcome


def _race(ground: Ground, batch: str, file: Path) -> tuple[int, ...]:
    content = file.read_bytes()
    told = {"batch": batch, "filename": file.name, "path": f"{file.parent.name}/{file.name}"}
    metadata = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in told.items())
    headers = {"Upload-Length": str(len(content)), "Upload-Metadata": metadata}
    place = ground.api.ask("POST", UPLOADS, headers=headers).headers["Location"]
    gate, answers = threading.Barrier(2), []

    def send() -> None:
        gate.wait()
        piece = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
        try:
            answers.append(ground.api.ask("PATCH", place, body=content, headers=piece).status)
        except Refused as refusal:
            answers.append(refusal.status)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tuple(answers)


def store_full(ground: Ground, times: int) -> Outcome:
    """The volume of the store is full, and has room again later."""
    outcome = Outcome()
    for number in range(times):
        folder = ground.new_noise(f"full{number}", 6, 3_000_000)
        with ground.filled("evidence", left=8_000_000):
            code, files = ground.try_to_send(folder, "--new", piece=512 * 1024)
            # Of what could not be taken nothing may be called received; and pages go on meanwhile.
            arrived = sum(each["outcome"] == "received" for each in files)
            outcome.repetitions += code != DONE and arrived < len(files) and _answers(ground)
        began = time.monotonic()
        code, files = ground.try_to_send(folder)
        outcome.recovered.append(time.monotonic() - began)
        outcome.lost += sum(each["outcome"] != "received" for each in files)
        ground.settle(outcome, folder)
    return outcome


def database_full(ground: Ground, times: int) -> Outcome:
    """The volume of the database is full, and has room again later."""
    outcome, reads = Outcome(), 0
    for number in range(times):
        folder = ground.new_folder(f"rows{number}", 6)
        with ground.filled("postgres", left=0):
            _use_up(ground)
            code, _ = ground.try_to_send(folder, "--new", "--patience", "0")
            outcome.repetitions += code != DONE
            reads += _reads(ground)
        began = time.monotonic()
        ground.platform.wait_until(lambda: _answers(ground), 120)
        outcome.recovered.append(time.monotonic() - began)
        ground.send(folder)
        ground.settle(outcome, folder)
    outcome.remark = f"{reads} of {times} times lists were still read"
    return outcome


def _use_up(ground: Ground) -> None:
    """Write to the database until it has no room."""
    with suppress(psycopg2.Error):
        for _ in range(1000):
            ground.platform.rows(
                "INSERT INTO common_outboxmessage (task, arguments, queue, priority, created_at, sent_at)"
                " SELECT 'fill', '{}', 'default', 6, now(), now() FROM generate_series(1, 20000)"
                " RETURNING 1"
            )


def _reads(ground: Ground) -> bool:
    try:
        return ground.api.ask("GET", "/api/v1/materials/").status == 200
    except (Refused, Unreached):
        return False


def sync_fails(ground: Ground, times: int) -> Outcome:
    """The disk refuses to sync (EIO, injected into the web server)."""
    folder = ground.new_folder("sync", 2 * times)
    fault = ("-e", "trace=fsync", "-e", "inject=fsync:error=EIO:when=2+9")
    outcome = Outcome()
    with ground.traced(WEB, *fault) as log:
        ground.send(folder)
    outcome.repetitions = log.read_text().count("(INJECTED)")
    ground.settle(outcome, folder)
    return outcome


def power_cut(ground: Ground, times: int) -> Outcome:
    """The power fails at each acknowledgement: what was not synced is gone."""
    folder = ground.new_noise("power", times, 30_000)
    outcome = Outcome()
    with ground.traced(WEB, "-y", "-s", "4096", "-e", f"trace={CALLS}") as log:
        ground.send(folder, piece=16 * 1024)
    originals = ground.launcher.data_dir / "evidence" / "originals"
    with log.open(errors="replace") as lines:
        verdict = judge(lines, str(originals))
    outcome.repetitions, outcome.lost = verdict.acknowledged, len(verdict.lost)
    outcome.remark = ", ".join(sorted(set(verdict.lost.values()))[:3])
    outcome.lost += ground.platform.rows("SHOW fsync") != [("on",)]
    outcome.lost += ground.platform.rows("SHOW synchronous_commit") != [("on",)]
    ground.settle(outcome, folder)
    return outcome


def poison(ground: Ground, times: int) -> Outcome:
    """A file kills whatever reads it, each time; the others go on."""
    folder = ground.new_folder("poison", 20 * times)
    bad = sorted(folder.iterdir())[:times]
    for number, file in enumerate(bad):
        content = file.read_bytes()
        file.write_bytes(content + bytes(_POISON_SIZE + number - len(content)))
    sizes = {sealed_size(_POISON_SIZE + number) for number in range(times)}
    outcome = Outcome()
    with _hunting(
        ground, lambda child, killed: child not in killed and sizes_of_open_files(child) & sizes
    ) as killed:
        ground.send(folder)
        ground.settle(outcome, folder)
    outcome.repetitions = len(killed)
    # None of the good ones is set aside with them.
    outcome.doubled += max(outcome.set_aside - times, 0)
    return outcome


_POISON_SIZE: Final = 777_000


def original_gone(ground: Ground, times: int) -> Outcome:
    """An original vanishes from the store while it is worked on, and is put back."""
    originals = ground.launcher.data_dir / "evidence" / "originals"
    known = set(originals.rglob("*"))

    def vanish() -> None:
        fresh = [path for path in originals.rglob("*") if path.is_file() and path not in known]
        if not fresh:
            return
        path = ground.chance.choice(fresh)
        aside = ground.folder / path.name
        path.rename(aside)
        time.sleep(1)
        aside.rename(path)

    return _under_load(ground, "gone", 3 * times, vanish, every=0.3, times=times)


def keys_gone(ground: Ground, times: int) -> Outcome:
    """The key file is away for a second and a half."""
    place = ground.launcher.data_dir / "secrets" / "evidence-keys"
    away = place.with_name("away")

    def vanish() -> None:
        place.rename(away)
        time.sleep(1.5)
        away.rename(place)

    return _under_load(ground, "keys", 3 * times, vanish, every=0.5, times=times)


def decoder_child_killed(ground: Ground, times: int) -> Outcome:
    """The process that reads a file dies in the middle of it."""
    folder = ground.new_folder("child", 2 * times)
    outcome = Outcome()
    with _hunting(
        ground,
        lambda child, killed: (
            len(killed) < times and sizes_of_open_files(child) and ground.chance.random() < 0.3
        ),
    ) as killed:
        ground.send(folder)
        ground.settle(outcome, folder)
    outcome.repetitions = len(killed)
    return outcome


@contextmanager
def _hunting(ground: Ground, is_prey: Callable[[int, list[int]], object]) -> Iterator[list[int]]:
    """Kill processes that read a file for the block, and yield those that were killed."""
    killed: list[int] = []
    is_over = threading.Event()

    def hunt() -> None:
        while not is_over.is_set():
            for child in _decoder_children(ground.launcher.process.pid):
                if is_prey(child, killed):
                    with suppress(ProcessLookupError):
                        os.kill(child, signal.SIGKILL)
                        killed.append(child)
            time.sleep(0.001)

    hunter = threading.Thread(target=hunt)
    hunter.start()
    try:
        yield killed
    finally:
        is_over.set()
        hunter.join()


def _decoder_children(launcher: int) -> list[int]:
    """Return the processes that read a file for this installation at this moment, and for no other one."""
    found: list[int] = []
    waiting = [launcher]
    while waiting:
        pid = waiting.pop()
        with suppress(OSError):
            process = Path(f"/proc/{pid}")
            children = [int(each) for each in (process / f"task/{pid}/children").read_text().split()]
            is_bubblewrap = (process / "comm").read_text().strip() == "bwrap"
            is_server = b"decoding.server" in (process / "cmdline").read_bytes() and not is_bubblewrap
            (found if is_server else waiting).extend(children)
    return found


def _under_load(
    ground: Ground, name: str, files: int, fault: Callable[[], object], *, every: float, times: int
) -> Outcome:
    """Hand photos in and have them analyzed while a fault happens, so often and no less."""
    folder, outcome = ground.new_folder(name, files), Outcome()
    with ground.beside(fault, every=every, times=times) as took:
        ground.send(folder)
        ends_at = time.monotonic() + 600
        while len(took) < times and time.monotonic() < ends_at:
            time.sleep(0.2)
    outcome.repetitions, outcome.recovered = len(took), took
    ground.settle(outcome, folder)
    return outcome


def worker_killed(ground: Ground, times: int) -> Outcome:
    """A Celery worker dies with all its processes."""
    return _under_load(ground, "worker", 6 * times, lambda: ground.kill(WORKER), every=2.0, times=times)


def broker_killed(ground: Ground, times: int) -> Outcome:
    """The broker dies under load."""
    return _under_load(ground, "broker", 2 * times, lambda: ground.kill(BROKER), every=1.0, times=times)


def broker_emptied(ground: Ground, times: int) -> Outcome:
    """Everything that the broker holds is gone."""
    layout = Layout(ground.launcher.data_dir)
    broker = redis.Redis(unix_socket_path=str(layout.valkey_socket), password=layout.secrets.read("valkey"))
    return _under_load(ground, "emptied", 3 * times, broker.flushall, every=1.0, times=times)


def database_restarted(ground: Ground, times: int) -> Outcome:
    """The database ends at once, as at a crash, and starts again."""
    restart = partial(_restart_database, ground)
    return _under_load(ground, "database", 2 * times, restart, every=3.0, times=times)


def delivered_again(ground: Ground, times: int) -> Outcome:
    """Every order is delivered five times more."""
    folder = ground.new_folder("again", times)
    ((last,),) = ground.platform.rows("SELECT coalesce(max(id), 0) FROM common_outboxmessage")
    ground.send(folder)
    ground.platform.wait_until_analyzed()
    again = """
        INSERT INTO common_outboxmessage (task, arguments, queue, priority, created_at)
        SELECT task, arguments, queue, priority, now() FROM common_outboxmessage, generate_series(1, 5)
        WHERE id > %s AND (task LIKE 'media_analysis.%%' OR task LIKE 'series.%%') RETURNING 1
    """
    outcome = Outcome(repetitions=len(ground.platform.rows(again, last)))
    unsent = "SELECT count(*) FROM common_outboxmessage WHERE sent_at IS NULL"
    ground.platform.wait_until(lambda: ground.platform.rows(unsent) == [(0,)], 120)
    ground.settle(outcome, folder)
    return outcome


def _wait_for_pages(ground: Ground, word: str) -> None:
    ground.kill(word)
    ground.platform.wait_until(lambda: _answers(ground), 60)


def _answers(ground: Ground) -> bool:
    try:
        return ground.launcher.status("/healthz") == 200
    except OSError:
        return False


def _restart_database(ground: Ground) -> None:
    ground.kill(DATABASE, signal.SIGQUIT)
    ground.platform.wait_until(lambda: _answers(ground), 60)


TESTS: Final = {
    8: "tests/integration/evidence/test_crash_points.py",
    23: "tests/integration/media_analysis/test_out_of_order.py",
    31: "tests/integration/evidence/test_sealed.py tests/functional/test_backup.py",
}
"""Rows that tests try, at every point or in any order."""

ROWS: Final[dict[int, tuple[Callable[[Ground, int], Outcome], int]]] = {
    1: (web_killed, 50),
    2: (line_cut, 200),
    3: (two_senders, 1000),
    4: (store_full, 3),
    5: (database_full, 3),
    6: (sync_fails, 40),
    7: (power_cut, 500),
    9: (decoder_child_killed, 40),
    10: (worker_killed, 10),
    11: (broker_killed, 20),
    12: (broker_emptied, 10),
    14: (database_restarted, 20),
    18: (poison, 20),
    22: (delivered_again, 20),
    24: (original_gone, 20),
    33: (keys_gone, 10),
}
"""Rows by their number in the table of faults, each with how often it happens."""

VOLUMES: Final = {4: {"evidence": 256}, 5: {"postgres": 1024}}
"""Rows that need a file system of their own, which takes the right to mount one; sizes in MiB."""

TRACED: Final = (6, 7)
"""Rows that need strace."""


def main() -> int:
    """Run the rows, print the table; return 1 if anything was lost or done twice, or a fault never came."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("rows", nargs="*", type=int, metavar="ROW", choices=[*ROWS, []], help="else all")
    parser.add_argument("--scale", type=float, default=1.0, help="of how often each fault happens")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    print("| row | fault | times | files | lost | doubled | set aside | seconds to recover: median, most |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    numbers = chosen.rows or list(ROWS)
    for number in [] if chosen.rows else TESTS:
        print(f"| {number} | {TESTS[number]}: `make test` |  |  |  |  |  |  |", flush=True)
    on_own_volumes = [number for number in numbers if number in VOLUMES]
    harmed = _break([number for number in numbers if number not in VOLUMES], chosen)
    for number in on_own_volumes:
        harmed = _break([number], chosen) or harmed
    return int(harmed)


def _break(numbers: list[int], chosen: argparse.Namespace) -> bool:
    """Take rows one after the other on one installation; tell whether anything was lost or never happened."""
    possible = [number for number in numbers if not (why := _lacks(number)) or print(f"| {number} | {why} |")]
    if not possible:
        return bool(numbers)
    ground = Ground(chosen.seed, volumes=VOLUMES.get(possible[0]))
    harmed = len(possible) < len(numbers)
    try:
        for number in possible:
            act, times = ROWS[number]
            try:
                outcome = act(ground, max(1, round(times * chosen.scale)))
            except AssertionError:
                traceback.print_exc()
                print(f"| {number} | did not come to its end |", flush=True)
                harmed = True
                continue
            # A fault that did not happen proves nothing.
            harmed = harmed or bool(outcome.lost or outcome.doubled or not outcome.repetitions)
            print(_line(number, act.__doc__ or "", outcome), flush=True)
    finally:
        ground.close()
    return harmed


def _lacks(number: int) -> str:
    """Return what a row needs and this machine does not have."""
    if number in VOLUMES and os.geteuid() != 0:
        return "not tried: it takes root to mount a volume"
    if number in TRACED and shutil.which("strace") is None:
        return "not tried: strace is not installed"
    return ""


def _line(number: int, words: str, outcome: Outcome) -> str:
    took = outcome.recovered
    recovered = f"{statistics.median(took):.1f}, {max(took):.1f}" if took else "—"
    what = words.strip().rstrip(".") + (f"; {outcome.remark}" if outcome.remark else "")
    cells = (
        number,
        what,
        outcome.repetitions,
        outcome.files,
        outcome.lost,
        outcome.doubled,
        outcome.set_aside,
        recovered,
    )
    return f"| {' | '.join(map(str, cells))} |"

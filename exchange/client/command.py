"""`icse-upload`: hand in files and folders from a command line, over the API.

It finds the files, goes on with what was begun, sends the rest and reports. It knows of the platform what its
API says and imports nothing of it, so that it runs where the platform does not: `make client` packs it into
one file that needs Python alone.
"""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import datetime
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from exchange.client.arguments import parse_arguments
from exchange.client.folder import find_files
from exchange.client.platform import BATCHES, Platform, Refused, Unreached
from exchange.client.progress import Progress
from exchange.client.report import Report
from exchange.client.sending import ARRIVED, LineDead, Sender, Stopped, left, outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from exchange.client.arguments import Arguments
    from exchange.client.folder import Found

DONE, SOME_REFUSED, USAGE, UNFINISHED, DENIED, INTERRUPTED = 0, 1, 2, 3, 4, 130

_ENDED: Final = (*ARRIVED, "refused")
_IN_VAIN: Final = ("refused", "unreadable")

Key = tuple[str, int, int]
"""By what a file is known again: its path, its size, and its time in Unix milliseconds."""

Told = Mapping[str, Any]
"""What the platform says of an upload."""


def main(words: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code, as `--help` lists them."""
    wanted = parse_arguments(words)
    files = find_files(wanted.paths)
    if trouble := _trouble_with(files):
        return _complain(trouble, USAGE)
    platform = Platform(wanted.server, wanted.token, lanes=wanted.parallel, ca_file=wanted.ca_file)
    report = Report(wanted.server)
    try:
        report.batch = _find_batch(platform, wanted, files)
        begun = _begun(platform, report.batch)
    except Refused as refusal:
        return _complain(f"The platform refused: {refusal}", DENIED if refusal.is_denied else USAGE)
    except Unreached as fault:
        return _complain(f"{wanted.server} cannot be reached: {fault}", UNFINISHED)
    sender = Sender(platform, report.batch, wanted.patience, Event())
    code = _send_all(sender, wanted, report, files, begun)
    report.write(wanted.report)
    if report.stopped:
        _complain(report.stopped, code)
    return code


def _trouble_with(files: Sequence[Found]) -> str:
    """Return why these files cannot be handed in together, or an empty text."""
    if not files:
        return "There is no file in what you named."
    path, number = Counter(file.source_path for file in files).most_common(1)[0]
    if number > 1:
        return f"Two of the files would be called {path}: hand in one folder at a time."
    return ""


def _complain(text: str, code: int) -> int:
    sys.stderr.write(f"icse-upload: {text}\n")
    return code


def _find_batch(platform: Platform, wanted: Arguments, files: Sequence[Found]) -> str:
    """Return the batch to go on with, of as many files and bytes of the same case, or a new one."""
    readable = [file for file in files if not file.trouble]
    announced = {"files": len(readable), "bytes": sum(file.size for file in readable)}
    if wanted.batch:
        return str(platform.ask("GET", f"{BATCHES}{wanted.batch}/").json()["id"])
    if not wanted.is_new:
        said = (wanted.details.get("case_reference", ""), announced["files"], announced["bytes"])
        for batch in platform.list_all(BATCHES):
            if said == (batch["case_reference"], batch["announced_files"], batch["announced_bytes"]):
                sys.stderr.write(f"icse-upload: going on with the upload {batch['id']}\n")
                return str(batch["id"])
    return str(platform.ask("POST", BATCHES, told={**wanted.details, **announced}).json()["id"])


def _begun(platform: Platform, batch: str) -> dict[Key, Told]:
    """Return what of a batch was begun before; of several uploads of one file the one that came furthest."""
    begun: dict[Key, Told] = {}
    for told in platform.list_all(f"{BATCHES}{batch}/files/"):
        key = (told["source_path"], told["length"], _milliseconds(told["modified_at"]))
        known = begun.get(key)
        if known is None or _furtherness(told) > _furtherness(known):
            begun[key] = told
    return begun


def _furtherness(told: Told) -> tuple[int, int]:
    return ("expired", "refused", "open", *ARRIVED).index(told["state"]), told["offset"]


def _milliseconds(moment: str | None) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1000) if moment else 0


def _send_all(
    sender: Sender, wanted: Arguments, report: Report, files: Sequence[Found], begun: Mapping[Key, Told]
) -> int:
    """Send what is not concluded, several at a time, and return the exit code."""
    progress = Progress(len(files), sum(file.size for file in files), is_quiet=wanted.is_quiet)
    sender.moved = progress.moved
    denied = False
    with _interruptible(sender.stop) as was_interrupted, ThreadPoolExecutor(wanted.parallel) as lanes:
        tasks = {}
        for file in files:
            told = begun.get((file.source_path, file.size, file.modified), {})
            if told.get("state") in _ENDED:
                report.files.append(outcome_of(told, file))
                progress.concluded(file.size)
            else:
                tasks[lanes.submit(sender.send, file, told if told.get("state") == "open" else None)] = file
        for task in as_completed(tasks):
            try:
                outcome = task.result()
            except Stopped:
                outcome = left(tasks[task], "unfinished")
            except (Refused, LineDead) as fault:
                sender.stop.set()
                denied = denied or (isinstance(fault, Refused) and fault.is_denied)
                report.stopped = report.stopped or str(fault)
                outcome = left(tasks[task], "unfinished", message=str(fault))
            report.files.append(outcome)
            progress.concluded(outcome.size)
    progress.end()
    if was_interrupted():
        report.stopped = report.stopped or "Interrupted."
        return INTERRUPTED
    return DENIED if denied else _code_of(report)


@contextmanager
def _interruptible(stop: Event) -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C end the run in good order, with its report; the second one is as ever."""
    heard: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM)

    def hear(number: int, _: object) -> None:
        heard.append(number)
        stop.set()
        for each in numbers:
            signal.signal(each, before[each])

    before = {each: signal.signal(each, hear) for each in numbers}
    try:
        yield lambda: bool(heard)
    finally:
        for each in numbers:
            signal.signal(each, before[each])


def _code_of(report: Report) -> int:
    counts = report.counts()
    if counts["unfinished"]:
        return UNFINISHED
    return SOME_REFUSED if any(counts[each] for each in _IN_VAIN) else DONE

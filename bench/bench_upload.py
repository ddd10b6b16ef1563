"""Upload to a running platform: one large file at once and in pieces, and a folder over a line that breaks.

    python -m bench.bench_upload --token TOKEN --pid PID [--url …] [--gigabytes 2] [--files 1000]

Peers in the same run: `cp` and `sha256sum` of the same bytes. The figures are ratios of seconds, and the
growth of resident memory of the web process from before an upload to its greatest value during it. In pieces
means `icse-upload`, which hashes the file first and sends a checksum with each piece. Of the folder each
file's digest, as the platform found it, is compared; the line is cut once for every twenty files.
"""

import argparse
import hashlib
import http.client
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from exchange.client.command import main as main_of_client
from tests.functional.exchange.line import BadLine

MIB = 1024**2
PIECE = MIB
BOUNDARY = "a-line-that-no-video-holds"
MP4_HEAD = bytes.fromhex("0000001c667479706d70343200000000") + b"mp42isommp41"


def make_file(path: Path, gigabytes: float, seed: int) -> None:
    """Write a file that begins as an MP4 does and goes on with numbers, others for each seed and run."""
    first = seed * 10**9 + time.time_ns() % 10**9
    with path.open("wb") as stream:
        stream.write(MP4_HEAD)
        for number in range(int(gigabytes * 1024)):
            stream.write((first + number).to_bytes(8, "big") * (MIB // 8))


def resident_mib(pid: int) -> float:
    """Return the resident memory of a process and its children in MiB."""
    pids = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    pages = sum(int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in pids)
    return pages * 4096 / MIB


def upload(url: str, token: str, path: Path) -> int:
    """Send the file as multipart and return the status of the answer."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="large.mp4"\r\n'
        "Content-Type: video/mp4\r\n\r\n"
    ).encode()
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "127.0.0.1", address.port or 80, timeout=600)
    connection.putrequest("POST", "/api/v1/submissions/")
    connection.putheader("Authorization", f"Bearer {token}")
    connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    connection.putheader("Content-Length", str(len(head) + path.stat().st_size + len(tail)))
    connection.endheaders(head)
    with path.open("rb") as stream:
        for piece in iter(lambda: stream.read(PIECE), b""):
            connection.send(piece)
    connection.send(tail)
    return connection.getresponse().status


def seconds(command: list[str]) -> float:
    """Return how long a command takes."""
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def upload_in_pieces(url: str, token: str, path: Path) -> int:
    """Send files by `icse-upload` in a process of its own, and return its exit code."""
    command = [sys.executable, "-m", "exchange.client", str(path), "--server", url, "--new", "--quiet"]
    environment = {**os.environ, "ICSE_TOKEN": token}
    return subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode


def watched(pid: int, send: Callable[[], int]) -> tuple[int, float, float]:
    """Return what a sender returned, its seconds, and by how many MiB the web process grew meanwhile."""
    seen = [resident_mib(pid)]
    is_over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(pid, seen, is_over))
    watcher.start()
    began = time.monotonic()
    answer = send()
    took = time.monotonic() - began
    is_over.set()
    watcher.join()
    return answer, took, max(seen) - seen[0]


def compare_large(url: str, token: str, pid: int, folder: Path, gigabytes: float) -> None:
    """Send one large file in both ways, each time one that the platform has not met."""
    copy = digest = 0.0
    for number, (name, send) in enumerate((("at once", upload), ("in pieces", upload_in_pieces))):
        path = folder / f"large{number}.mp4"
        make_file(path, gigabytes, number)
        copy, digest = seconds(["cp", str(path), f"{path}.copy"]), seconds(["sha256sum", str(path)])
        Path(f"{path}.copy").unlink()
        answer, took, grown = watched(pid, partial(send, url, token, path))
        path.unlink()
        print(f"{gigabytes:g} GB {name}: answer {answer}, {took:.1f} s")
        print(f"  against cp + sha256sum: {took / (copy + digest):.2f} x ({copy:.1f} + {digest:.1f} s)")
        print(f"  the web process grew by {grown:.0f} MiB")


def send_folder_badly(url: str, token: str, pid: int, folder: Path, number: int) -> None:
    """Send a folder over a line that breaks, and compare every digest."""
    disk, report = folder / "disk", folder / "report.json"
    disk.mkdir()
    chance = random.Random(time.time_ns())
    for each in range(number):
        picture = b"\x89PNG\r\n\x1a\n" + chance.randbytes(chance.randrange(1000, 400_000))
        (disk / f"{each}.png").write_bytes(picture)
    size = sum(file.stat().st_size for file in disk.iterdir())
    line = BadLine(urlsplit(url).port or 80)
    line.breaks_every = 20 * size // number
    command = [str(disk), "--server", line.url, "--report", str(report), "--quiet"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ICSE_TOKEN", token)
        answer, took, _ = watched(pid, lambda: main_of_client(command))
    files = json.loads(report.read_text())["files"]
    wrong = [
        file["path"]
        for file in files
        if file["sha256"] != hashlib.sha256((folder / file["path"]).read_bytes()).hexdigest()
    ]
    print(f"{number} files, {size / MIB:.0f} MiB, over a line cut {line.broken} times: exit code {answer}")
    print(f"  {took:.1f} s, {line.sent / size:.2f} x the bytes sent, {len(wrong)} digests wrong")


def main() -> None:
    """Run the comparisons and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--token", required=True)
    parser.add_argument("--pid", type=int, required=True, help="process id of the web server")
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--files", type=int, default=1000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        asked = (chosen.url, chosen.token, chosen.pid, Path(name))
        compare_large(*asked, chosen.gigabytes)
        send_folder_badly(*asked, chosen.files)


def _watch(pid: int, seen: list[float], is_over: threading.Event) -> None:
    for _ in itertools.count():
        if is_over.wait(0.05):
            return
        seen.append(resident_mib(pid))


if __name__ == "__main__":
    main()

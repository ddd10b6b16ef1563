"""Upload one large file to a running platform and watch the web process's memory.

    python bench/bench_upload.py --url http://127.0.0.1:8000 --token TOKEN --pid PID [--gigabytes 2]

Peers in the same run: `cp` and `sha256sum` of the same bytes. The figures are ratios of seconds, and the
growth of resident memory from before the upload to its greatest value during it.
"""

import argparse
import http.client
import itertools
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

MIB = 1024**2
PIECE = MIB
BOUNDARY = "a-line-that-no-video-holds"
MP4_HEAD = bytes.fromhex("0000001c667479706d70343200000000") + b"mp42isommp41"


def make_file(path: Path, gigabytes: float) -> None:
    """Write a file that begins as an MP4 does and goes on with numbers that do not compress."""
    with path.open("wb") as stream:
        stream.write(MP4_HEAD)
        for number in range(int(gigabytes * 1024)):
            stream.write(number.to_bytes(8, "big") * (MIB // 8))


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


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--token", required=True)
    parser.add_argument("--pid", type=int, required=True, help="process id of the web server")
    parser.add_argument("--gigabytes", type=float, default=2.0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.mp4"
        make_file(path, chosen.gigabytes)
        copy = seconds(["cp", str(path), f"{path}.copy"])
        digest = seconds(["sha256sum", str(path)])
        before = resident_mib(chosen.pid)
        seen = [before]
        is_over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(chosen.pid, seen, is_over))
        watcher.start()
        began = time.monotonic()
        status = upload(chosen.url, chosen.token, path)
        took = time.monotonic() - began
        is_over.set()
        watcher.join()
    print(f"{chosen.gigabytes:g} GB, answer {status}, {took:.1f} s")
    print(f"against cp + sha256sum: {took / (copy + digest):.2f} x ({copy:.1f} + {digest:.1f} s)")
    grown = max(seen) - before
    print(f"resident memory: {before:.0f} MiB before, at most {max(seen):.0f} MiB, grown by {grown:.0f}")


def _watch(pid: int, seen: list[float], is_over: threading.Event) -> None:
    for _ in itertools.count():
        if is_over.wait(0.05):
            return
        seen.append(resident_mib(pid))


if __name__ == "__main__":
    main()

"""The processes of a decoder: its server, the children that read files and the one that waits."""

from functools import partial
from pathlib import Path

from media_analysis.engine.decoding.client import Decoder
from tests.processes import children_of, sizes_of_open_files, wait_until


def server_of(decoder: Decoder) -> int:
    """Return the process that forks, which bubblewrap holds inside of two of its own."""
    pid = decoder.server_pid
    while Path(f"/proc/{pid}/comm").read_text().strip() == "bwrap":
        wait_until(partial(children_of, pid))
        (pid,) = children_of(pid)
    return pid


def spare_of(decoder: Decoder) -> int:
    """Return the child that waits, once it is the only one and has let go of what its parent held."""
    server = server_of(decoder)
    waiting: list[int] = []

    def waits_alone() -> bool:
        waiting[:] = children_of(server)
        return len(waiting) == 1 and _holds_nothing(waiting[0])

    wait_until(waits_alone)
    return waiting[0]


def readers_of(server: int) -> list[int]:
    """Return the children that read a file; the spare one holds none."""
    return [child for child in children_of(server) if sizes_of_open_files(child)]


def _holds_nothing(pid: int) -> bool:
    """Tell whether a process holds its standard streams and one socket, as a child does that waits."""
    try:
        held = [str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir() if int(each.name) > 2]
    except FileNotFoundError:  # it is ending
        return False
    return len(held) == 1 and held[0].startswith("socket:")

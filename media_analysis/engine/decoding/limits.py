"""What one file may cost: the one table of the limits on pictures and videos."""

from dataclasses import dataclass
from typing import Any, Final

MIB: Final = 1024**2
GIB: Final = 1024**3


@dataclass(frozen=True, slots=True)
class Budget:
    """What the process that reads one file may use before it is stopped."""

    cpu_seconds: int
    silent_seconds: float  # of waiting for its next answer
    memory_bytes: int  # of address space, on top of what the libraries take
    open_files: int = 32
    written_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What is accepted at all, and the budget of each kind of work."""

    picture_bytes: int = 200 * MIB
    picture_pixels: int = 100_000_000
    picture_frames: int = 5000

    video_bytes: int = 10 * GIB
    video_seconds: float = 6 * 3600.0
    video_side: int = 8192
    video_streams: int = 64
    video_packets: int = 10_000_000
    video_frames: int = 20_000

    archive_bytes: int = 10 * GIB  # of everything that comes out of it
    archive_members: int = 20_000
    archive_depth: int = 2
    archive_ratio: int = 200  # of what comes out to what went in, past the first bytes
    archive_trusted_bytes: int = 16 * MIB

    # 100 MP with alpha are 400 MB; converting and reducing them holds three such buffers for a moment.
    still: Budget = Budget(cpu_seconds=20, silent_seconds=40, memory_bytes=1536 * MIB)
    metadata: Budget = Budget(cpu_seconds=10, silent_seconds=20, memory_bytes=768 * MIB, open_files=64)
    plan: Budget = Budget(cpu_seconds=120, silent_seconds=180, memory_bytes=1024 * MIB)
    # One segment is at most five minutes' work; twice that leaves room for a slow machine.
    key_frames: Budget = Budget(cpu_seconds=600, silent_seconds=120, memory_bytes=1536 * MIB)
    frames: Budget = Budget(cpu_seconds=600, silent_seconds=120, memory_bytes=1536 * MIB)
    proxy: Budget = Budget(
        cpu_seconds=3600, silent_seconds=7200, memory_bytes=1536 * MIB, written_bytes=2 * GIB
    )
    members: Budget = Budget(
        cpu_seconds=3600, silent_seconds=600, memory_bytes=768 * MIB, written_bytes=10 * GIB
    )


def limits_from(fields: dict[str, Any]) -> Limits:
    """Return limits from what `dataclasses.asdict` made of them."""
    values: dict[str, Any] = {
        name: Budget(**value) if isinstance(value, dict) else value for name, value in fields.items()
    }
    return Limits(**values)

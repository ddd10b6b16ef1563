"""The port through which a worker has files decoded: pixels and facts come back, never a hostile parser.

with Decoder() as decoder:
    still = decoder.still(path)
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from media_analysis.engine.decoding.answers import still_from
from media_analysis.engine.decoding.channel import Message
from media_analysis.engine.decoding.errors import DecoderDied
from media_analysis.engine.decoding.limits import Budget, Limits
from media_analysis.engine.decoding.memory import PixelMemory
from media_analysis.engine.decoding.results import LONGEST_SIDE, DecodedStill
from media_analysis.engine.decoding.server_process import Job, ServerProcess


class Decoder:
    """Decodes files in processes that live for one file each; keep one per worker process.

    Its server is started with the first file, and again when it has died. It is not for several threads.
    """

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen
        self._limits = limits
        self._server: ServerProcess | None = None
        self._memory: PixelMemory | None = None
        self._leaving: Job | None = None  # the child that wrote to that memory last

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def server_pid(self) -> int:
        """Return the process id of the server, which is started if need be."""
        return self._running().pid

    def close(self) -> None:
        """Stop the server. The decoder may be used again: it then starts another."""
        if self._leaving is not None:
            with suppress(DecoderDied):
                self._leaving.stop()
        if self._server is not None:
            self._server.close()
        if self._memory is not None:
            self._memory.close()
        self._server = self._memory = self._leaving = None

    def still(self, path: Path) -> DecodedStill:
        """Return a photo, or the first frame of an animation, upright and at most 2560 px long.

        Raises Unreadable, TooLarge or Unsupported when the file is the cause; DecoderDied or DecoderTimeout
        when decoding did not come to an end; OSError when there is no such file.
        """
        server, memory = self._running(), self._free_memory()
        with _job(server, "still", path, self._limits.still, memory.descriptor) as job:
            still = still_from(job.receive(), memory)
            # The pixels are here: its end, some milliseconds long, need not be waited for now.
            self._leaving = job
        return still

    def _running(self) -> ServerProcess:
        if self._server is None or not self._server.is_usable():
            self.close()
            self._server = ServerProcess(self._limits)
        return self._server

    def _free_memory(self) -> PixelMemory:
        """Return memory that no living child can write to."""
        if self._leaving is not None:
            self._leaving.stop()
            self._leaving = None
        if self._memory is None:
            self._memory = PixelMemory(LONGEST_SIDE)
        return self._memory


@contextmanager
def _job(
    server: ServerProcess, work: str, path: Path, budget: Budget, output: int, options: Message | None = None
) -> Iterator[Job]:
    """Hand a file, opened read-only, to a child; when something goes wrong, see to it that the child ends."""
    source = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        job = server.submit(work, budget, options or {}, source, output)
    finally:
        os.close(source)
    try:
        yield job
    except BaseException:
        job.stop()
        raise

"""The port through which a worker has files decoded: pixels and facts come back, never a hostile parser.

with Decoder() as decoder:
    still = decoder.still(path)
"""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from media_analysis.engine.decoding.answers import frame_from, plan_from, still_from
from media_analysis.engine.decoding.channel import Message
from media_analysis.engine.decoding.errors import DecoderDied
from media_analysis.engine.decoding.limits import Budget, Limits
from media_analysis.engine.decoding.memory import PixelMemory
from media_analysis.engine.decoding.results import LONGEST_SIDE, DecodedStill, VideoFrame, VideoPlan
from media_analysis.engine.decoding.server_process import Job, ServerProcess

Frames = Generator[VideoFrame, None, None]
"""Frames to be iterated, or closed early; closing ends the child."""

FRAME_SIDE: Final = 1024
"""Pixels on the long side of a video frame, unless asked otherwise."""


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

    def metadata(self, path: Path, media_type: str = "") -> Message:
        """Return `tool`, `tool_version` and `tags` of a file, as `engine.metadata.reader` reads them.

        Raises as `still` does.
        """
        return self._ask("metadata", path, self._limits.metadata)

    def video_plan(self, path: Path) -> VideoPlan:
        """Return what a video holds and how to divide the work on it. Raises as `still` does."""
        return plan_from(self._ask("plan", path, self._limits.plan))

    def video_keyframes(self, path: Path, *, long_side: int = FRAME_SIDE) -> Frames:
        """Yield every key frame of a video, upright, at most `long_side` px long. Raises as `still` does.

        This reads a video fifty times as fast as it plays.
        """
        yield from self._stream("key_frames", path, self._limits.key_frames, {"long_side": long_side})

    def video_frames(
        self,
        path: Path,
        *,
        start_s: float,
        end_s: float,
        frames_per_second: float,
        long_side: int = FRAME_SIDE,
    ) -> Frames:
        """Yield frames of a part of a video at regular times, upright. Raises as `still` does.

        The part should be a segment of the plan, since decoding begins at the key frame before it. One frame
        is decoded ahead of the one that is looked at, no more.
        """
        options = {
            "start_s": start_s,
            "end_s": end_s,
            "frames_per_second": frames_per_second,
            "long_side": long_side,
        }
        yield from self._stream("frames", path, self._limits.frames, options)

    def proxy(self, path: Path, target: Path) -> None:
        """Write an MP4 that every browser plays, at most 720p. Raises as `still` does.

        The target appears when it is whole, and never otherwise.
        """
        half = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            with half.open("x+b") as output:
                self._ask("proxy", path, self._limits.proxy, output.fileno())
                os.fsync(output.fileno())
            half.replace(target)
        finally:
            half.unlink(missing_ok=True)

    def _ask(self, work: str, path: Path, budget: Budget, output: int | None = None) -> Message:
        """Return the only answer of a child that has then ended."""
        with _job(self._running(), work, path, budget, output) as job:
            message = job.receive()
            job.finish()
            return message

    def _stream(self, work: str, path: Path, budget: Budget, options: Message) -> Frames:
        memory = PixelMemory(options["long_side"])
        try:
            with _job(self._running(), work, path, budget, memory.descriptor, options) as job:
                for _ in range(self._limits.video_frames + 1):
                    message = job.receive()
                    if "end" in message:
                        break
                    frame = frame_from(message, memory)
                    job.go_on()
                    yield frame
                job.stop()
        finally:
            memory.close()

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
    server: ServerProcess,
    work: str,
    path: Path,
    budget: Budget,
    output: int | None,
    options: Message | None = None,
) -> Iterator[Job]:
    """Hand a file, opened read-only, to a child; when something goes wrong, see to it that the child ends."""
    source = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        # Work that puts out nothing but its answer gets its read-only input a second time.
        job = server.submit(work, budget, options or {}, source, source if output is None else output)
    finally:
        os.close(source)
    try:
        yield job
    except BaseException:
        job.stop()
        raise

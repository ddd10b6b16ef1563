"""The port through which a worker has files decoded: pixels and facts come back, never a hostile parser.

with Decoder() as decoder:
    still = decoder.still(path)
"""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import BinaryIO, Final, Self

from icse.common.sealing import DataKey, SealBroken, SealedFile, new_key, open_sealed
from media_analysis.engine.decoding.answers import frame_from, member_from, plan_from, still_from
from media_analysis.engine.decoding.channel import Message, key_message
from media_analysis.engine.decoding.errors import DecoderDied, Unreadable
from media_analysis.engine.decoding.limits import Budget, Limits
from media_analysis.engine.decoding.memory import PixelMemory
from media_analysis.engine.decoding.results import (
    LONGEST_SIDE,
    ArchiveMember,
    DecodedStill,
    VideoFrame,
    VideoPlan,
)
from media_analysis.engine.decoding.sandbox import Sandbox
from media_analysis.engine.decoding.server_process import Job, ServerProcess

Source = Path | SealedFile
"""A file to be read: as it lies, or sealed, when it is opened inside the sandbox."""

Frames = Generator[VideoFrame, None, None]
"""Frames to be iterated, or closed early; closing ends the child."""

Members = Generator[ArchiveMember, None, None]
"""Files of an archive to be iterated, or closed early; closing ends the child."""

HEAD_BYTES: Final = 4096
"""How much of a member's beginning tells whether it is an archive itself."""

FRAME_SIDE: Final = 1024
"""Pixels on the long side of a video frame, unless asked otherwise."""


class Decoder:
    """Decodes files in processes that live for one file each; keep one per worker process.

    Its server is started with the first file, and again when it has died. It is not for several threads.
    """

    def __init__(self, limits: Limits = Limits(), sandbox: Sandbox = Sandbox()) -> None:  # noqa: B008 - frozen
        self._limits = limits
        self._sandbox = sandbox
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

    def still(self, file: Source) -> DecodedStill:
        """Return a photo, or the first frame of an animation, upright and at most 2560 px long.

        Raises Unreadable, TooLarge or Unsupported when the file is the cause; DecoderDied or DecoderTimeout
        when decoding did not come to an end; OSError when there is no such file.
        """
        server, memory = self._running(), self._free_memory()
        with _job(server, "still", file, self._limits.still, memory.descriptor) as job:
            still = still_from(job.receive(), memory)
            # The pixels are here: its end, some milliseconds long, need not be waited for now.
            self._leaving = job
        return still

    def _running(self) -> ServerProcess:
        if self._server is None or not self._server.is_usable():
            self.close()
            self._server = ServerProcess(self._limits, self._sandbox)
        return self._server

    def metadata(self, file: Source, media_type: str = "") -> Message:
        """Return `tool`, `tool_version` and `tags` of a file, as `engine.metadata.reader` reads them.

        Of a sealed file that is larger than any picture, its beginning and end are looked at. Raises as
        `still` does.
        """
        return self._ask("metadata", file, self._limits.metadata)

    def video_plan(self, file: Source) -> VideoPlan:
        """Return what a video holds and how to divide the work on it. Raises as `still` does."""
        return plan_from(self._ask("plan", file, self._limits.plan))

    def video_keyframes(self, file: Source, *, long_side: int = FRAME_SIDE) -> Frames:
        """Yield every key frame of a video, upright, at most `long_side` px long. Raises as `still` does.

        This reads a video fifty times as fast as it plays.
        """
        yield from self._stream("key_frames", file, self._limits.key_frames, {"long_side": long_side})

    def video_frames(
        self,
        file: Source,
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
        yield from self._stream("frames", file, self._limits.frames, options)

    def proxy(self, file: Source, target: SealedFile) -> None:
        """Write an MP4 that every browser plays, at most 720p, sealed. Raises as `still` does.

        The target appears when it is whole, and never otherwise.
        """
        half = target.path.with_name(f".{target.path.name}.{os.getpid()}.part")
        try:
            with half.open("x+b") as output:
                self._ask("proxy", file, self._limits.proxy, output.fileno(), target.key)
                os.fsync(output.fileno())
            half.replace(target.path)
        finally:
            half.unlink(missing_ok=True)

    def members(self, file: Source, spool: Path, is_archive: Callable[[bytes], bool]) -> Members:
        """Yield the files of an archive, those of archives inside it in their place.

        One at a time lies unpacked and sealed in `spool`, a folder, under no name; `is_archive` says by its
        first `HEAD_BYTES` whether to unpack it in its turn. Raises as `still` does, after what could be
        unpacked.
        """
        allowance = {"bytes_left": self._limits.archive_bytes, "members_left": self._limits.archive_members}
        yield from self._members(file, _Unpacking(spool, is_archive, allowance), 1)

    def _members(self, file: Source, unpacking: "_Unpacking", depth: int) -> Members:
        allowance, budget, key = unpacking.allowance, self._limits.members, new_key()
        with (
            TemporaryFile(dir=unpacking.spool, buffering=0) as output,
            _job(self._running(), "members", file, budget, output.fileno(), dict(allowance), key) as job,
        ):
            # Opened anew each time: the child's end of the file shares its position with `output`.
            unpacked = SealedFile(Path(f"/proc/self/fd/{output.fileno()}"), key)
            while "end" not in (message := job.receive()):
                with _opened(message, unpacked) as content:
                    member = member_from(message, content)
                    allowance["bytes_left"] -= member.size
                    allowance["members_left"] -= 1
                    if member.content is not None and unpacking.is_archive(_head(content)):
                        yield from self._inside(member, unpacked, unpacking, depth)
                    else:
                        yield member
                job.go_on()
            job.finish()

    def _inside(
        self, archive: ArchiveMember, content: SealedFile, unpacking: "_Unpacking", depth: int
    ) -> Members:
        """Yield the files of an archive inside of another one; one that cannot be read is a member itself."""
        if depth >= self._limits.archive_depth:
            yield replace(archive, content=None, reason="too_deep")
            return
        try:
            for member in self._members(content, unpacking, depth + 1):
                yield replace(member, name=f"{archive.name}/{member.name}")
        except Unreadable:
            yield replace(archive, content=None, reason="damaged")

    def _ask(
        self,
        work: str,
        file: Source,
        budget: Budget,
        output: int | None = None,
        output_key: DataKey | None = None,
    ) -> Message:
        """Return the only answer of a child that has then ended."""
        with _job(self._running(), work, file, budget, output, None, output_key) as job:
            message = job.receive()
            job.finish()
            return message

    def _stream(self, work: str, file: Source, budget: Budget, options: Message) -> Frames:
        memory = PixelMemory(options["long_side"])
        try:
            with _job(self._running(), work, file, budget, memory.descriptor, options) as job:
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


@dataclass(frozen=True, slots=True)
class _Unpacking:
    """Where an archive is unpacked, and how much may still come out of it and those inside it."""

    spool: Path
    is_archive: Callable[[bytes], bool]
    allowance: dict[str, int]


@contextmanager
def _job(
    server: ServerProcess,
    work: str,
    file: Source,
    budget: Budget,
    output: int | None,
    options: Message | None = None,
    output_key: DataKey | None = None,
) -> Iterator[Job]:
    """Hand a file, opened read-only, to a child; when something goes wrong, see to it that the child ends.

    With it goes its own key if it is sealed, which opens nothing else, and that of what is to be written.
    """
    path, key = (file.path, file.key) if isinstance(file, SealedFile) else (file, None)
    keys = {name: key_message(each) for name, each in (("source", key), ("output", output_key)) if each}
    source = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        # Work that puts out nothing but its answer gets its read-only input a second time.
        told = {"options": options or {}, "keys": keys}
        job = server.submit(work, budget, told, source, source if output is None else output)
    finally:
        os.close(source)
    try:
        yield job
    except BaseException:
        job.stop()
        raise


@contextmanager
def _opened(message: Message, unpacked: SealedFile) -> Iterator[BinaryIO]:
    """Open what a child says it has unpacked; of a member that it left out there is nothing."""
    if message.get("reason"):
        yield BytesIO()
        return
    with unpacked.path.open("rb", buffering=0) as stream:
        try:
            content = open_sealed(stream, unpacked.key)
        except SealBroken as broken:
            raise DecoderDied from broken  # a child that does not do what it says
        with content:
            yield content


def _head(content: BinaryIO) -> bytes:
    head = content.read(HEAD_BYTES)
    content.seek(0)
    return head

"""Receive a file as it streams in: to disk, through three digests, in flat memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from evidence.store import PosixStore, fsync

if TYPE_CHECKING:
    from django.http import HttpRequest

HEAD_LENGTH = 64 * 1024


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that has arrived whole and is on the disk, but not yet in the store.

    `head` are its first 64 KiB, by which its format is recognised.
    """

    incoming: Path
    file_name: str
    size: int
    sha256: str
    sha1: str
    md5: str
    head: bytes

    def discard(self) -> None:
        """Remove the file from the disk; does nothing once it is in the store."""
        self.incoming.unlink(missing_ok=True)


class Receiver:
    """Writes pieces to the store's incoming folder and digests each on the way."""

    def __init__(self, store: PosixStore, file_name: str) -> None:
        self._stream, self._path = store.new_incoming()
        self._file_name = file_name
        self._digests = (
            hashlib.sha256(),
            hashlib.sha1(usedforsecurity=False),
            hashlib.md5(usedforsecurity=False),
        )
        self._head = b""
        self._size = 0

    def write(self, piece: bytes) -> None:
        """Take the next piece of the file."""
        self._stream.write(piece)
        for digest in self._digests:
            digest.update(piece)
        if len(self._head) < HEAD_LENGTH:
            self._head += piece[: HEAD_LENGTH - len(self._head)]
        self._size += len(piece)

    def finish(self) -> ReceivedFile:
        """Bring the file to the disk and say what it is."""
        with self._stream:
            fsync(self._stream)
        sha256, sha1, md5 = (digest.hexdigest() for digest in self._digests)
        return ReceivedFile(
            self._path, self._file_name, self._size, sha256=sha256, sha1=sha1, md5=md5, head=self._head
        )

    def abandon(self) -> None:
        """Remove what has arrived of a file that did not arrive whole."""
        self._stream.close()
        self._path.unlink(missing_ok=True)


class ReceivedUpload(UploadedFile):  # type: ignore[type-arg]  # not subscriptable when it runs
    """What the upload handler leaves in `request.FILES`."""

    def __init__(self, received: ReceivedFile, content_type: str) -> None:
        super().__init__(None, received.file_name, content_type, received.size)
        self.received = received


class StreamingUploadHandler(FileUploadHandler):
    """Django upload handler that streams one file into the store's incoming folder.

    A connection that breaks off leaves nothing behind. A second file in one request is not read.
    """

    chunk_size = 256 * 1024

    def __init__(self, request: HttpRequest, store: PosixStore) -> None:
        super().__init__(request)
        self._store = store
        self._receiver: Receiver | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file; refuses a second one."""
        super().new_file(*args, **kwargs)
        if self._receiver is not None:
            raise StopUpload(connection_reset=True)
        self._receiver = Receiver(self._store, PurePosixPath(self.file_name or "").name)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Take a piece; handlers after this one get nothing."""
        if self._receiver is not None:
            self._receiver.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> ReceivedUpload | None:
        """End the file."""
        if self._receiver is None:
            return None
        return ReceivedUpload(self._receiver.finish(), self.content_type or "")

    def upload_interrupted(self) -> None:
        """Clean up after a connection that broke off."""
        if self._receiver is not None:
            self._receiver.abandon()

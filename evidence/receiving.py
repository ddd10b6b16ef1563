"""Receive a file as it streams in: to disk, sealed, through three digests, in flat memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from evidence.store import Store, fsync
from icse.common.sealing import DataKey, SealingWriter, new_key, sealed_size, unsealed

if TYPE_CHECKING:
    from django.http import HttpRequest

    from icse.common.sealing import SealedFile

HEAD_LENGTH = 64 * 1024


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that has arrived whole and is on the disk, sealed with `key`, but not yet in the store.

    `head` are its first 64 KiB, by which its format is recognised. Size and digests are of its plain bytes,
    but those that are called sealed.
    """

    incoming: Path
    file_name: str
    size: int
    sha256: str
    sha1: str
    md5: str
    head: bytes
    key: DataKey
    sealed_size: int
    sealed_sha256: str

    def discard(self) -> None:
        """Remove the file from the disk; does nothing once it is in the store."""
        self.incoming.unlink(missing_ok=True)


def receive_again(store: Store, file: SealedFile, file_name: str) -> ReceivedFile:
    """Take a whole sealed file of the store's file system as one that has arrived; it stays where it is.

    Raises:
        SealBroken: It is not what was written.
    """
    digests, sealed_digest = _digests(), hashlib.sha256()
    head, size = b"", 0
    with file.path.open("rb", buffering=0) as stream:
        for piece in unsealed(stream, file.key, sealed_digest):
            for digest in digests:
                digest.update(piece)
            head = head or piece[:HEAD_LENGTH]
            size += len(piece)
    return ReceivedFile(
        store.link_incoming(file.path),
        file_name,
        size,
        **_hex(digests),
        head=head,
        key=file.key,
        sealed_size=sealed_size(size),
        sealed_sha256=sealed_digest.hexdigest(),
    )


def _digests() -> tuple[hashlib._Hash, ...]:
    return (
        hashlib.sha256(),
        hashlib.sha1(usedforsecurity=False),
        hashlib.md5(usedforsecurity=False),
    )


def _hex(digests: tuple[hashlib._Hash, ...]) -> dict[str, Any]:
    return dict(zip(("sha256", "sha1", "md5"), (digest.hexdigest() for digest in digests), strict=True))


class Receiver:
    """Writes pieces, sealed, to the store's incoming folder and digests each on the way."""

    def __init__(self, store: Store, file_name: str, key: DataKey | None = None) -> None:
        """Begin a file, sealed with a key of its own unless one is given."""
        self._stream, self._path = store.new_incoming()
        self._key = key or new_key()
        self._writer = SealingWriter(self._stream, self._key)
        self._file_name = file_name
        self._digests = _digests()
        self._head = b""

    def write(self, piece: bytes) -> None:
        """Take the next piece of the file."""
        self._writer.write(piece)
        for digest in self._digests:
            digest.update(piece)
        if len(self._head) < HEAD_LENGTH:
            self._head += piece[: HEAD_LENGTH - len(self._head)]

    def finish(self) -> ReceivedFile:
        """Bring the file to the disk and say what it is."""
        with self._stream:
            self._writer.finish()
            fsync(self._stream)
        return ReceivedFile(
            self._path,
            self._file_name,
            self._writer.size,
            **_hex(self._digests),
            head=self._head,
            key=self._key,
            sealed_size=self._writer.sealed_size,
            sealed_sha256=self._writer.sealed_sha256,
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

    def __init__(self, request: HttpRequest, store: Store) -> None:
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

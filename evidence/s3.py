"""The store in a bucket of S3, or of what speaks like it; what arrives, and copies of what is read, lie here.

All of it is sealed before it comes here, so that neither the bucket nor the spool holds anything plain. An
object appears in a bucket whole or not at all, which is what a rename does on a disk.
"""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, Final, cast
from uuid import uuid4

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from evidence.store import FOLDER_MODE, Incoming, Shelf, StoreAway
from icse.common.sealing import Places

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef
    from typing_extensions import Buffer

_ASIDE: Final = "aside"
_PASSING: Final = "passing"
_RECORDS: Final = "records"
_LENT: Final = ".lent-"
_LENT_SECONDS: Final = 24 * 3600
_PIECE: Final = 1024 * 1024
_MISSING: Final = ("404", "NoSuchKey", "NotFound")
_TRANSFER: Final = TransferConfig(multipart_threshold=64 * _PIECE, multipart_chunksize=64 * _PIECE)


class S3Store(Incoming):
    """Objects in a bucket, under `shelf/ab/name`."""

    def __init__(self, root: Path, bucket: str, client: S3Client, *, cached_bytes: int) -> None:
        """Use a bucket that exists; `root` is the spool, in which so much is kept of what was read."""
        super().__init__(root)
        self._bucket, self._client, self._cached_bytes = bucket, client, cached_bytes
        self._cache = root / "cache"
        self._cache.mkdir(mode=FOLDER_MODE, exist_ok=True)

    def commit(self, incoming: Path, shelf: Shelf, name: str) -> None:
        """Move what arrived into the bucket; an object that is there already is replaced."""
        self._upload(incoming, _key(shelf, name))
        self._cached(shelf, name).unlink(missing_ok=True)
        incoming.unlink()

    def commit_in_vain(self, incoming: Path, shelf: Shelf, name: str) -> None:
        """Remove what arrived, for the object is there already, and take as long as `commit` does."""
        passing = f"{_PASSING}/{uuid4()}"
        self._upload(incoming, passing)
        self._delete(passing)
        incoming.unlink()

    def open(self, shelf: Shelf, name: str) -> BinaryIO:
        """Open an object for reading, sealed as it is.

        Raises:
            FileNotFoundError: There is no such object.
        """
        head = self._head(_key(shelf, name))
        if head is None:
            raise FileNotFoundError(name)
        reader = _ObjectReader(self._client, self._bucket, _key(shelf, name), head.size)
        return cast("BinaryIO", reader)

    def holds(self, shelf: Shelf, name: str) -> bool:
        """Tell whether there is such an object."""
        return self._head(_key(shelf, name)) is not None

    @contextmanager
    def local_path(self, shelf: Shelf, name: str) -> Iterator[Path]:
        """Lend a path at which an object can be read, sealed as it is: a copy, kept for the next who asks.

        Raises:
            FileNotFoundError: There is no such object.
        """
        # A name of one's own: what is kept may be cleared away meanwhile.
        lent = self._cache / f"{_LENT}{uuid4()}"
        cached = self._cached(shelf, name)
        try:
            try:
                lent.hardlink_to(cached)
            except FileNotFoundError:
                self._download(shelf, name, lent)
                with suppress(FileExistsError):
                    cached.hardlink_to(lent)
                self._clear_cache(keep=cached)
            else:
                os.utime(cached)
            yield lent
        finally:
            lent.unlink(missing_ok=True)

    def delete(self, shelf: Shelf, name: str) -> None:
        """Remove an object; one that is gone already is no error."""
        self._delete(_key(shelf, name))
        self._cached(shelf, name).unlink(missing_ok=True)

    def destroy(self, shelf: Shelf, name: str) -> None:
        """Remove an object, also where it was set aside; one that is gone already is no error."""
        self.delete(shelf, name)
        self._delete(_aside(shelf, name))

    def list_slice(self, shelf: Shelf, number: int) -> dict[str, float]:
        """Return the names of one slice of a shelf, and since when each object lies there, in Unix time."""
        return {key.rpartition("/")[2]: at for key, at in self._list(f"{shelf}/{number:02x}/")}

    def set_aside(self, shelf: Shelf, name: str, *, before: float) -> bool:
        """Move an object that nobody knows of out of the way, if it lies there since before a Unix time."""
        head = self._head(_key(shelf, name))
        if head is None or head.since >= before:
            return False
        self._move(_key(shelf, name), _aside(shelf, name))
        self._cached(shelf, name).unlink(missing_ok=True)
        return True

    def take_back(self, shelf: Shelf, name: str, sha256: str) -> bool:
        """Put an object that was set aside back to its place, if it still has this digest, sealed as it is.

        Returns whether it has.
        """
        head = self._head(_aside(shelf, name))
        if head is None or self._digest_of(_aside(shelf, name), head.size) != sha256:
            return False
        self._move(_aside(shelf, name), _key(shelf, name))
        return True

    def forget_aside(self, *, before: float) -> int:
        """Delete what was set aside before a Unix time, and return how many files it was."""
        # And what a process that died was about to throw away.
        old = [key for prefix in (_ASIDE, _PASSING) for key, at in self._list(f"{prefix}/") if at < before]
        for key in old:
            self._delete(key)
        return len(old) + super().forget_aside(before=before)

    def write_record(self, name: str, content: bytes) -> None:
        """Put a small record beside the objects; one of this name is replaced."""
        with _reached(name):
            self._client.put_object(Bucket=self._bucket, Key=f"{_RECORDS}/{name}", Body=content)

    def records(self) -> Iterator[bytes]:
        """Yield every record, by name."""
        for key, _ in self._list(f"{_RECORDS}/"):
            with _reached(key):
                yield self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()

    def _upload(self, source: Path, key: str) -> None:
        with _reached(key):
            self._client.upload_file(str(source), self._bucket, key, Config=_TRANSFER)

    def _download(self, shelf: Shelf, name: str, target: Path) -> None:
        with _reached(name):
            self._client.download_file(self._bucket, _key(shelf, name), str(target), Config=_TRANSFER)

    def _delete(self, key: str) -> None:
        with _reached(key):
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def _move(self, key: str, target: str) -> None:
        source: CopySourceTypeDef = {"Bucket": self._bucket, "Key": key}
        with _reached(key):
            self._client.copy(source, self._bucket, target, Config=_TRANSFER)
        self._delete(key)

    def _head(self, key: str) -> _Head | None:
        try:
            with _reached(key):
                told = self._client.head_object(Bucket=self._bucket, Key=key)
        except FileNotFoundError:
            return None
        return _Head(told["ContentLength"], told["LastModified"])

    def _list(self, prefix: str) -> Iterator[tuple[str, float]]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        with _reached(prefix):
            for page in pages:
                for each in page.get("Contents", ()):
                    yield each["Key"], each["LastModified"].timestamp()

    def _digest_of(self, key: str, size: int) -> str:
        with _ObjectReader(self._client, self._bucket, key, size) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def _cached(self, shelf: Shelf, name: str) -> Path:
        return self._cache / f"{shelf}-{name}"

    def _clear_cache(self, keep: Path) -> None:
        """Remove what was not asked for longest, as far as more is kept than may be."""
        kept = []
        for path in self._cache.iterdir():
            with suppress(FileNotFoundError):
                told = path.stat()
                if not path.name.startswith(_LENT):
                    kept.append((told.st_mtime, told.st_size, path))
                elif told.st_mtime < time.time() - _LENT_SECONDS:
                    path.unlink()  # of a process that died
        total = sum(size for _, size, _ in kept)
        for _, size, path in sorted(kept):
            if total <= self._cached_bytes:
                break
            if path != keep:
                path.unlink(missing_ok=True)
                total -= size


class _Head:
    """What a bucket tells of an object: its size in bytes, and since when it is there, in Unix time."""

    def __init__(self, size: int, since: datetime) -> None:
        self.size, self.since = size, since.timestamp()


class _ObjectReader(Places):
    """An object of a bucket: one request for as long as it is read on, another one after a jump."""

    def __init__(self, client: S3Client, bucket: str, key: str, size: int) -> None:
        super().__init__()
        self._client, self._bucket, self._key, self.size = client, bucket, key, size
        self._body: io.BufferedReader | None = None
        self._body_at = -1

    def read(self, size: int | None = -1, /) -> bytes:
        """Return as much as was asked for, up to the end; a file's own unbuffered reading does so, too."""
        wanted = self.size - self._at if size is None or size < 0 else min(size, self.size - self._at)
        if wanted <= 0:
            return b""
        with _reached(self._key):
            content = self._opened().read(wanted)
        if len(content) < wanted:
            message = f"the bucket sent {len(content)} of {wanted} bytes"
            raise StoreAway(message)
        self._at += wanted
        self._body_at = self._at
        return content

    def readinto(self, room: Buffer, /) -> int:
        view = memoryview(room).cast("B")
        content = self.read(len(view))
        view[: len(content)] = content
        return len(content)

    def close(self) -> None:
        self._leave()
        super().close()

    def _opened(self) -> io.BufferedReader:
        if self._body is None or self._body_at != self._at:
            self._leave()
            answer = self._client.get_object(Bucket=self._bucket, Key=self._key, Range=f"bytes={self._at}-")
            self._body = cast("io.BufferedReader", answer["Body"])
        return self._body

    def _leave(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None


def _key(shelf: Shelf, name: str) -> str:
    return f"{shelf}/{name[:2]}/{name}"


def _aside(shelf: Shelf, name: str) -> str:
    return f"{_ASIDE}/{shelf}/{name}"


@contextmanager
def _reached(name: str) -> Iterator[None]:
    """Say of what the bucket does not have that it is missing, and of every other fault that it is away."""
    try:
        yield
    except (ClientError, BotoCoreError, Boto3Error) as failure:
        told = getattr(failure, "response", {}).get("Error", {})
        if told.get("Code") in _MISSING:
            raise FileNotFoundError(name) from failure
        raise StoreAway(str(failure)) from failure


def s3_store() -> S3Store:
    """Return the store of this installation, in the bucket that the settings name."""
    client = boto3.client(
        "s3",
        endpoint_url=settings.STORE_BUCKET_ENDPOINT or None,
        region_name=settings.STORE_BUCKET_REGION or None,
        # Signed as all of them understand it; and each of the library's own attempts ends.
        config=Config(
            signature_version="s3v4",
            retries={"max_attempts": 5, "mode": "standard"},
            connect_timeout=10,
            read_timeout=60,
        ),
    )
    return S3Store(settings.EVIDENCE_DIR, settings.STORE_BUCKET, client, cached_bytes=settings.STORE_CACHE)

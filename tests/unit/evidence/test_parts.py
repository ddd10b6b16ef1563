"""A part that grows by any pieces, whatever becomes of its writers, is the sealed file in the end."""

import errno
import hashlib
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.uploads.parts import PartGone, PosixParts
from icse.common.sealing import SEGMENT, DataKey, SealBroken, new_key

if TYPE_CHECKING:
    from pathlib import Path


def content_of(size: int) -> bytes:
    return hashlib.shake_128(str(size).encode()).digest(size)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> PosixParts:
    """Return parts in a folder of their own."""
    return PosixParts(tmp_path_factory.mktemp("parts") / "uploads")


def begun(parts: PosixParts) -> tuple[UUID, DataKey]:
    upload, key = uuid4(), new_key()
    parts.create(upload, key)
    return upload, key


SIZES = st.sampled_from([1, 1000, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 2 * SEGMENT + 500])


@given(length=SIZES, data=st.data())
def test_pieces_and_dead_writers_make_the_file(parts: PosixParts, length: int, data: st.DataObject) -> None:
    """Each writer sends some pieces; what it did not sync, or wrote after that, does not count."""
    content = content_of(length)
    upload, key = begun(parts)
    counted = 0
    for _ in range(data.draw(st.integers(0, 5))):
        with parts.locked(upload) as locked:
            part = locked.opened(key, length)
            assert part.size >= counted
            at = counted
            for _ in range(data.draw(st.integers(1, 3))):
                piece = data.draw(st.integers(0, min(length - at, 700_000)))
                part.write_at(at, content[at : at + piece])
                at += piece
            if data.draw(st.booleans()):
                part.sync()
                counted = at if data.draw(st.booleans()) else counted
            else:
                part.write_at(at, bytes(data.draw(st.integers(0, min(length - at, 3000)))))
    assert parts.size_of(upload, length) >= counted
    with parts.locked(upload) as locked:
        part = locked.opened(key, length)
        part.write_at(counted, content[counted:])
        part.sync()
        assert part.head(100) == content[:100]
    with parts.whole(upload, key).open() as stream:
        assert stream.read() == content
    assert parts.size_of(upload, length) == length
    parts.delete(upload)
    assert upload not in parts.list_all()
    assert not list(parts.folder.glob(f"{upload}*"))


def test_nothing_lies_plain_on_the_disk(parts: PosixParts) -> None:
    upload, key = begun(parts)
    words = b"rendered text " * 1000
    with parts.locked(upload) as locked:
        part = locked.opened(key, 2 * len(words))
        part.write_at(0, words)
        part.sync()
    for path in parts.folder.iterdir():
        assert b"rendered" not in path.read_bytes()
    parts.delete(upload)


def test_slot_that_a_dying_writer_spoilt_leaves_the_other_one(parts: PosixParts) -> None:
    content = content_of(50_000)
    upload, key = begun(parts)
    for end in (10_000, 20_000):
        with parts.locked(upload) as locked:
            part = locked.opened(key, len(content))
            part.write_at(end - 10_000, content[end - 10_000 : end])
            part.sync()
    beside: Path = parts.folder / f"{upload}.begun"
    spoilt = bytearray(beside.read_bytes())
    spoilt[100] ^= 1  # in the first slot, with the first ten thousand bytes
    beside.write_bytes(spoilt)

    with parts.locked(upload) as locked:
        part = locked.opened(key, len(content))
        part.write_at(20_000, content[20_000:])
        part.sync()

    with parts.whole(upload, key).open() as stream:
        assert stream.read() == content
    parts.delete(upload)


def test_lost_beginning_is_noticed_before_anything_is_written(parts: PosixParts) -> None:
    upload, key = begun(parts)
    with parts.locked(upload) as locked, pytest.raises(SealBroken):
        locked.opened(key, 1000).write_at(500, b"x")
    parts.delete(upload)


def test_part_of_another_key_is_none(parts: PosixParts) -> None:
    upload, _ = begun(parts)
    with parts.locked(upload) as locked, pytest.raises(PartGone):
        locked.opened(new_key(), 1000)
    parts.delete(upload)


def test_full_disk_takes_nothing_of_what_was_counted(
    parts: PosixParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A segment that found no room is not held: what counts is written before, and the rest is sent again."""
    content = content_of(SEGMENT + 5000)
    upload, key = begun(parts)
    with parts.locked(upload) as locked:
        part = locked.opened(key, len(content))
        part.write_at(0, content[:3000])
        with monkeypatch.context() as patch:
            patch.setattr("evidence.uploads.parts.os.pwrite", _no_room)
            with pytest.raises(OSError, match="No space"):
                part.write_at(3000, content[3000 : SEGMENT + 100])
        part.sync()
    with parts.locked(upload) as locked:
        part = locked.opened(key, len(content))
        assert part.size == 3000
        part.write_at(3000, content[3000:])
        part.sync()
    with parts.whole(upload, key).open() as stream:
        assert stream.read() == content
    parts.delete(upload)


def _no_room(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")

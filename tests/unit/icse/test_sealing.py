"""A sealed file gives back what was written, from any place, and nothing that was touched."""

import hashlib
import io
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icse.common.sealing import (
    OVERHEAD,
    SEGMENT,
    SealBroken,
    SealedReader,
    SealedScratch,
    SealingWriter,
    new_key,
    open_sealed,
    place_of,
    plain_size,
    sealed_size,
    unsealed,
)

KEY = new_key()
SIZES = (0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 2 * SEGMENT + 77)


def content_of(size: int) -> bytes:
    """Return bytes no two segments of which are alike."""
    return hashlib.shake_128(str(size).encode()).digest(size)


def sealed(content: bytes) -> bytes:
    stream = io.BytesIO()
    writer = SealingWriter(stream, KEY)
    writer.write(content)
    writer.finish()
    assert writer.sealed_size == len(stream.getvalue()) == sealed_size(len(content))
    assert writer.sealed_sha256 == hashlib.sha256(stream.getvalue()).hexdigest()
    return stream.getvalue()


def read(content: bytes) -> bytes:
    with open_sealed(io.BytesIO(content), KEY) as stream:
        return stream.read()


def read_at_once(content: bytes) -> bytes:
    with TemporaryFile() as file:
        file.write(content)
        file.flush()
        reader = SealedReader(file, KEY)
        room = bytearray(reader.size)
        with memoryview(room) as view:
            reader.unseal_into(view)
    return bytes(room)


@pytest.mark.parametrize("size", SIZES)
def test_what_was_written_comes_back(size: int) -> None:
    content = content_of(size)
    assert read_at_once(sealed(content)) == content
    digest = hashlib.sha256()
    assert read(sealed(content)) == content
    assert b"".join(unsealed(io.BytesIO(whole := sealed(content)), KEY, digest)) == content
    assert digest.hexdigest() == hashlib.sha256(whole).hexdigest()
    assert plain_size(len(whole)) == size


def test_nothing_of_the_plain_text_can_be_seen() -> None:
    content = b"number plate B-AB 1234 " * 100
    assert b"number plate" not in sealed(content)
    assert sealed(content) != sealed(content)


@given(st.lists(st.integers(0, 3 * SEGMENT // 2), max_size=6))
def test_however_it_is_written_it_is_the_same(cuts: list[int]) -> None:
    content = content_of(sum(cuts))
    stream = io.BytesIO()
    writer, at = SealingWriter(stream, KEY), 0
    for cut in cuts:
        writer.write(content[at : at + cut])
        at += cut
    writer.finish()
    assert read(stream.getvalue()) == content


LONG = content_of(2 * SEGMENT + 77)
SEALED = sealed(LONG)


@given(st.lists(st.tuples(st.integers(0, len(LONG) + 10), st.integers(0, SEGMENT + 100)), max_size=5))
def test_any_part_can_be_read(parts: list[tuple[int, int]]) -> None:
    with open_sealed(io.BytesIO(SEALED), KEY) as stream:
        for start, length in parts:
            stream.seek(start)
            assert stream.read(length) == LONG[start : start + length]


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_a_changed_byte_is_noticed_and_the_segment_named(at: int, change: int) -> None:
    spoilt = bytearray(SEALED)
    spoilt[at] ^= change
    for way in (read, read_at_once):
        with pytest.raises(SealBroken) as broken:
            way(bytes(spoilt))
        assert broken.value.offset <= at < broken.value.offset + SEGMENT + OVERHEAD or at < place_of(0)


@given(st.integers(0, len(SEALED) - 1))
def test_a_file_that_was_cut_off_is_noticed(length: int) -> None:
    for way in (read, read_at_once):
        with pytest.raises(SealBroken):
            way(SEALED[:length])


def _segments() -> list[bytes]:
    return [
        SEALED[place_of(0) : place_of(1)],
        SEALED[place_of(1) : place_of(2)],
        SEALED[place_of(2) :],
    ]


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 0, 2), (0, 2), (0, 1), (0,), (0, 1, 2, 2), (0, 1, 1, 2)])
def test_segments_left_out_swapped_or_doubled_are_noticed(order: tuple[int, ...]) -> None:
    head = SEALED[: place_of(0)]
    for way in (read, read_at_once):
        with pytest.raises(SealBroken):
            way(head + b"".join(_segments()[number] for number in order))


def test_segment_of_another_file_under_the_same_key_is_noticed() -> None:
    other = sealed(LONG)
    with pytest.raises(SealBroken):
        read(SEALED[: place_of(1)] + other[place_of(1) :])
    with pytest.raises(SealBroken):
        read(other[: place_of(0)] + SEALED[place_of(0) :])


def test_another_key_opens_nothing() -> None:
    with pytest.raises(SealBroken):
        open_sealed(io.BytesIO(SEALED), new_key())


def test_secret_is_not_shown() -> None:
    assert KEY.secret.hex() not in repr(KEY)
    assert "secret" not in repr(KEY)


def test_reading_a_little_reads_one_segment() -> None:
    class Counted(io.BytesIO):
        read_bytes = 0

        def read(self, size: int | None = -1, /) -> bytes:
            content = super().read(size)
            self.read_bytes += len(content)
            return content

    stream = Counted(SEALED)
    reader = SealedReader(stream, KEY)
    reader.seek(SEGMENT + 5)
    reader.read(100)
    assert stream.read_bytes <= SEGMENT + 2 * OVERHEAD + place_of(0)


@given(
    st.lists(
        st.tuples(st.integers(0, 2 * SEGMENT + 50), st.integers(0, SEGMENT + 10)), min_size=1, max_size=6
    )
)
def test_scratch_is_like_a_file_that_is_written_anywhere(writes: list[tuple[int, int]]) -> None:
    plain, stream = io.BytesIO(), io.BytesIO()
    scratch = SealedScratch(stream, KEY)
    for number, (at, length) in enumerate(writes):
        content = hashlib.shake_128(str(number).encode()).digest(length)
        for file in (plain, scratch):
            file.seek(at)
            file.write(content)
    plain.seek(0)
    scratch.seek(0)
    wanted = plain.getvalue()
    assert io.BufferedReader(scratch).read() == wanted
    scratch.finish()
    assert read(stream.getvalue()) == wanted


def test_no_file_of_a_strange_length_is_sealed(tmp_path: Path) -> None:
    for size in (0, place_of(0), place_of(0) + OVERHEAD - 1, place_of(1) + OVERHEAD):
        with pytest.raises(SealBroken):
            plain_size(size)

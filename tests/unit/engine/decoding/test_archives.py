"""Archives are taken apart in the decoder's child, within limits."""

from __future__ import annotations

import dataclasses
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.formats import is_archive
from media_analysis.engine.decoding.client import Decoder
from media_analysis.engine.decoding.errors import DecoderDied, Refused, TooLarge
from media_analysis.engine.decoding.limits import Limits
from tests.hostile.archives import (
    PACKERS,
    damaged_zip,
    encrypted_zip,
    hostile_archives,
    lying_zip,
    tar_with_links,
    tarred,
    zip_with_link,
    zipped,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hostile.photos import Hostile

CHANGE = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255))
FILES = {"a.txt": b"one", "deep/ü/b.bin": bytes(range(256)) * 5000, "empty": b""}
GOOD = [zipped(FILES), *(tarred(FILES, kind) for kind in PACKERS)]


def _unpack(decoder: Decoder, folder: Path, content: bytes) -> dict[str, bytes | str]:
    """Return the members by name, with their bytes or the reason why there are none."""
    path = folder / "archive"
    path.write_bytes(content)
    return {
        member.name: member.content.read() if member.content else member.reason
        for member in decoder.members(path, folder, is_archive)
    }


@pytest.mark.parametrize(
    "how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_zip_is_unpacked(decoder: Decoder, tmp_path: Path, how: int) -> None:
    assert _unpack(decoder, tmp_path, zipped(FILES, how)) == FILES


@pytest.mark.parametrize("kind", PACKERS)
def test_tar_is_unpacked(decoder: Decoder, tmp_path: Path, kind: str) -> None:
    assert _unpack(decoder, tmp_path, tarred(FILES, kind)) == FILES


def test_nothing_lies_in_the_spool_under_a_name(decoder: Decoder, tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(zipped(FILES))
    (tmp_path / "spool").mkdir()

    for _ in decoder.members(tmp_path / "archive", tmp_path / "spool", is_archive):
        assert list((tmp_path / "spool").iterdir()) == []


def test_archive_inside_is_unpacked_in_its_place(decoder: Decoder, tmp_path: Path) -> None:
    outer = zipped({"1.txt": b"1", "in/ner.tar.gz": tarred({"2.txt": b"2"}, "tar.gz"), "3.txt": b"3"})

    assert list(_unpack(decoder, tmp_path, outer).items()) == [
        ("1.txt", b"1"), ("in/ner.tar.gz/2.txt", b"2"), ("3.txt", b"3"),
    ]  # fmt: skip


def test_depth_ends(decoder: Decoder, tmp_path: Path) -> None:
    content = b"core"
    for depth in range(6):
        content = zipped({f"{depth}.zip" if depth else "core.txt": content})

    assert _unpack(decoder, tmp_path, content) == {"5.zip/4.zip": "too_deep"}


def test_damaged_archive_inside_leaves_the_others(decoder: Decoder, tmp_path: Path) -> None:
    outer = zipped({"bad.zip": b"PK\x03\x04 not really", "good.txt": b"good"})

    assert _unpack(decoder, tmp_path, outer) == {"bad.zip": "damaged", "good.txt": b"good"}


@pytest.mark.parametrize("name", ["../up.txt", "a/../../up.txt", "/etc/up.txt", "C:\\up.txt", "..\\up.txt"])
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_name_that_leads_out_is_left_out(decoder: Decoder, tmp_path: Path, name: str, pack: type) -> None:
    members = _unpack(decoder, tmp_path, pack({name: b"bad", "good.txt": b"good"}))

    assert sorted(map(str, members.values())) == sorted(["unsafe_name", "b'good'"])


def test_backslashes_are_folders(decoder: Decoder, tmp_path: Path) -> None:
    assert _unpack(decoder, tmp_path, zipped({"a\\b.txt": b"1"})) == {"a/b.txt": b"1"}


def test_links_and_devices_are_left_out(decoder: Decoder, tmp_path: Path) -> None:
    left = {"good.txt": b"good", "link": "no_file", "device": "no_file"}

    assert _unpack(decoder, tmp_path, zip_with_link()) == left
    assert _unpack(decoder, tmp_path, tar_with_links()) == {**left, "hard": "no_file"}


def test_encrypted_and_damaged_members_are_left_out(decoder: Decoder, tmp_path: Path) -> None:
    assert _unpack(decoder, tmp_path, encrypted_zip()) == {"secret.jpg": "encrypted"}
    assert _unpack(decoder, tmp_path, damaged_zip()) == {"good.txt": b"good", "bad.txt": "damaged"}
    assert _unpack(decoder, tmp_path, lying_zip()) == {"a.txt": "damaged"}


@pytest.mark.parametrize("bad", list(hostile_archives()), ids=lambda bad: bad.name)
def test_hostile_archive_is_refused_and_harms_nobody(decoder: Decoder, tmp_path: Path, bad: Hostile) -> None:
    server = decoder.server_pid

    with pytest.raises(bad.refusal) as refused:
        _unpack(decoder, tmp_path, bad.make())

    assert refused.value.reason == bad.reason
    assert decoder.server_pid == server


def test_limits_count_across_archives_inside(tmp_path: Path) -> None:
    inner = zipped({str(number): b"x" for number in range(6)})
    outer = zipped({"1.zip": inner, "2.zip": inner})
    few = dataclasses.replace(Limits(), archive_members=10)
    with Decoder(few) as decoder, pytest.raises(TooLarge) as refused:
        _unpack(decoder, tmp_path, outer)

    assert refused.value.reason == "too_many_members"


def test_size_is_limited(tmp_path: Path) -> None:
    noise = bytes(range(256)) * 40
    with Decoder(dataclasses.replace(Limits(), archive_bytes=15_000)) as decoder:
        for pack in (zipped, tarred):
            with pytest.raises(TooLarge) as refused:
                _unpack(decoder, tmp_path, pack({"a": noise, "b": noise}))
            assert refused.value.reason == "too_much_inside"


def test_disk_that_takes_no_more_is_no_fault_of_the_archive(tmp_path: Path) -> None:
    small = dataclasses.replace(Limits().members, written_bytes=1000)
    with Decoder(dataclasses.replace(Limits(), members=small)) as decoder, pytest.raises(DecoderDied):
        _unpack(decoder, tmp_path, zipped({"a.bin": bytes(range(256)) * 20}))


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    which=st.integers(0, 4),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6
    ),
)
def test_damaged_archive_yields_or_is_refused(
    decoder: Decoder, tmp_path: Path, which: int, changes: list[tuple[float, int]]
) -> None:
    content = bytearray(GOOD[which])
    for share, value in changes:
        content[int(share * len(content))] = value
    server = decoder.server_pid

    try:
        members = _unpack(decoder, tmp_path, bytes(content))
    except Refused:
        members = {}

    assert all(isinstance(each, (bytes, str)) for each in members.values())
    assert decoder.server_pid == server

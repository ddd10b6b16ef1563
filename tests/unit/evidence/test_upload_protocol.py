"""The headers of resumable uploads: whatever a client sends is understood or refused, never a fault."""

import hashlib
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.uploads.errors import BadUploadRequest, LengthMissing, NotAnOffset, VersionUnknown
from evidence.uploads.protocol import (
    METADATA_BYTES,
    check_version,
    length_of,
    metadata_of,
    number_of,
    piece_of,
)

PIECE = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0", "Content-Length": "5"}


def _told(**values: str) -> str:
    return ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in values.items())


@pytest.mark.parametrize("header", [None, "", "0.2.2", "1.0", "1.0.0 "])
def test_other_versions_are_refused(header: str | None) -> None:
    with pytest.raises(VersionUnknown):
        check_version(header)


@pytest.mark.parametrize(
    "header", [None, "", "-1", " 1", "1 ", "1e3", "0x10", "01", "1.0", "9223372036854775808", "1, 1", "१"]
)
def test_numbers_that_are_none_are_refused(header: str | None) -> None:
    with pytest.raises(BadUploadRequest):
        number_of("Upload-Length", header)


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_every_number_of_63_bits_is_read(number: int) -> None:
    assert number_of("Upload-Offset", str(number)) == number


def test_length_is_not_to_be_said_later() -> None:
    with pytest.raises(BadUploadRequest):
        length_of({"Upload-Defer-Length": "1"})
    with pytest.raises(BadUploadRequest):
        length_of({"Upload-Defer-Length": "1", "Upload-Length": "5"})


@given(st.dictionaries(st.from_regex(r"[a-z]{1,12}", fullmatch=True), st.text(max_size=50), max_size=8))
def test_metadata_comes_back_as_it_was_told(told: dict[str, str]) -> None:
    assert metadata_of(_told(**told)) == told


@given(st.text(max_size=200))
def test_metadata_of_any_text_is_understood_or_refused(header: str) -> None:
    try:
        told = metadata_of(header)
    except BadUploadRequest:
        return
    assert all(isinstance(value, str) for value in told.values())


@pytest.mark.parametrize(
    "header",
    [
        "name YQ==,name Yg==",
        "name not-base64",
        f"name {b64encode(bytes([0xFF])).decode()}",
        "näme YQ==",
        "name YQ==,,path Yg==",
        f"name {'A' * METADATA_BYTES}",
    ],
    ids=["twice", "no_base64", "no_utf8", "no_ascii", "empty_pair", "too_long"],
)
def test_bad_metadata_is_refused(header: str) -> None:
    with pytest.raises(BadUploadRequest):
        metadata_of(header)


def test_value_may_be_absent() -> None:
    assert metadata_of("is_private") == {"is_private": ""}


def test_piece_is_read() -> None:
    digest = hashlib.sha1(b"hello", usedforsecurity=False).digest()
    piece = piece_of({**PIECE, "Upload-Checksum": f"sha1 {b64encode(digest).decode()}"})

    assert (piece.offset, piece.length) == (0, 5)
    assert piece.checksum is not None
    assert piece.checksum.digest == digest


def test_piece_of_another_type_or_of_no_length_is_refused() -> None:
    with pytest.raises(NotAnOffset):
        piece_of({**PIECE, "Content-Type": "application/octet-stream"})
    with pytest.raises(LengthMissing):
        piece_of({**PIECE, "Content-Length": ""})


@pytest.mark.parametrize(
    "checksum",
    ["md5 rL0Y20zC+Fzt72VPzMSk2A==", f"sha256 {'a' * 64}", "sha256", "sha256 ====", "sha256 é", ""],
    ids=["algorithm", "hex", "nothing", "padding", "no_ascii", "empty"],
)
def test_bad_checksum_is_refused(checksum: str) -> None:
    with pytest.raises(BadUploadRequest):
        piece_of({**PIECE, "Upload-Checksum": checksum})

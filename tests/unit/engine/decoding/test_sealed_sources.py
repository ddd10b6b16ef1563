"""A sealed file is decoded like a plain one, and never lies plain on the disk."""

from pathlib import Path

import numpy as np
import pytest

from evidence.formats import is_archive
from icse.common.sealing import SealedFile, new_key
from media_analysis.engine.decoding.client import Decoder
from media_analysis.engine.decoding.errors import DecoderDied, TooLarge
from media_analysis.engine.decoding.limits import MIB, Limits
from tests.hostile.archives import zipped
from tests.hostile.made import clip, photo
from tests.sealed import sealed_file


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "TIFF", "WEBP", "AVIF"])
def test_photo(decoder: Decoder, tmp_path: Path, kind: str) -> None:
    (plain := tmp_path / "plain").write_bytes(photo(kind))
    sealed = sealed_file(tmp_path, plain.read_bytes())
    one, other = decoder.still(plain), decoder.still(sealed)
    assert np.array_equal(one.pixels, other.pixels)
    assert (one.route, one.pixel_digest) == (other.route, other.pixel_digest)
    assert decoder.metadata(plain) == decoder.metadata(sealed)


@pytest.mark.parametrize("container", ["mp4", "matroska", "avi"])
def test_film(decoder: Decoder, tmp_path: Path, container: str) -> None:
    (plain := tmp_path / "plain").write_bytes(clip(container))
    sealed = sealed_file(tmp_path, plain.read_bytes())
    assert decoder.video_plan(plain) == decoder.video_plan(sealed)
    assert decoder.metadata(plain) == decoder.metadata(sealed)
    frames = [
        [
            (each.at_s, each.pixels.tobytes())
            for each in decoder.video_frames(file, start_s=0.5, end_s=2.5, frames_per_second=2.0)
        ]
        for file in (plain, sealed)
    ]
    assert frames[0]
    assert frames[0] == frames[1]


def test_archive_in_an_archive(decoder: Decoder, tmp_path: Path) -> None:
    inner = zipped({"two.txt": b"second words"})
    sealed = sealed_file(tmp_path, zipped({"one.txt": b"first words", "inner.zip": inner}))
    (spool := tmp_path / "spool").mkdir()
    found = {}
    for member in decoder.members(sealed, spool, is_archive):
        assert member.content is not None
        found[member.name] = member.content.read()
        assert not list(spool.iterdir())
    assert found == {"one.txt": b"first words", "inner.zip/two.txt": b"second words"}


def test_picture_that_is_too_large_is_refused_without_being_unsealed(tmp_path: Path) -> None:
    sealed = sealed_file(tmp_path, photo("PNG") + bytes(3 * MIB))
    with Decoder(Limits(picture_bytes=MIB)) as decoder, pytest.raises(TooLarge):
        decoder.still(sealed)


def test_tags_of_a_long_film_are_read_from_its_ends(tmp_path: Path) -> None:
    content = clip("mp4")
    padded = content + (100 * MIB).to_bytes(4, "big") + b"free" + bytes(100 * MIB - 8)
    (plain := tmp_path / "plain").write_bytes(padded)
    with Decoder(Limits(picture_bytes=MIB)) as decoder:
        assert decoder.metadata(sealed_file(tmp_path, padded)) == decoder.metadata(plain)


@pytest.mark.parametrize("at", [60, -20])
def test_broken_seal_is_no_fault_of_the_file(decoder: Decoder, tmp_path: Path, at: int) -> None:
    """It counts as an attempt, and is never called a damaged picture."""
    for content, read in ((photo("JPEG"), decoder.still), (clip("mp4"), decoder.video_plan)):
        sealed = sealed_file(tmp_path, content)
        spoilt = bytearray(sealed.path.read_bytes())
        spoilt[at] ^= 1
        sealed.path.write_bytes(spoilt)
        with pytest.raises(DecoderDied):
            read(sealed)


def test_key_of_another_file_opens_nothing(decoder: Decoder, tmp_path: Path) -> None:
    sealed = sealed_file(tmp_path, photo("JPEG"))
    with pytest.raises(DecoderDied):
        decoder.still(SealedFile(sealed.path, new_key()))

from collections.abc import Callable

import imagehash
import numpy as np
import pytest
import simplejpeg
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from media_analysis.engine.hashes import analyzer
from media_analysis.engine.hashes.bands import PDQ_THRESHOLD, hamming
from media_analysis.engine.pictures import Picture, Pixels, encode_jpeg
from tests.unit.engine.pictures import drawn_picture

# Only rounding differs: a coefficient at the very median may fall on its other side.
TURN_TOLERANCE = 2
TURNS: dict[str, Callable[[Pixels], Pixels]] = {
    "upright": lambda pixels: pixels,
    "mirrored": np.fliplr,
    "turned_180": lambda pixels: np.rot90(pixels, 2),
    "flipped": np.flipud,
    "transposed": lambda pixels: pixels.transpose(1, 0, 2),
    "turned_clockwise": lambda pixels: np.rot90(pixels, -1),
    "transversed": lambda pixels: np.rot90(pixels, 2).transpose(1, 0, 2),
    "turned_counter_clockwise": np.rot90,
}


def pdq_of(picture: Picture) -> bytes:
    found = analyzer.compute_hashes(picture).pdq
    assert found is not None
    return found


@pytest.mark.parametrize(("index", "name"), list(enumerate(analyzer.ORIENTATIONS)))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_dihedral_pdq_equals_hashing_the_turned_picture(index: int, name: str, seed: int) -> None:
    picture = drawn_picture(seed)
    turned = Picture(np.ascontiguousarray(TURNS[name](picture.pixels)))

    distance = hamming(analyzer.dihedral_pdq(picture)[index], pdq_of(turned))

    assert distance <= TURN_TOLERANCE


def test_dihedral_pdq_keeps_orientations_apart() -> None:
    hashes = analyzer.dihedral_pdq(drawn_picture(4))

    distances = [hamming(left, right) for left in hashes for right in hashes if left is not right]
    assert min(distances) > PDQ_THRESHOLD


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_compute_hashes_sets_half_of_the_bits(seed: int) -> None:
    assert int.from_bytes(pdq_of(drawn_picture(seed)), "big").bit_count() == 128


@settings(max_examples=25, deadline=None)
@given(width=st.integers(1, 700), height=st.integers(1, 700))
def test_compute_hashes_takes_any_size(width: int, height: int) -> None:
    pixels = np.resize(drawn_picture(5).pixels, (height, width, 3))

    hashes = analyzer.compute_hashes(Picture(pixels))

    assert 0 <= hashes.quality <= 100
    assert -(2**63) <= hashes.phash < 2**63
    assert -(2**63) <= hashes.dhash < 2**63


@pytest.mark.parametrize("quality", [30, 60, 90])
def test_compute_hashes_finds_a_smaller_reencoded_copy(quality: int) -> None:
    picture = drawn_picture(6, width=1200, height=900)
    encoded = encode_jpeg(picture.at_long_side(600).pixels, quality)
    copy = Picture(simplejpeg.decode_jpeg(encoded))

    assert hamming(pdq_of(picture), pdq_of(copy)) <= PDQ_THRESHOLD


def test_compute_hashes_keeps_unrelated_pictures_apart() -> None:
    hashes = [pdq_of(drawn_picture(seed)) for seed in range(20)]

    assert min(hamming(a, b) for n, a in enumerate(hashes) for b in hashes[:n]) > PDQ_THRESHOLD


@pytest.mark.parametrize("value", [0, 128, 255])
def test_compute_hashes_of_a_plain_picture_says_so(value: int) -> None:
    plain = Picture(np.full((300, 400, 3), value, dtype=np.uint8))

    hashes = analyzer.compute_hashes(plain)

    assert hashes.pdq is None
    assert hashes.quality == 0
    assert hashes.remark is not None
    assert "quality 0 of 100" in hashes.remark
    assert analyzer.dihedral_pdq(plain) == ()


def test_compute_hashes_agrees_with_imagehash_on_the_same_pixels() -> None:
    picture = drawn_picture(7)
    image = Image.fromarray(picture.at_long_side(512).gray)

    hashes = analyzer.compute_hashes(picture)

    assert hashes.phash % 2**64 == int(str(imagehash.phash(image)), 16)
    assert hashes.dhash % 2**64 == int(str(imagehash.dhash(image)), 16)
    assert hashes.remark is None
    assert hashes.route == "pdq/1:area512"


def test_version_is_short_and_stable() -> None:
    assert analyzer.version() == analyzer.version()
    assert len(analyzer.version()) == 12

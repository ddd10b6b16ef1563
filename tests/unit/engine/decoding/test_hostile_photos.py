from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media_analysis.engine.decoding.client import Decoder
from media_analysis.engine.decoding.errors import Refused
from tests.hostile.made import photo, scenery
from tests.hostile.photos import Hostile, hostile_photos

KINDS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "HEIF", "AVIF")
GOOD = {kind: photo(kind, scenery(48, 32)) for kind in KINDS}
BAD = list(hostile_photos())
CHANGE = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255))


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_hostile_photo_is_refused_and_harms_nobody(decoder: Decoder, tmp_path: Path, bad: Hostile) -> None:
    server = decoder.server_pid
    path = tmp_path / "bad"
    path.write_bytes(bad.make())

    with pytest.raises(bad.refusal) as refused:
        decoder.still(path)

    assert refused.value.reason == bad.reason
    assert refused.value.message.endswith(".")
    assert decoder.server_pid == server


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(kind=st.sampled_from(KINDS), changes=st.lists(CHANGE, min_size=1, max_size=8))
def test_damaged_photo_is_decoded_or_refused(
    decoder: Decoder, tmp_path: Path, kind: str, changes: list[tuple[float, int]]
) -> None:
    content = bytearray(GOOD[kind])
    for share, value in changes:
        content[int(share * len(content))] = value
    path = tmp_path / "damaged"
    path.write_bytes(content)
    server = decoder.server_pid

    try:
        shape: tuple[int, ...] = decoder.still(path).pixels.shape
    except Refused:
        shape = (0, 0, 3)

    assert shape[2] == 3
    assert decoder.server_pid == server


def test_decoder_reads_good_files_after_all_the_bad_ones(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "photo"
    for bad in BAD:
        path.write_bytes(bad.make())
        with pytest.raises(bad.refusal):
            decoder.still(path)

    path.write_bytes(photo("PNG"))

    assert np.array_equal(decoder.still(path).pixels, scenery())

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_analysis.engine.hashes.bands import BANDS, PDQ_THRESHOLD, PROBES, bands, hamming, probe_keys

HASHES = st.binary(min_size=32, max_size=32)


def flipped(pdq: bytes, bits: set[int]) -> bytes:
    number = int.from_bytes(pdq, "big")
    for bit in bits:
        number ^= 1 << bit
    return number.to_bytes(32, "big")


@given(pdq=HASHES, bits=st.sets(st.integers(0, 255), max_size=PDQ_THRESHOLD))
def test_probe_keys_meet_every_hash_within_the_threshold(pdq: bytes, bits: set[int]) -> None:
    near = flipped(pdq, bits)

    assert set(probe_keys(pdq)) & set(bands(near))
    assert hamming(pdq, near) == len(bits)


@given(pdq=HASHES)
def test_probe_keys_miss_a_hash_two_bits_away_in_every_band(pdq: bytes) -> None:
    far = flipped(pdq, {16 * band + offset for band in range(BANDS) for offset in (0, 9)})

    assert not set(probe_keys(pdq)) & set(bands(far))


@given(pdq=HASHES)
def test_bands_are_distinct_and_rebuild_the_hash(pdq: bytes) -> None:
    keys = bands(pdq)

    assert [key >> 16 for key in keys] == list(range(BANDS))
    assert b"".join((key & 0xFFFF).to_bytes(2, "big") for key in keys) == pdq


def test_probe_keys_are_as_many_as_promised_and_fit_an_integer_column() -> None:
    keys = probe_keys(bytes(range(32)))

    assert len(set(keys)) == PROBES == 272
    assert all(0 <= key < 2**31 for key in keys)


@pytest.mark.parametrize(("left", "right", "distance"), [(b"\x00", b"\x00", 0), (b"\x0f", b"\xf0", 8)])
def test_hamming_counts_differing_bits(left: bytes, right: bytes, distance: int) -> None:
    assert hamming(left, right) == distance

"""Exact search within 31 of 256 bits, by the pigeonhole principle.

Cut into sixteen bands of sixteen bits, two hashes that differ in at most 31 bits differ in at most one
bit in at least one band. Probing each band with its own value and with each single bit flipped therefore
finds every neighbour (Norouzi, Punjani, Fleet: "Fast Search in Hamming Space with Multi-Index Hashing").
"""

from collections.abc import Iterator

import numpy as np

PDQ_THRESHOLD = 31
"""Greatest distance of a confident match (ThreatExchange `pdq/README.md`)."""

BANDS = 16
BAND_BITS = 16
PROBES = BANDS * (BAND_BITS + 1)


def bands(pdq: bytes) -> list[int]:
    """Return the sixteen bands of a 32-byte hash as keys `band << 16 | value`, fit for a 32-bit index."""
    return [band << BAND_BITS | int(value) for band, value in enumerate(np.frombuffer(pdq, dtype=">u2"))]


def probe_keys(pdq: bytes) -> list[int]:
    """Return the 272 keys of which every hash within `PDQ_THRESHOLD` bits has at least one."""
    return list(_probes(pdq))


def hamming(left: bytes, right: bytes) -> int:
    """Return in how many bits two hashes of equal length differ."""
    return (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).bit_count()


def _probes(pdq: bytes) -> Iterator[int]:
    for key in bands(pdq):
        yield key
        for bit in range(BAND_BITS):
            yield key ^ (1 << bit)

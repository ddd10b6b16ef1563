"""What the PDQ hash of a picture becomes when the picture is turned or mirrored, from the hash alone.

A mirrored picture has the same cosine coefficients but for the signs of the odd frequencies (ThreatExchange
`hashing/hashing.pdf`), so about half of its bits turn over. The sampling points do not lie symmetrically:
against `dihedral_pdq`, which looks at the pixels again, 4 to 26 bits are wrong. That is too many to search
by, and few enough to follow a film that was found already.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.hashes.pdq import ORIENTATIONS

Hashes = NDArray[np.uint8]
"""n x 32 bytes, one PDQ hash a row."""

UPRIGHT: Final = 0
MIRRORED: Final = ORIENTATIONS.index("mirrored")

_SIDE: Final = 16
_MIRRORED: Final = frozenset({"mirrored", "turned_180", "transversed", "turned_counter_clockwise"})
_FLIPPED: Final = frozenset({"turned_180", "flipped", "turned_clockwise", "transversed"})
_TRANSPOSED: Final = frozenset(
    {"transposed", "turned_clockwise", "transversed", "turned_counter_clockwise"},
)


def turned(hashes: Hashes, orientation: int) -> Hashes:
    """Return the hashes of the same pictures in another of the eight `ORIENTATIONS`, nearly."""
    name = ORIENTATIONS[orientation]
    bits = np.unpackbits(hashes, axis=1)[:, ::-1].reshape(-1, _SIDE, _SIDE)
    odd = (np.arange(_SIDE) % 2 == 0).astype(np.uint8)  # the first frequency is 1
    if name in _MIRRORED:
        bits = bits ^ odd[None, None, :]
    if name in _FLIPPED:
        bits = bits ^ odd[None, :, None]
    if name in _TRANSPOSED:
        bits = bits.transpose(0, 2, 1)
    return np.packbits(bits.reshape(-1, _SIDE * _SIDE)[:, ::-1], axis=1)

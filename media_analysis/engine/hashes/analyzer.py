from dataclasses import dataclass

import imagehash
from PIL import Image

from media_analysis.engine.hashes import pdq
from media_analysis.engine.pictures import Picture
from media_analysis.engine.versions import digest_of, package

NAME = "hashes"
ROUTE = pdq.ROUTE
MIN_QUALITY = pdq.MIN_QUALITY
ORIENTATIONS = pdq.ORIENTATIONS


@dataclass(frozen=True, slots=True)
class PictureHashes:
    """Perceptual hashes of one picture.

    `pdq` are 32 bytes, or absent where `quality` (0 to 100) is too low for them to mean anything.
    `phash` and `dhash` are 64 bits as signed integers, as PostgreSQL's bigint keeps them.
    """

    pdq: bytes | None
    quality: int
    phash: int
    dhash: int
    route: str

    @property
    def remark(self) -> str | None:
        """Say to the officer why there is no PDQ hash, if there is none."""
        if self.pdq is not None:
            return None
        return (
            f"Too plain for a perceptual hash: quality {self.quality} of 100, at least {MIN_QUALITY} needed."
        )


def version() -> str:
    """Return the digest of everything that the hashes depend on."""
    return digest_of(ROUTE, package("opencv-python-headless"), package("imagehash"), package("pillow"))


def compute_hashes(picture: Picture) -> PictureHashes:
    """Hash a picture: PDQ with its quality, and imagehash's pHash and dHash, all from the same pixels."""
    coefficients, quality = pdq.transform(picture)
    small = Image.fromarray(picture.at_long_side(pdq.LONG_SIDE).gray)
    return PictureHashes(
        pdq=pdq.to_bytes(coefficients) if quality >= MIN_QUALITY else None,
        quality=quality,
        phash=_signed(imagehash.phash(small)),
        dhash=_signed(imagehash.dhash(small)),
        route=ROUTE,
    )


def dihedral_pdq(picture: Picture) -> tuple[bytes, ...]:
    """Return the PDQ hashes of a picture in all eight `ORIENTATIONS`; the first is the upright one.

    A picture below `MIN_QUALITY` has none: an empty tuple.
    """
    orientations, quality = pdq.transform_orientations(picture)
    if quality < MIN_QUALITY:
        return ()
    return tuple(pdq.to_bytes(coefficients) for coefficients in orientations)


def _signed(found: imagehash.ImageHash) -> int:
    unsigned = int(str(found), 16)
    return unsigned - (1 << 64) if unsigned >> 63 else unsigned

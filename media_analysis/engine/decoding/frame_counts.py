"""Count the frames of a photo without decoding them, and stop at a limit."""

from typing import TYPE_CHECKING, BinaryIO, Final

from PIL import Image

from media_analysis.engine.decoding.errors import TooLarge
from media_analysis.engine.decoding.sources import whole

if TYPE_CHECKING:
    import mmap

# Formats whose further pictures are frames or pages. A JPEG's are previews of itself (MPO), a HEIC's bursts.
_FRAMED: Final = frozenset({"PNG", "WEBP", "TIFF", "AVIF", "HEIF"})

# GIF89a specification, sections 18 to 26.
_GIF_HEADER: Final = 13
_COLOUR_TABLE: Final = 0x80
_IMAGE: Final = 0x2C
_EXTENSION: Final = 0x21
_IMAGE_DESCRIPTOR: Final = 10
_FLAGS_AT: Final = 9


def count_frames(image: Image.Image, source: BinaryIO, most: int) -> int:
    """Return how many frames an opened image has. Raises TooLarge beyond `most`."""
    count = 1
    if image.format == "GIF":
        with whole(source) as content:
            count = count_gif_frames(content, most + 1)
    elif image.format == "TIFF":
        count = _count_pages(image, most + 1)
    elif image.format in _FRAMED:
        count = int(getattr(image, "n_frames", 1))
    if count > most:
        raise TooLarge("too_many_frames")
    return max(1, count)


def _count_pages(image: Image.Image, stop_at: int) -> int:
    """Walk the directories of a TIFF, each of which names the next."""
    count = 1
    try:
        while count < stop_at:
            image.seek(count)
            count += 1
    except (EOFError, ValueError, OSError, SyntaxError):
        # A broken directory ends the count; the first page may still be good.
        pass
    image.seek(0)
    return count


def count_gif_frames(content: "bytes | mmap.mmap", stop_at: int) -> int:
    """Return the number of images in a GIF, at most `stop_at`; of a damaged one those before the damage."""
    count = 0
    at = _GIF_HEADER + _table_bytes(content[10])
    while count < stop_at and at < len(content):
        if content[at] == _IMAGE and at + _FLAGS_AT < len(content):
            count += 1
            at += _IMAGE_DESCRIPTOR + _table_bytes(content[at + _FLAGS_AT]) + 1
        elif content[at] == _EXTENSION:
            at += 2
        else:
            break
        at = _after_blocks(content, at)
    return count


def _table_bytes(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & _COLOUR_TABLE else 0


def _after_blocks(content: "bytes | mmap.mmap", at: int) -> int:
    while at < len(content) and content[at]:
        at += content[at] + 1
    return at + 1

"""Photos that are damaged, lie about themselves, or would exhaust a careless reader."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NamedTuple

import numpy as np
from PIL import Image

from media_analysis.engine.decoding.errors import Refused, TooLarge, Unreadable, Unsupported
from tests.hostile.made import photo

PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MANY_FRAMES: Final = 10_000
Generator = Callable[[], bytes]


class Hostile(NamedTuple):
    """A bad file and the refusal that it deserves."""

    name: str
    make: Generator
    refusal: type[Refused]
    reason: str


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """Return one chunk with its length and a right checksum."""
    return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))


def png_claiming(width: int, height: int, *, bits: int = 8, colour: int = 2, filled: bool = False) -> bytes:
    """Return a PNG of this size whose pixels are missing, or all black."""
    header = struct.pack("!IIBBBBB", width, height, bits, colour, 0, 0, 0)
    row = b"\0" * (1 + -(-width * bits * (3 if colour == 2 else 1) // 8)) if filled else b""
    return PNG_SIGNATURE + b"".join(
        [
            png_chunk(b"IHDR", header),
            png_chunk(b"IDAT", _deflated(row, height if filled else 0)),
            png_chunk(b"IEND", b""),
        ]
    )


def _deflated(row: bytes, times: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(row) for _ in range(times)) + packer.flush()


def jpeg_patched_to(width: int, height: int) -> bytes:
    """Return a small JPEG whose frame header (SOF0) claims another size."""
    content = bytearray(photo("JPEG"))
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = struct.pack("!HH", height, width)
    return bytes(content)


def cut(content: bytes, share: float) -> bytes:
    """Return the first `share` of a file."""
    return content[: int(len(content) * share)]


def header_then_noise(header: bytes, size: int = 50_000) -> bytes:
    """Return the beginning of a format, then random bytes."""
    return header + np.random.default_rng(7).bytes(size)


def gif_of_many_frames() -> bytes:
    """Return a GIF of ten thousand frames of one pixel."""
    single = io.BytesIO()
    Image.new("P", (1, 1)).save(single, "GIF")
    content = single.getvalue()
    frame = b"\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0"
    return content[: content.index(b"\x2c")] + frame * MANY_FRAMES + b"\x3b"


def animated_png_of_many_frames() -> bytes:
    """Return an APNG that announces ten thousand frames."""
    content = photo("PNG")
    after_header = len(PNG_SIGNATURE) + 25
    control = png_chunk(b"acTL", struct.pack("!II", MANY_FRAMES, 0))
    return content[:after_header] + control + content[after_header:]


def tiff_of_many_pages() -> bytes:
    """Return a TIFF with ten thousand directories in a row, all of one strip of one pixel."""
    entries = [(256, 3, 1, 1), (257, 3, 1, 1), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8)]
    entries += [(277, 3, 1, 1), (278, 3, 1, 1), (279, 4, 1, 1)]
    body = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    size, first = len(body) + 4, 10
    pages = (body + struct.pack("<I", first + size * (at + 1)) for at in range(MANY_FRAMES))
    return b"II*\0" + struct.pack("<I", first) + b"\0\0" + b"".join(pages)


def tiff_directory_of_itself() -> bytes:
    """Return a TIFF whose only directory is empty and names itself as the next."""
    return b"II*\0\x08\0\0\0" + struct.pack("<HI", 0, 8)


def bad_checksum() -> bytes:
    """Return a PNG with one wrong bit in its pixels."""
    content = bytearray(photo("PNG"))
    content[content.index(b"IDAT") + 40] ^= 0xFF
    return bytes(content)


def _text_bomb() -> bytes:
    content = photo("PNG")
    packed = b"Comment\0\0" + _deflated(b"\0" * 1_000_000, 400)
    return content[:33] + png_chunk(b"zTXt", packed) + content[33:]


def hostile_photos() -> Iterator[Hostile]:
    """Yield every bad photo with its verdict."""
    yield Hostile("empty", lambda: b"", Unreadable, "empty")
    yield Hostile("one byte", lambda: b"\xff", Unsupported, "unknown_format")
    yield Hostile("text", lambda: b"no photo at all", Unsupported, "unknown_format")
    yield Hostile("script in GIF", lambda: b"GIF89a/*" + b"x" * 40 + b"*/=1;alert(1)", Unreadable, "damaged")
    yield Hostile("PostScript", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\nshowpage\n", Unsupported, "unknown_format")
    yield Hostile("PDF", lambda: b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", Unsupported, "unknown_format")
    yield Hostile(
        "JPEG header, then noise", lambda: header_then_noise(photo("JPEG")[:20]), Unreadable, "damaged"
    )
    yield Hostile(
        "JPEG patched to 65500 x 65500", lambda: jpeg_patched_to(65500, 65500), TooLarge, "too_many_pixels"
    )
    yield Hostile(
        "PNG of 13000 x 13000", lambda: png_claiming(13000, 13000, filled=True), TooLarge, "too_many_pixels"
    )
    yield Hostile("PNG of 2^31", lambda: png_claiming(2**31 - 1, 2**31 - 1), TooLarge, "too_many_pixels")
    yield Hostile(
        "PNG of 50000 x 50000",
        lambda: png_claiming(50000, 50000, bits=1, colour=0),
        TooLarge,
        "too_many_pixels",
    )
    yield Hostile("PNG without pixels", lambda: png_claiming(100, 100), Unreadable, "truncated")
    yield Hostile(
        "PNG of a strange kind", lambda: png_claiming(10, 10, bits=16, colour=3), Unreadable, "damaged"
    )
    yield Hostile("PNG with a wrong checksum", bad_checksum, Unreadable, "damaged")
    yield Hostile("PNG with 400 MB of text", _text_bomb, Unreadable, "damaged")
    yield Hostile("GIF of 10000 frames", gif_of_many_frames, TooLarge, "too_many_frames")
    yield Hostile("APNG of 10000 frames", animated_png_of_many_frames, TooLarge, "too_many_frames")
    yield Hostile("TIFF of 10000 pages", tiff_of_many_pages, TooLarge, "too_many_frames")
    yield Hostile("TIFF naming itself", tiff_directory_of_itself, Unreadable, "damaged")
    yield Hostile(
        "WebP of 4 GB", lambda: header_then_noise(b"RIFF\xff\xff\xff\xffWEBPVP8 "), Unreadable, "damaged"
    )
    yield Hostile(
        "HEIC brand, then noise",
        lambda: header_then_noise(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
        Unreadable,
        "damaged",
    )
    yield Hostile(
        "AVIF brand, then noise",
        lambda: header_then_noise(b"\0\0\0\x18ftypavif\0\0\0\0mif1avif"),
        Unreadable,
        "damaged",
    )
    for kind in ("JPEG", "PNG", "BMP", "TIFF", "GIF", "HEIF"):
        for share in (0.5, 0.9):
            yield Hostile(f"{kind} cut at {share}", partial(cut, photo(kind), share), Unreadable, "truncated")
    for kind in ("WEBP", "AVIF"):
        yield Hostile(f"{kind} cut at 0.5", partial(cut, photo(kind), 0.5), Unreadable, "damaged")

"""Every bad and every odd file, with the verdict that the platform owes it.

Verdicts: `refused` on receipt, for its first bytes are of nothing that is read; `set aside` once the decoder
has met it; `accepted`. Archives are refused as a whole, or unpacked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from tests.hostile import files
from tests.hostile.archives import PACKERS, hostile_archives, tarred, zipped
from tests.hostile.made import clip, photo, scenery, scenes
from tests.hostile.photos import hostile_photos
from tests.hostile.videos import hostile_videos

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REFUSED: Final = "refused"
SET_ASIDE: Final = "set aside"
ACCEPTED: Final = "accepted"
UNPACKED: Final = "unpacked"


@dataclass(frozen=True, slots=True)
class Case:
    """One file and its verdict; `reason` is that of the decoder, or of the receipt."""

    name: str
    make: Callable[[], bytes]
    verdict: str
    reason: str = ""


def bad_cases() -> Iterator[Case]:
    """Yield every file that is not taken in, or not analyzed."""
    yield from _of_lists()
    yield from _of_photos()
    yield from _of_films()
    yield from _of_others()


def _of_lists() -> Iterator[Case]:
    """Yield what the decoder's own tests have; what its reader refuses by itself was refused on receipt."""
    for each in (*hostile_photos(), *hostile_videos()):
        on_receipt = each.reason in {"unknown_format", "empty"}
        yield Case(
            each.name, each.make, REFUSED if on_receipt else SET_ASIDE, "" if on_receipt else each.reason
        )
    for each in hostile_archives():
        yield Case(each.name, each.make, REFUSED, each.reason)


def _of_photos() -> Iterator[Case]:
    yield Case("JPEG of 20 bytes", partial(files.jpeg_cut_at, 20), SET_ASIDE)
    yield Case("JPEG cut in a Huffman table", files.jpeg_cut_in_huffman_table, SET_ASIDE)
    yield Case("JPEG cut at 0.99", lambda: photo("JPEG")[:-60], SET_ASIDE, "truncated")
    yield Case("GIF on a huge canvas", files.gif_on_a_huge_canvas, SET_ASIDE, "too_many_pixels")
    yield Case("TIFF with lying strips", files.tiff_with_lying_strips, SET_ASIDE)
    yield Case("PNG with a profile of 400 MB", files.png_with_profile_of_zeros, SET_ASIDE)


def _of_films() -> Iterator[Case]:
    for size in (2**31, 7, 100_000):
        yield Case(f"MP4 with a box of {size}", partial(files.mp4_with_box_of_size, size), SET_ASIDE)
    yield Case("MP4 fragments without a beginning", files.mp4_without_its_first_fragment, SET_ASIDE)
    yield Case("MP4 that says it is encrypted", files.encrypted_mp4, SET_ASIDE)
    for container, codec, pixels in (
        ("mov", "qtrle", "rgb24"), ("mov", "jpeg2000", "yuv420p"), ("avi", "huffyuv", "yuv422p"),
        ("avi", "wmv2", "yuv420p"),
    ):  # fmt: skip
        rare = partial(clip, container, codec, pixel_format=pixels)
        yield Case(f"{container} of {codec}", rare, SET_ASIDE, "unknown_codec")
    grown = partial(files.clip_that_becomes, 16384, 16)
    yield Case("film that becomes 16k wide", grown, SET_ASIDE, "too_many_pixels")
    yield Case("sparse text", files.sparse_text, REFUSED)


def _of_others() -> Iterator[Case]:
    for name, content in (
        ("web page", files.HTML), ("drawing", files.SVG), ("PDF with a script", files.PDF),
        ("EPS", files.EPS),
        ("Linux program", files.ELF), ("Windows program", files.WINDOWS), ("shortcut", files.SHORTCUT),
        ("link", files.LINK), ("playlist of the network", files.PLAYLIST_NET), ("WAV of 4 GB", files.WAV),
        ("icon", files.ICO),
    ):  # fmt: skip
        yield Case(name, partial(bytes, content), REFUSED)


def odd_cases() -> Iterator[Case]:
    """Yield files that are valid, however odd, and are taken in and analyzed."""
    yield from _odd_photos()
    yield from _odd_films()
    for kind in PACKERS:
        yield Case(f"{kind} of photos", partial(_archive_of_photos, kind), UNPACKED)
    yield Case("ZIP of photos", lambda: zipped({"a.png": files.lossless_scenery()}), UNPACKED)


def _archive_of_photos(kind: str) -> bytes:
    return tarred({"a.png": files.lossless_scenery()}, kind)


def _odd_photos() -> Iterator[Case]:
    for kind in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "HEIF", "AVIF"):
        yield Case(f"{kind}", partial(photo, kind), ACCEPTED)
        yield Case(f"{kind} of two pixels", partial(photo, kind, scenery(2, 1)), ACCEPTED)
    for mode, kind in (
        ("1", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("RGBA", "PNG"), ("I;16", "PNG"),
        ("CMYK", "JPEG"), ("L", "JPEG"), ("CMYK", "TIFF"), ("1", "TIFF"), ("I;16", "TIFF"), ("P", "GIF"),
        ("1", "BMP"), ("P", "BMP"), ("RGBA", "WEBP"), ("RGBA", "AVIF"), ("LA", "TIFF"),
    ):  # fmt: skip
        yield Case(f"{kind} of mode {mode}", partial(files.picture, mode, kind), ACCEPTED)
    for size in ((1, 1), (65000, 1), (1, 65000)):
        yield Case(f"PNG of {size[0]} x {size[1]}", partial(files.picture, "L", "PNG", size), ACCEPTED)
    yield Case("PNG of 16 bits", files.png_of_sixteen_bits, ACCEPTED)
    yield Case("GIF of 3000 frames", partial(files.gif_of, 3000), ACCEPTED)
    yield Case("BMP upside down", files.bmp_upside_down, ACCEPTED)
    for number in range(1, 9):
        yield Case(f"JPEG turned {number}", partial(files.jpeg_with_exif, t274=number), ACCEPTED)
    yield Case("JPEG with a long description", partial(files.jpeg_with_exif, t270="x" * 60_000), ACCEPTED)
    yield Case("JPEG nowhere", files.jpeg_nowhere, ACCEPTED)
    yield Case("JPEG with a script", partial(files.jpeg_with, 0xFE, b"<script>alert(1)</script>"), ACCEPTED)
    yield Case("JPEG with entities", files.jpeg_with_entities, ACCEPTED)
    yield Case("PNG with a script", partial(files.png_with_text, "<script>alert(1)</script>"), ACCEPTED)
    yield Case("JPEG, then ZIP", files.jpeg_then_zip, ACCEPTED)
    yield Case("progressive JPEG", partial(photo, "JPEG", progressive=True), ACCEPTED)
    yield Case("lossless WebP", partial(photo, "WEBP", lossless=True), ACCEPTED)
    for packing in ("tiff_lzw", "tiff_deflate", "packbits", "jpeg", "group4"):
        yield Case(f"TIFF by {packing}", partial(files.tiff, packing), ACCEPTED)


def _odd_films() -> Iterator[Case]:
    for container, codec in (
        ("mp4", "libx264"), ("mp4", "mpeg4"), ("mov", "libx264"), ("mov", "mjpeg"), ("matroska", "libx264"),
        ("matroska", "mjpeg"), ("webm", "libvpx"), ("webm", "libvpx-vp9"), ("avi", "mpeg4"), ("avi", "mjpeg"),
        ("3gp", "mpeg4"), ("mp4", "libx265"), ("mp4", "libsvtav1"), ("mov", "prores"),
        ("avi", "msmpeg4"), ("3gp", "h263"), ("matroska", "mpeg2video"),
    ):  # fmt: skip
        pixels = {"mjpeg": "yuvj420p", "prores": "yuv422p10le"}.get(codec, "yuv420p")
        yield Case(f"{container} of {codec}", partial(clip, container, codec, pixel_format=pixels), ACCEPTED)
    yield Case("MP4 with its index in front", files.mp4_with_its_index_in_front, ACCEPTED)
    fragments = {"movflags": "frag_keyframe+empty_moov"}
    yield Case("MP4 in fragments", partial(clip, options=fragments), ACCEPTED)
    yield Case("MP4 with sound", partial(clip, with_sound="aac"), ACCEPTED)
    yield Case("MP4 turned", partial(clip, turned=90), ACCEPTED)
    yield Case("Matroska with a script for a font", files.matroska_with_attachment_and_subtitles, ACCEPTED)
    yield Case("four hours of black", files.hours_of_black, ACCEPTED)
    yield Case("film that becomes larger", partial(files.clip_that_becomes, 352, 288), ACCEPTED)
    yield Case("frames of no length", lambda: files.patched(clip(), b"stts", 16, bytes(4)), ACCEPTED)
    yield Case("one frame", lambda: clip(frames=scenes(1, 1)), ACCEPTED)

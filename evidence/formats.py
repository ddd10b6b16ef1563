"""Say what a file is by its first bytes, never by its name.

Recognising is not proof that the file can be read: the decoder finds that out, in a process of its own.
"""

from dataclasses import dataclass
from typing import Final, Literal

from icse.common.errors import DomainError

HEAD_BYTES: Final = 4096
"""How much of a file's beginning `recognise` wants to see."""

# Photos and videos beyond these sizes are not what cameras make; the decoder's limits are set with them.
MAX_PHOTO_BYTES: Final = 200 * 1024**2
MAX_VIDEO_BYTES: Final = 10 * 1024**3

ACCEPTED: Final = (
    "JPEG, PNG, WebP, GIF, TIFF, BMP, HEIC and AVIF photos, MP4, MOV, MKV, WebM, AVI and 3GP videos"
)


class UnsupportedFormat(DomainError):
    """The file is not one of the photo and video formats that are accepted."""

    reason = "unsupported_format"
    status = 415


@dataclass(frozen=True, slots=True)
class Format:
    """What a file is: its kind, its media type (RFC 6838) and the extension to store it under."""

    kind: Literal["photo", "video"]
    media_type: str
    extension: str


JPEG: Final = Format("photo", "image/jpeg", "jpg")
PNG: Final = Format("photo", "image/png", "png")
GIF: Final = Format("photo", "image/gif", "gif")
WEBP: Final = Format("photo", "image/webp", "webp")
TIFF: Final = Format("photo", "image/tiff", "tif")
BMP: Final = Format("photo", "image/bmp", "bmp")
HEIC: Final = Format("photo", "image/heic", "heic")
AVIF: Final = Format("photo", "image/avif", "avif")
MP4: Final = Format("video", "video/mp4", "mp4")
MOV: Final = Format("video", "video/quicktime", "mov")
THREE_GP: Final = Format("video", "video/3gpp", "3gp")
MATROSKA: Final = Format("video", "video/x-matroska", "mkv")
WEBM: Final = Format("video", "video/webm", "webm")
AVI: Final = Format("video", "video/x-msvideo", "avi")

# Brands of the ISO base media file format, as registered at mp4ra.org.
_HEIF_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1"}
_AVIF_BRANDS: Final = {b"avif", b"avis"}
_AUDIO_BRANDS: Final = {b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "}
_MP4_BRANDS: Final = {
    b"avc1", b"av01", b"hvc1", b"mp41", b"mp42", b"mp71", b"mmp4", b"M4V ", b"M4VH", b"M4VP", b"MSNV",
    b"dash", b"msdh", b"cmfc", b"cmf2", b"f4v ", b"F4V ", b"XAVC", b"CAEP", b"caqv", b"FACE", b"ROSS",
}  # fmt: skip
# QuickTime files older than the brand begin with one of these atoms (Apple, QuickTime File Format, 2001).
_QUICKTIME_ATOMS: Final = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_BITMAP_HEADER_SIZES: Final = {12, 16, 40, 52, 56, 64, 108, 124}

_NAMED_REFUSALS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF-", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"\xc5\xd0\xd3\xc6", "an EPS document"),
    (b"8BPS", "a Photoshop document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "a Windows shortcut"),
    (b"ID3", "a sound recording"),
    (b"fLaC", "a sound recording"),
    (b"OggS", "an Ogg file"),
    (b"FLV\x01", "a Flash video"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file"),
    (b"\x00\x00\x01\xba", "an MPEG programme stream"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\x00\x00\x01\x00", "an icon file"),
    (b"II*\x00\x10\x00\x00\x00CR", "a camera raw file"),
    (b"II*\x00\x0a\x00\x00\x00HEAPCCDR", "a camera raw file"),
    (b"II\x1a\x00\x00\x00HEAPCCDR", "a camera raw file"),
    (b"FUJIFILMCCD-RAW", "a camera raw file"),
    (b"IIRO", "a camera raw file"),
    (b"IIU\x00", "a camera raw file"),
)
_ARCHIVE_MARKS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_TAR_MARK_AT: Final = 257  # POSIX.1-2017, pax interchange format
_NAMED_TEXTS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"#extm3u", "a playlist (HLS)"),
    (b"ffconcat version", "a list of other files (ffconcat)"),
    (b"<svg", "an SVG drawing"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<mpd", "a playlist (DASH)"),
    (b"{\\rtf", "a text document"),
    (b"[internetshortcut]", "a link file"),
)


def recognise(head: bytes, size: int) -> Format:
    """Return the format of a file from its first `HEAD_BYTES` bytes and its whole size in bytes.

    Raises UnsupportedFormat, naming what the file seems to be, for everything that is not accepted.
    """
    if not size:
        raise UnsupportedFormat("This file is empty.")
    for look in (_photo, _iso_media, _riff, _matroska):
        if (found := look(head)) is not None:
            _check_size(found, size)
            return found
    raise UnsupportedFormat(f"This looks like {_describe(head)}. Accepted are {ACCEPTED}.")


def is_archive(head: bytes) -> bool:
    """Tell whether a file is an archive that is taken apart: ZIP or TAR, the latter perhaps packed."""
    return head.startswith(_ARCHIVE_MARKS) or head[_TAR_MARK_AT : _TAR_MARK_AT + 5] == b"ustar"


def _check_size(found: Format, size: int) -> None:
    limit = MAX_PHOTO_BYTES if found.kind == "photo" else MAX_VIDEO_BYTES
    if size > limit:
        raise UnsupportedFormat(
            f"This {found.kind} is larger than the {limit // 1024**2} MB that are accepted."
        )


def _photo(head: bytes) -> Format | None:
    if any(head.startswith(mark) for mark, name in _NAMED_REFUSALS if name == "a camera raw file"):
        return None
    for marks, found in _PHOTO_MARKS:
        if head.startswith(marks):
            return found
    return BMP if _is_bitmap(head) else None


_PHOTO_MARKS: Final[tuple[tuple[tuple[bytes, ...], Format], ...]] = (
    ((b"\xff\xd8\xff",), JPEG),
    ((b"\x89PNG\r\n\x1a\n",), PNG),
    ((b"GIF87a", b"GIF89a"), GIF),
    ((b"II*\x00", b"MM\x00*", b"II+\x00\x08\x00", b"MM\x00+\x00\x08"), TIFF),
)


def _is_bitmap(head: bytes) -> bool:
    # "BM" alone begins many a text; the size of the second header settles it.
    return head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BITMAP_HEADER_SIZES


def _iso_media(head: bytes) -> Format | None:
    kind = head[4:8]
    if kind == b"ftyp":
        return _by_brands(_brands(head))
    return MOV if kind in _QUICKTIME_ATOMS else None


def _brands(head: bytes) -> list[bytes]:
    """Return the major brand and then the compatible ones, without the version between them."""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    return [head[8:12]] + [head[at : at + 4] for at in range(16, length - 3, 4)]


def _by_brands(brands: list[bytes]) -> Format | None:
    major = brands[0]
    if major in _AUDIO_BRANDS:
        return None
    if (found := _still_by_brand(major, brands)) is not None:
        return found
    if major == b"qt  ":
        return MOV
    if major[:3] in (b"3gp", b"3g2", b"3gg", b"3gr", b"3gs"):
        return THREE_GP
    return MP4 if any(_is_mp4_brand(brand) for brand in brands) else None


def _still_by_brand(major: bytes, brands: list[bytes]) -> Format | None:
    # AVIF files may carry the general brand mif1 first and say what they are among the compatible ones.
    if major in _AVIF_BRANDS or (major in {b"mif1", b"msf1"} and _AVIF_BRANDS.intersection(brands)):
        return AVIF
    return HEIC if major in _HEIF_BRANDS else None


def _is_mp4_brand(brand: bytes) -> bool:
    return brand in _MP4_BRANDS or (brand[:3] == b"iso" and brand[3:].isalnum())


def _riff(head: bytes) -> Format | None:
    if head[:4] != b"RIFF":
        return None
    return {b"WEBP": WEBP, b"AVI ": AVI}.get(head[8:12])


def _matroska(head: bytes) -> Format | None:
    """Read the document type of an EBML header (RFC 8794): element 4282, length, name."""
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    at = head.find(b"\x42\x82")
    name = head[at + 3 : at + 3 + (head[at + 2] & 0x7F)] if 0 <= at < len(head) - 3 else b""
    return {b"matroska": MATROSKA, b"webm": WEBM}.get(name.rstrip(b"\x00"))


def _describe(head: bytes) -> str:
    """Return words for what a refused file seems to be."""
    for look in (_known_refusal, _box_refusal, _text_refusal):
        if (name := look(head)) is not None:
            return name
    return "no photo or video that is known here"


def _known_refusal(head: bytes) -> str | None:
    return next((name for mark, name in _NAMED_REFUSALS if head.startswith(mark)), None)


def _box_refusal(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        return {b"crx ": "a camera raw file"}.get(
            head[8:12], "a sound recording" if head[8:12] in _AUDIO_BRANDS else "an unknown kind of MP4 file"
        )
    if head[:4] == b"RIFF":
        return "a sound recording" if head[8:12] == b"WAVE" else "an unknown kind of RIFF file"
    return None


def _text_refusal(head: bytes) -> str | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    start = text[:512].lower()
    for mark, name in _NAMED_TEXTS:
        if start.startswith(mark):
            return name
    if start.startswith(b"<?xml"):
        return "an SVG drawing" if b"<svg" in text.lower() else "an XML document"
    if b"\x00" in head:
        return None
    try:
        # The head may end in the middle of a letter, hence the last three bytes are left out.
        head[: max(1, len(head) - 3)].decode()
    except UnicodeDecodeError:
        return None
    return "a text file"

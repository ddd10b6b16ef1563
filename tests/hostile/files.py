"""More bad files, and odd ones that are valid: what a seized disk holds beside photographs."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, Final, cast

import av
import numpy as np
from PIL import Image, PngImagePlugin

from tests.hostile.archives import zipped
from tests.hostile.made import clip, photo, scenery, scenes
from tests.hostile.photos import PNG_SIGNATURE, png_chunk
from tests.hostile.videos import box

if TYPE_CHECKING:
    from collections.abc import Iterable

    from av.container import InputContainer

    from tests.hostile.made import RGB

MIB: Final = 1024 * 1024


def _opened(content: bytes) -> InputContainer:
    return cast("InputContainer", av.open(io.BytesIO(content)))


def jpeg_cut_at(at: int) -> bytes:
    """Return so many bytes of a JPEG."""
    return photo("JPEG")[:at]


def jpeg_cut_in_huffman_table() -> bytes:
    """Return a JPEG that ends five bytes into a Huffman table (DHT)."""
    content = photo("JPEG")
    return content[: content.index(b"\xff\xc4") + 5]


def jpeg_with(marker: int, body: bytes) -> bytes:
    """Return a JPEG with one more segment behind its first two bytes."""
    content = photo("JPEG")
    return content[:2] + struct.pack("!BBH", 0xFF, marker, len(body) + 2) + body + content[2:]


def jpeg_with_entities() -> bytes:
    """Return a JPEG whose XMP would expand to a billion words, were entities read."""
    entities = "".join(
        f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' if at else '<!ENTITY a0 "word">' for at in range(10)
    )
    packet = (
        f"<?xml version='1.0'?><!DOCTYPE x [{entities}]><x:xmpmeta xmlns:x='adobe:ns:meta/'>&a9;</x:xmpmeta>"
    )
    return jpeg_with(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet.encode())


def jpeg_with_exif(**fields: object) -> bytes:
    """Return a JPEG with Exif fields by their numbers: `t270="text"`, `gps={2: ...}`."""
    exif = Image.Exif()
    for name, value in fields.items():
        if name == "gps":
            exif.get_ifd(0x8825).update(cast("dict[int, Any]", value))
        else:
            exif[int(name[1:])] = value
    return photo("JPEG", exif=exif.tobytes())


def png_with_profile_of_zeros(size: int = 400 * MIB) -> bytes:
    """Return a PNG whose colour profile unpacks to hundreds of megabytes."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(MIB)) for _ in range(size // MIB)) + packer.flush()
    content = photo("PNG")
    return content[:33] + png_chunk(b"iCCP", b"bomb\0\0" + packed) + content[33:]


def png_with_text(text: str) -> bytes:
    """Return a PNG with a comment."""
    told = PngImagePlugin.PngInfo()
    told.add_itxt("Comment", text)
    return photo("PNG", pnginfo=told)


def gif_on_a_huge_canvas() -> bytes:
    """Return a GIF of one pixel that says that its canvas has 65,535 on each side."""
    single = io.BytesIO()
    Image.new("P", (1, 1)).save(single, "GIF")
    content = bytearray(single.getvalue())
    content[6:10] = struct.pack("<HH", 65535, 65535)
    return bytes(content)


def gif_of(frames: int) -> bytes:
    """Return a GIF of so many small frames."""
    target = io.BytesIO()
    pictures = [Image.new("P", (2, 2), each % 250) for each in range(frames)]
    pictures[0].save(target, "GIF", save_all=True, append_images=pictures[1:], optimize=False)
    return target.getvalue()


def tiff_with_lying_strips() -> bytes:
    """Return a TIFF whose only strip is said to lie far behind its end."""
    content = bytearray(photo("TIFF"))
    directory = struct.unpack_from("<I", content, 4)[0]
    (count,) = struct.unpack_from("<H", content, directory)
    for at in range(directory + 2, directory + 2 + 12 * count, 12):
        if struct.unpack_from("<H", content, at)[0] == 273:  # StripOffsets
            struct.pack_into("<I", content, at + 8, 2**31)
    return bytes(content)


def bmp_upside_down() -> bytes:
    """Return a BMP whose rows begin at the top, which a negative height says."""
    content = bytearray(photo("BMP"))
    (height,) = struct.unpack_from("<i", content, 22)
    struct.pack_into("<i", content, 22, -height)
    return bytes(content)


def bmp_with_huge_palette() -> bytes:
    """Return a BMP that says that its palette has four thousand million colours."""
    content = bytearray(photo("BMP"))
    struct.pack_into("<I", content, 46, 2**32 - 1)
    return bytes(content)


def picture(mode: str, kind: str, size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a grey picture of a mode of Pillow's."""
    target = io.BytesIO()
    Image.new(mode, size, 1 if mode in {"1", "P"} else 0).save(target, kind)
    return target.getvalue()


def png_of_sixteen_bits() -> bytes:
    """Return a PNG with sixteen bits for each colour."""
    row = b"\0" + np.arange(64 * 3, dtype=">u2").tobytes()
    header = struct.pack("!IIBBBBB", 64, 4, 16, 2, 0, 0, 0)
    chunks = [
        png_chunk(b"IHDR", header),
        png_chunk(b"IDAT", zlib.compress(row * 4)),
        png_chunk(b"IEND", b""),
    ]
    return PNG_SIGNATURE + b"".join(chunks)


def mp4_with_box_of_size(size: int) -> bytes:
    """Return an MP4 whose second box says that it has this size."""
    return box(b"ftyp", b"isom\0\0\0\0isom") + box(b"moov", b"x" * 64, size=size)


def mp4_without_its_first_fragment() -> bytes:
    """Return fragments of an MP4 without what says how to read them."""
    content = clip("mp4", options={"movflags": "frag_keyframe+empty_moov"})
    return box(b"ftyp", b"isom\0\0\0\0isom") + content[content.index(b"moof") - 4 :]


def patched(content: bytes, mark: bytes, at: int, value: bytes) -> bytes:
    """Return a file with bytes replaced, `at` bytes behind a mark."""
    changed = bytearray(content)
    place = changed.index(mark) + at
    changed[place : place + len(value)] = value
    return bytes(changed)


def matroska_with_attachment_and_subtitles() -> bytes:
    """Return a Matroska file with a script for a font and another one among the subtitles."""
    target = io.BytesIO()
    with _opened(clip("matroska")) as source, av.open(target, "w", format="matroska") as output:
        pictures = output.add_stream_from_template(source.streams.video[0])
        output.add_attachment("evil.ttf", "application/x-truetype-font", b"<script>alert(1)</script>")
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = pictures
                output.mux(packet)
    return target.getvalue()


def clip_that_becomes(width: int, height: int) -> bytes:
    """Return a film of small pictures of which the later ones have another size."""
    target = io.BytesIO()
    first, then = (_motion_jpeg(scenes(1, 5, *size)) for size in ((176, 144), (width, height)))
    with (
        _opened(first) as small,
        _opened(then) as other,
        av.open(target, "w", format="matroska") as output,
    ):
        stream = output.add_stream_from_template(small.streams.video[0])
        for at, packet in enumerate([*small.demux(video=0), *other.demux(video=0)]):
            if packet.size:
                packet.stream, packet.pts, packet.dts = stream, at, at
                output.mux(packet)
    return target.getvalue()


def _motion_jpeg(frames: Iterable[RGB]) -> bytes:
    return clip("avi", "mjpeg", frames, pixel_format="yuvj420p")


def mp4_with_its_index_in_front() -> bytes:
    """Return an MP4 as servers like them: what says where its frames are comes first."""
    with NamedTemporaryFile(suffix=".mp4") as file, _opened(clip()) as source:
        with av.open(file.name, "w", options={"movflags": "faststart"}) as output:
            stream = output.add_stream_from_template(source.streams.video[0])
            for packet in source.demux(video=0):
                if packet.dts is not None:
                    packet.stream = stream
                    output.mux(packet)
        return Path(file.name).read_bytes()


def jpeg_nowhere() -> bytes:
    """Return a JPEG taken at a latitude of nought by nought."""
    content = jpeg_with_exif(gps={2: (7.0, 7.0, 7.0)})
    return content.replace(struct.pack("<II", 7, 1), bytes(8)).replace(struct.pack(">II", 7, 1), bytes(8))


def tiff(packing: str) -> bytes:
    """Return a TIFF packed in one of the ways of Pillow's."""
    target = io.BytesIO()
    mode = "1" if packing == "group4" else "RGB"
    Image.fromarray(scenery(64, 48)).convert(mode).save(target, "TIFF", compression=packing)
    return target.getvalue()


def hours_of_black() -> bytes:
    """Return a small file of four hours, one black frame a minute."""
    black = [np.zeros((48, 64, 3), np.uint8)] * 240
    return clip("matroska", "mjpeg", black, pixel_format="yuvj420p", at=[each * 600 for each in range(240)])


def encrypted_mp4() -> bytes:
    """Return an MP4 that says of its pictures that they are encrypted (ISO/IEC 23001-7, `encv`)."""
    return clip("mp4").replace(b"avc1", b"encv", 2)


def jpeg_then_zip() -> bytes:
    """Return a JPEG with an archive behind it."""
    return photo("JPEG") + zipped({"script.js": b"alert(1)"})


HTML: Final = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG: Final = (
    b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">&e;</svg>'
)
PDF: Final = b"%PDF-1.7\n1 0 obj\n<</OpenAction <</S /JavaScript /JS (app.alert(1))>>>>\nendobj\n"
EPS: Final = b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file\nshowpage\n"
ELF: Final = b"\x7fELF\x02\x01\x01" + bytes(200)
WINDOWS: Final = b"MZ\x90\x00" + bytes(200)
SHORTCUT: Final = b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(200)
LINK: Final = b"[InternetShortcut]\r\nURL=http://127.0.0.1/\r\n"
PLAYLIST_NET: Final = b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/canary.ts\n#EXT-X-ENDLIST\n"
WAV: Final = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\0\0\xff\xff\xff\x7f" + bytes(100)
ICO: Final = b"\0\0\x01\0\xff\0" + bytes(16 * 255)


def sparse_text(size: int = 64 * MIB) -> bytes:
    """Return a text that goes on as zeros, as a sparse file does."""
    return b"this is no film" + bytes(size)


def lossless_scenery() -> bytes:
    """Return a small PNG, as most tests use it."""
    return photo("PNG", scenery(64, 48))

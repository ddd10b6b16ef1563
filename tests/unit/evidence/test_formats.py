import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.formats import HEAD_BYTES, MAX_PHOTO_BYTES, MAX_VIDEO_BYTES, UnsupportedFormat, recognise
from tests.hostile.made import clip, photo


def box(kind: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + kind + body


@pytest.mark.parametrize(
    ("pillow_format", "media_type", "extension"),
    [
        ("JPEG", "image/jpeg", "jpg"),
        ("PNG", "image/png", "png"),
        ("GIF", "image/gif", "gif"),
        ("WEBP", "image/webp", "webp"),
        ("TIFF", "image/tiff", "tif"),
        ("BMP", "image/bmp", "bmp"),
        ("HEIF", "image/heic", "heic"),
        ("AVIF", "image/avif", "avif"),
    ],
)
def test_recognise_photos(pillow_format: str, media_type: str, extension: str) -> None:
    content = photo(pillow_format)

    found = recognise(content[:HEAD_BYTES], len(content))

    assert (found.kind, found.media_type, found.extension) == ("photo", media_type, extension)


@pytest.mark.parametrize(
    ("container", "codec", "media_type", "extension"),
    [
        ("mp4", "libx264", "video/mp4", "mp4"),
        ("mov", "libx264", "video/quicktime", "mov"),
        ("matroska", "libx264", "video/x-matroska", "mkv"),
        ("webm", "libvpx", "video/webm", "webm"),
        ("avi", "mpeg4", "video/x-msvideo", "avi"),
        ("3gp", "mpeg4", "video/3gpp", "3gp"),
    ],
)
def test_recognise_videos(container: str, codec: str, media_type: str, extension: str) -> None:
    content = clip(container, codec)

    found = recognise(content[:HEAD_BYTES], len(content))

    assert (found.kind, found.media_type, found.extension) == ("video", media_type, extension)


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (box(b"ftyp", b"mif1\0\0\0\0mif1avifmiaf"), "image/avif"),
        (box(b"ftyp", b"mif1\0\0\0\0mif1heic"), "image/heic"),
        (box(b"ftyp", b"zzzz\0\0\0\0isom"), "video/mp4"),
        (box(b"wide", b"") + box(b"mdat", bytes(16)), "video/quicktime"),
        (b"MM\x00+\x00\x08\x00\x00" + bytes(8), "image/tiff"),
    ],
)
def test_recognise_rarer_beginnings(head: bytes, media_type: str) -> None:
    assert recognise(head, 1000).media_type == media_type


@pytest.mark.parametrize(
    ("head", "named"),
    [
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n", "a playlist (HLS)"),
        (b"\xef\xbb\xbf  #EXTM3U\n", "a playlist (HLS)"),
        (b"ffconcat version 1.0\nfile x.mp4\n", "a list of other files"),
        (b"just words, nothing to see", "a text file"),
        ("nur Wörter".encode(), "a text file"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b"<svg onload='x'>", "an SVG drawing"),
        (b'<?xml version="1.0"?><note/>', "an XML document"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "a PostScript document"),
        (b"PK\x03\x04" + bytes(30), "a ZIP archive"),
        (b"\x7fELF" + bytes(30), "a Linux program"),
        (b"II*\x00\x10\x00\x00\x00CR\x02\x00", "a camera raw file"),
        (box(b"ftyp", b"crx \0\0\0\1"), "a camera raw file"),
        (box(b"ftyp", b"M4A \0\0\0\0isom"), "a sound recording"),
        (box(b"ftyp", b"????\0\0\0\0"), "an unknown kind of MP4 file"),
        (b"RIFF\xff\xff\xff\x7fWAVEfmt ", "a sound recording"),
        (b"RIFF\xff\xff\xff\x7fABCD", "an unknown kind of RIFF file"),
        (b"BM, as every text about cars begins", "a text file"),
        (bytes(64), "no photo or video"),
    ],
)
def test_recognise_refuses_and_names_what_it_saw(head: bytes, named: str) -> None:
    with pytest.raises(UnsupportedFormat) as refused:
        recognise(head, len(head))

    assert named in refused.value.message


def test_recognise_refuses_an_empty_file() -> None:
    with pytest.raises(UnsupportedFormat, match="empty"):
        recognise(b"", 0)


@pytest.mark.parametrize(("content", "limit"), [(photo("PNG"), MAX_PHOTO_BYTES), (clip(), MAX_VIDEO_BYTES)])
def test_recognise_refuses_what_is_too_large(content: bytes, limit: int) -> None:
    recognise(content[:HEAD_BYTES], limit)
    with pytest.raises(UnsupportedFormat, match="larger than"):
        recognise(content[:HEAD_BYTES], limit + 1)


@given(
    head=st.binary(min_size=1, max_size=200),
    mark=st.sampled_from([b"", b"\x1a\x45\xdf\xa3", b"\0\0\0\x18ftyp", b"RIFF"]),
)
def test_recognise_any_bytes_is_a_format_or_a_refusal(head: bytes, mark: bytes) -> None:
    content = mark + head
    try:
        answer: str = recognise(content, len(content)).kind
    except UnsupportedFormat:
        answer = "refused"
    assert answer in {"photo", "video", "refused"}

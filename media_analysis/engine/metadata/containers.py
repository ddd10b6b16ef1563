"""Tags of video containers, through FFmpeg."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import av

_APPLE: Final = "com.apple.quicktime."
_NAMES: Final = {
    "creationdate": "CreationDate",
    "location.ISO6709": "GPSCoordinates",
    "location": "GPSCoordinates",
    "creation_time": "CreateDate",
    "encoder": "Encoder",
}
_MOVIE_BOXES: Final = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_ITEMS: Final = frozenset({"encoder", "artist", "title", "comment", "album", "genre", "date"})


def read_container(path: Path) -> Iterator[tuple[str, object]]:
    """Yield `Group:Name` and text of a video's own tags and those of its tracks.

    A file that begins like none of the known containers has none. Raises `av.FFmpegError` for a damaged one.
    """
    with path.open("rb") as file:
        demuxer = _demuxer(file.read(16))
    if demuxer is None:
        return
    # The demuxer is named, never guessed: guessed, a playlist would lead FFmpeg to other files and hosts.
    with av.open(
        str(path), metadata_errors="replace", container_options={"protocol_whitelist": "file"}
    ) as container:
        root = "RIFF" if container.format.name == "avi" else "QuickTime"
        for key, value in container.metadata.items():
            yield _place(key, root), _instant(key, value)
        for number, stream in enumerate(container.streams, start=1):
            for key, value in stream.metadata.items():
                yield f"Track{number}:{_name(key)}", _instant(key, value)


def _demuxer(head: bytes) -> str | None:
    if head[4:8] in _MOVIE_BOXES:
        return "mov"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    return "matroska" if head[:4] == b"\x1a\x45\xdf\xa3" else None


def _place(key: str, root: str) -> str:
    if key.startswith(_APPLE):
        return f"Keys:{_name(key.removeprefix(_APPLE))}"
    if key == "location":
        return "Keys:GPSCoordinates"
    if root == "RIFF" and key == "creation_time":
        return "RIFF:DateTimeOriginal"
    return f"{'ItemList' if key in _ITEMS else root}:{_name(key)}"


def _name(key: str) -> str:
    return _NAMES.get(key) or "".join(
        part[:1].upper() + part[1:] for part in key.replace("-", "_").split("_")
    )


def _instant(key: str, value: str) -> str:
    """Return FFmpeg's `2005-08-11T14:03:54.000000Z` without the Z that it adds to any reading."""
    if key != "creation_time":
        return value
    day, _, clock = value.partition("T" if "T" in value else " ")
    return f"{day.replace('-', ':')} {clock[:8]}"

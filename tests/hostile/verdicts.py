"""What becomes of a file: recognised as on receipt, then read as by a worker, sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence.formats import HEAD_BYTES, UnsupportedFormat, is_archive, recognise
from media_analysis.engine.decoding.errors import Refused
from tests.hostile.manifest import ACCEPTED, REFUSED, SET_ASIDE, UNPACKED
from tests.sealed import sealed_file

if TYPE_CHECKING:
    from pathlib import Path

    from icse.common.sealing import SealedFile
    from media_analysis.engine.decoding.client import Decoder

_FRAMES_LOOKED_AT = 40


def verdict_of(decoder: Decoder, path: Path) -> tuple[str, str]:
    """Return a file's verdict, and the reason where it is not taken in.

    Raises:
        AttemptFailed: The child that read it died or took too long, which no file should come to.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    sealed = sealed_file(path.parent, path.read_bytes())
    if is_archive(head):
        return _unpacked(decoder, sealed)
    try:
        kind = recognise(head, path.stat().st_size).kind
    except UnsupportedFormat as refusal:
        return REFUSED, refusal.reason
    try:
        (_look_at_photo if kind == "photo" else _look_at_film)(decoder, sealed)
    except Refused as refusal:
        return SET_ASIDE, refusal.reason
    return ACCEPTED, ""


def _unpacked(decoder: Decoder, file: SealedFile) -> tuple[str, str]:
    try:
        for member in decoder.members(file, file.path.parent, is_archive):
            if member.content is not None:
                member.content.read()
    except Refused as refusal:
        return REFUSED, refusal.reason
    return UNPACKED, ""


def _look_at_photo(decoder: Decoder, file: SealedFile) -> None:
    decoder.still(file)
    decoder.metadata(file)


def _look_at_film(decoder: Decoder, file: SealedFile) -> None:
    plan = decoder.video_plan(file)
    start, end = plan.segments[0]
    frames = decoder.video_frames(file, start_s=start, end_s=end, frames_per_second=2)
    for _, _ in zip(range(_FRAMES_LOOKED_AT), frames, strict=False):
        pass
    frames.close()
    decoder.metadata(file)

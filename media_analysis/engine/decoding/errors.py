"""Why a file could not be decoded, with a sentence for the officer.

A refusal is final: the same file will be refused again. A failed attempt may succeed the next time, so the
pipeline counts it and tries again.
"""

from typing import Final

_SENTENCES: Final = {
    "empty": "This file is empty.",
    "truncated": "This file is incomplete: its end is missing.",
    "damaged": "This file is damaged and cannot be read.",
    "no_picture": "This file holds no moving picture that can be shown.",
    "too_many_bytes": "This file is larger than what is accepted.",
    "too_many_pixels": "This picture has more pixels than are accepted.",
    "too_many_frames": "This file holds more frames than are accepted.",
    "too_many_streams": "This video holds more streams than are accepted.",
    "too_long": "This video is longer than what is accepted.",
    "too_much_memory": "This file would need more memory than a single file may use.",
    "unknown_format": "This is not one of the photo and video formats that are accepted.",
    "unknown_colours": "This picture stores its colours in a way that is not accepted.",
    "unknown_codec": "This video is compressed in a way that is not accepted.",
    "no_archive": "This is packed, but not a ZIP or TAR archive.",
    "too_many_members": "This archive holds more files than are accepted.",
    "too_much_inside": "Unpacked, this archive is larger than what is accepted.",
    "too_dense": "This archive is packed so densely that it is not unpacked.",
    "decoder_died": "Reading this file failed unexpectedly. It will be tried again.",
    "decoder_slow": "Reading this file took too long. It will be tried again.",
}


class DecodeError(Exception):
    """A file was not decoded: `reason` is for programs and tests, `message` for the officer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.message = _SENTENCES[reason]


class Refused(DecodeError):
    """The file itself is the cause, and trying again would not help."""


class Unreadable(Refused):
    """The file is empty, cut off or damaged."""


class TooLarge(Refused):
    """The file exceeds one of the limits."""


class Unsupported(Refused):
    """The file is in a format or codec that is not accepted."""


class AttemptFailed(DecodeError):
    """The decoder did not come to an end with this file: this counts as an attempt."""


class DecoderDied(AttemptFailed):
    """The process that read the file died."""

    def __init__(self, reason: str = "decoder_died") -> None:
        super().__init__(reason)


class DecoderTimeout(AttemptFailed):
    """The process that read the file was stopped because it took too long."""

    def __init__(self, reason: str = "decoder_slow") -> None:
        super().__init__(reason)


_LONGEST_CAUSE: Final = 300
_REFUSALS: Final[dict[str, type[Refused]]] = {
    kind.__name__: kind for kind in (Unreadable, TooLarge, Unsupported)
}


def to_message(error: Refused, cause: str = "") -> dict[str, object]:
    """Return a refusal, and for the log what caused it, as it travels from the decoder to its client."""
    return {"refused": type(error).__name__, "reason": error.reason, "cause": cause[:_LONGEST_CAUSE]}


def from_message(message: dict[str, object]) -> Refused:
    """Return the refusal that a message names.

    The decoder has just read a hostile file, so that it chooses among known sentences and never words one.
    """
    kind, reason = _REFUSALS.get(str(message.get("refused"))), str(message.get("reason"))
    error = kind(reason) if kind is not None and reason in _SENTENCES else Unreadable("damaged")
    if cause := str(message.get("cause", ""))[:_LONGEST_CAUSE]:
        error.add_note(f"The decoder said: {cause!r}")
    return error

"""Why a search cannot be asked, worded for the officer."""

from typing import Final

from icse.common.errors import DomainError

PICTURE_LIMIT: Final = 200 * 1024**2
"""Bytes of a picture that a search takes at most."""


class PictureMissing(DomainError):
    """A picture search names no picture, or two."""

    reason = "no_picture"

    def __init__(self) -> None:
        super().__init__("Send one picture to search with: a file or a material, not both.")


class NotAPicture(DomainError):
    """A film was sent to search with."""

    reason = "not_a_picture"
    status = 422

    def __init__(self) -> None:
        super().__init__(
            "Search with a photo. To search with a film, hand it in and choose one of its frames."
        )


class PictureNotReady(DomainError):
    """The material that is to be searched with is not analyzed yet, or could not be."""

    reason = "no_picture_yet"
    status = 409

    def __init__(self) -> None:
        super().__init__("There is no picture of this material to search with yet: wait for its analysis.")


class BadBox(DomainError):
    """The drawn part does not lie in the picture, or is too small to see anything in."""

    reason = "bad_box"

    def __init__(self) -> None:
        super().__init__(
            "The box must lie in the picture and be at least a fiftieth of it wide and high: "
            "x, y, width and height, each between 0 and 1."
        )


class PictureTooLarge(DomainError):
    """The picture is larger than a search takes."""

    reason = "too_large"
    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"A picture to search with may be {limit // 1024**2} MB large at most.")


class PictureUnanswered(DomainError):
    """A worker could not make anything of the picture; the message says why."""

    reason = "picture_unanswered"
    status = 422

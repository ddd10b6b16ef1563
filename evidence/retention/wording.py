"""What the pages say of acts and parts."""

from __future__ import annotations

from typing import Final

from evidence.retention.queries import Part

LABELS: Final[dict[Part, str]] = {
    Part.DUE: "Due",
    Part.ASKED: "To be approved",
    Part.HELD: "Legal hold",
    Part.RESTRICTED: "Restricted",
    Part.GOING: "Withdrawn",
    Part.ALL: "All",
}

_DID: Final = {
    "review": "{} {} reviewed.",
    "hold": "{} {} put under a legal hold.",
    "release": "{} {} released from their legal hold.",
    "restrict": "{} {} restricted: shown to nobody, and not worked with, until that is lifted.",
    "keep": "{} {} kept and shown again as before.",
    "withdraw": "{} {} put before a colleague, who has to approve. Nothing has changed yet.",
    "approve": "{} {} withdrawn, and shown to nobody any more.",
}


def did(act: str, files: int) -> str:
    """Return what was done to so many files, as a sentence."""
    return _DID[act].format(f"{files} file{'' if files == 1 else 's'}", "was" if files == 1 else "were")

"""How moving pictures are looked at: name and version of the analyzer."""

from typing import Final

from media_analysis.engine.decoding import routes
from media_analysis.engine.versions import digest_of
from media_analysis.engine.video import selection, shots

NAME: Final = "motion"

_REVISION: Final = "1"


def version() -> str:
    """Return the digest of what decides which frames are looked at."""
    thresholds = (shots.CUT_COLOURS, shots.CUT_STRUCTURE, shots.VIEW_COLOURS, selection.MOST_UNSEEN_CHANGE)
    return digest_of(_REVISION, repr(thresholds), routes.version())

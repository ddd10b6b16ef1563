from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final

from media_analysis.engine.faces.dlib_resnet import DlibAnalyzer
from media_analysis.engine.faces.face import FaceAnalyzer
from media_analysis.engine.faces.sface import SFaceAnalyzer

DEFAULT: Final = "sface"

ANALYZERS: Final[dict[str, Callable[[Path | None, Path | None], FaceAnalyzer]]] = {
    "sface": SFaceAnalyzer,
    "dlib": DlibAnalyzer,
}


@lru_cache(maxsize=len(ANALYZERS))
def analyzer(name: str = DEFAULT, finder: Path | None = None, embedder: Path | None = None) -> FaceAnalyzer:
    """Return the face analyzer of that name, loaded at the first call of a process.

    `finder` (the detector's, or dlib's landmarks) and `embedder` are model files to take instead of those
    that the packages carry. Raises `KeyError` for a name that is not in `ANALYZERS` and `WeightsError` if a
    file is missing or altered.
    """
    return ANALYZERS[name](finder, embedder)

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from media_analysis.engine.faces.dlib_resnet import DlibAnalyzer
from media_analysis.engine.faces.face import FaceAnalyzer
from media_analysis.engine.faces.sface import SFaceAnalyzer

DEFAULT: Final = "sface"

ANALYZERS: Final[dict[str, Callable[[], FaceAnalyzer]]] = {"sface": SFaceAnalyzer, "dlib": DlibAnalyzer}


@lru_cache(maxsize=len(ANALYZERS))
def analyzer(name: str = DEFAULT) -> FaceAnalyzer:
    """Return the face analyzer of that name, loaded at the first call of a process.

    Raises `KeyError` for a name that is not in `ANALYZERS` and `WeightsError` if its models are missing.
    """
    return ANALYZERS[name]()

"""How scenes are looked at: name and version of the analyzer."""

from functools import lru_cache
from typing import Final

from media_analysis.engine.scene import embedding, levels, models
from media_analysis.engine.versions import digest_of, package

NAME: Final = "scene"

_REVISION: Final = "2"
"""Of the proof: raised whenever thresholds or steps of `verification`, `agreement` or `copies` change."""


@lru_cache(maxsize=1)
def version() -> str:
    """Return the digest of recipes, weights and runtime that embeddings and proofs depend on."""
    weights = (models.EFFICIENTNET, models.COMPONENTS, models.XFEAT)
    digests = [each.sha256 for each in weights]
    recipes = (embedding.RECIPE, levels.RECIPE)
    return digest_of(_REVISION, *recipes, *digests, package("onnxruntime"), package("opencv-python-headless"))

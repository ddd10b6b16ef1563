"""What a worker process loads once and uses for every file: decoder and models."""

from functools import cache

from django.conf import settings

from media_analysis.engine.decoding.client import Decoder
from media_analysis.engine.faces import registry
from media_analysis.engine.faces.face import FaceAnalyzer
from media_analysis.engine.scene.embedding import SceneEmbedder
from media_analysis.services.sandbox import sandbox


@cache
def decoder() -> Decoder:
    """Return this process's port to the disposable decoder."""
    return Decoder(sandbox=sandbox())


@cache
def face_analyzer() -> FaceAnalyzer:
    """Return the face analyzer that this installation has chosen."""
    return registry.analyzer(settings.FACE_ANALYZER)


@cache
def scene_embedder() -> SceneEmbedder:
    """Return the embedder of whole pictures and tiles."""
    return SceneEmbedder()

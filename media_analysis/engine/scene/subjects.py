"""A picture that is compared with others; whatever is found of it is found once."""

from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Final

from media_analysis.engine.faces.weights import sha256_of
from media_analysis.engine.pictures import Picture
from media_analysis.engine.scene import levels, models
from media_analysis.engine.scene.embedding import SceneEmbedder, SceneEmbedding
from media_analysis.engine.scene.features import FeatureExtractor, LocalFeatures
from media_analysis.engine.scene.levels import Levels
from media_analysis.engine.scene.places import UPRIGHT, Pose, view_of
from media_analysis.engine.versions import digest_of

LONG_SIDE: Final = 640
MOST_PLACES: Final = 1000
"""Of the upright query. More cost matching time and bought no recall (`bench/bench_copies.py`)."""

POSED_LONG_SIDE: Final = 480
POSED_PLACES: Final = 600
"""Turned and mirrored views are many, and mostly of pictures that have nothing in common."""


class Subject:
    """A picture, its vectors and its local features, each made when first asked for.

    A query is looked at in many poses; a picture that it is compared with only upright, and what was
    stored of it serves as well as the picture itself.
    """

    def __init__(self, load: Callable[[], Picture], *, packed: bytes | None = None) -> None:
        """Take what loads the picture, and its features if they were found before.

        `load` is called where pixels are needed, which for most pictures that a query has nothing in
        common with they never are.
        """
        self._load = load
        self._packed = packed
        self._posed: dict[Pose, LocalFeatures] = {}

    @cached_property
    def picture(self) -> Picture:
        """Return the pixels."""
        return self._load()

    @cached_property
    def embedding(self) -> SceneEmbedding:
        """Return the vectors by which the picture is searched for."""
        return _embedder().query_vectors(self.picture)

    @cached_property
    def levels(self) -> Levels:
        """Return the features at every size, the same whether they were stored or are found now."""
        packed = self._packed
        return levels.unpack(packed if packed is not None else packed_levels(self.picture))

    def posed(self, pose: Pose) -> LocalFeatures:
        """Return the features of the whole picture in a pose."""
        if pose not in self._posed:
            side, most = (LONG_SIDE, MOST_PLACES) if pose == UPRIGHT else (POSED_LONG_SIDE, POSED_PLACES)
            view = view_of(self.picture, pose=pose, long_side=side)
            self._posed[pose] = _extractor().extract(view, most=most)
        return self._posed[pose]


def subject(picture: Picture) -> Subject:
    """Return a picture ready to be verified against many others.

    Its properties raise `WeightsError` if a vendored model is altered or missing.
    """
    return Subject(lambda: picture)


def packed_levels(picture: Picture) -> bytes:
    """Return a picture's features at every size, packed to be stored with `features_id`.

    Raises `WeightsError` if the vendored model is altered or missing.
    """
    return levels.find_levels(picture, _extractor())


@lru_cache(maxsize=1)
def features_id() -> str:
    """Return what packed features were made with; those of another id cannot be compared with them."""
    return f"xfeat-{digest_of(levels.RECIPE, sha256_of(models.XFEAT.path()))}"


@lru_cache(maxsize=1)
def _extractor() -> FeatureExtractor:
    return FeatureExtractor()


@lru_cache(maxsize=1)
def _embedder() -> SceneEmbedder:
    return SceneEmbedder()

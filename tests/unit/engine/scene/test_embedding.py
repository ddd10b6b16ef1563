from pathlib import Path

import numpy as np
import pytest

from bench.attacks import clue, crop, grey, screenshot
from media_analysis.engine.faces.weights import Weights, WeightsError
from media_analysis.engine.pictures import Picture
from media_analysis.engine.scene import models
from media_analysis.engine.scene.embedding import DIMENSIONS, TILES, SceneEmbedder, SceneEmbedding, pool
from media_analysis.engine.scene.places import WHOLE
from tests.drawn.photos import PHOTOS, photo
from tests.drawn.rooms import Camera, drawn_room, photograph


@pytest.fixture(scope="module")
def embedder() -> SceneEmbedder:
    return SceneEmbedder()


@pytest.fixture(scope="module")
def stored(embedder: SceneEmbedder) -> dict[str, SceneEmbedding]:
    pictures = {name: Picture(photo(name)) for name in PHOTOS}
    pictures |= {f"room {seed}": _room(seed) for seed in range(4)}
    return {name: embedder.embed(picture) for name, picture in pictures.items()}


def _room(seed: int) -> Picture:
    return Picture(photograph(drawn_room(seed), Camera(), width=720, height=480))


def _likest(query: SceneEmbedding, stored: dict[str, SceneEmbedding]) -> str:
    return max(stored, key=lambda name: float((query.vectors @ stored[name].vectors.T).max()))


def test_embed_gives_one_unit_vector_a_tile_whole_picture_first(embedder: SceneEmbedder) -> None:
    found = embedder.embed(_room(0))
    assert found.vectors.shape == (len(TILES), DIMENSIONS)
    assert found.vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)
    assert found.boxes[0] == WHOLE


def test_embed_twice_gives_the_same(embedder: SceneEmbedder) -> None:
    np.testing.assert_array_equal(embedder.embed(_room(1)).vectors, embedder.embed(_room(1)).vectors)


def test_half_precision_keeps_the_vectors(embedder: SceneEmbedder) -> None:
    vectors = embedder.embed(_room(0)).vectors
    halved = vectors.astype(np.float16).astype(np.float32)
    assert float((vectors * halved).sum(axis=1).min()) > 0.9999


def test_query_vectors_add_the_whole_seen_smaller(embedder: SceneEmbedder) -> None:
    found = embedder.query_vectors(_room(0))
    assert found.boxes[: len(TILES)] == TILES
    assert set(found.boxes[len(TILES) :]) == {WHOLE}
    assert len(found.boxes) == len(found.vectors)


@pytest.mark.parametrize("name", PHOTOS)
def test_query_vectors_find_the_picture_of_a_crop_a_clue_and_a_screenshot(
    embedder: SceneEmbedder, stored: dict[str, SceneEmbedding], name: str
) -> None:
    pixels, random = photo(name), np.random.default_rng(3)
    edits = (crop(pixels, 0.45, random), clue(pixels, random), screenshot(pixels), grey(pixels))
    found = [_likest(embedder.query_vectors(Picture(edit)), stored) for edit in edits]
    assert found == [name] * len(edits)


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (900, 3), (40, 40)])
def test_embed_takes_any_shape(embedder: SceneEmbedder, shape: tuple[int, int]) -> None:
    vectors = embedder.embed(Picture(np.full((*shape, 3), 128, np.uint8))).vectors
    assert np.isfinite(vectors).all()


def test_pool_is_the_generalised_mean_over_the_box() -> None:
    features = np.zeros((1, 4, 4), np.float32)
    features[0, :2, :2] = 2.0
    assert pool(features, (0.0, 0.0, 0.5, 0.5)) == pytest.approx([2.0])
    assert pool(features, WHOLE) == pytest.approx([(2.0**3 / 4) ** (1 / 3)])


def test_altered_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "EFFICIENTNET", Weights(models.PACKAGE, "effnet_lite0.onnx", "0" * 64))
    with pytest.raises(WeightsError):
        SceneEmbedder()


def test_missing_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError):
        SceneEmbedder(network=tmp_path / "absent.onnx")

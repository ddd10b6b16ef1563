"""Local features are stored with what was analyzed, serve every later proof, and go with the material."""

from uuid import UUID

import pytest

from media_analysis.engine.pictures import Picture
from media_analysis.engine.scene.levels import unpack
from media_analysis.engine.scene.subjects import features_id
from media_analysis.models import SceneFeatures, SceneTile
from media_analysis.services import looking, pictures
from media_analysis.services.signals import keep_features
from tests.cast import Cast
from tests.desk import Desk
from tests.drawn.rooms import Camera, drawn_room, papered_wall, photograph
from tests.factories.media_analysis import AnalysisFactory
from tests.integration.media_analysis.test_pipeline import film, jpeg

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FRONT = photograph(drawn_room(1), Camera())
SIDE = photograph(drawn_room(1), Camera(right=0.7, distance=2.6, turned=-12, rolled=4), noise_seed=1)


def test_every_embedded_picture_has_features_of_its_own(cast: Cast, desk: Desk) -> None:
    desk.hand_in(cast.owner, jpeg(FRONT))
    frames = [photograph(drawn_room(room), Camera(), noise_seed=n) for room in (3, 4) for n in range(15)]
    desk.hand_in(cast.owner, film(frames))

    desk.work_off()

    places = {(row.material_id, row.at_ms): row for row in SceneFeatures.objects.all()}
    assert places.keys() == set(SceneTile.objects.values_list("material", "at_ms"))
    assert len(places) == SceneFeatures.objects.count() >= 3
    for row in places.values():
        assert row.features_id == features_id()
        assert all(len(level.points) > 50 for level in unpack(bytes(row.packed)))


def test_candidate_is_refuted_by_its_features_alone(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking at a picture that has nothing in common costs no decoding."""
    loaded: set[UUID] = set()
    read = pictures.frame_or_photo

    def note_and_read(material_id: UUID, *, at_ms: int | None) -> Picture | None:
        loaded.add(material_id)
        return read(material_id, at_ms=at_ms)

    monkeypatch.setattr(looking, "frame_or_photo", note_and_read)
    monkeypatch.setattr(looking, "MOST_TILE_DISTANCE", 2.0)
    room = desk.hand_in(cast.owner, jpeg(FRONT))
    strange = desk.hand_in(cast.owner, jpeg(papered_wall(4).wall[:200, :300]))
    desk.work_off()

    desk.hand_in(cast.owner, jpeg(SIDE))
    desk.work_off()

    assert room.pk in loaded
    assert strange.pk not in loaded


def test_what_an_older_version_analyzed_is_proven_by_its_picture(cast: Cast, desk: Desk) -> None:
    """It has no features, or such as cannot be compared."""
    bare, old = desk.hand_in(cast.owner, jpeg(FRONT)), desk.hand_in(cast.owner, jpeg(FRONT, quality=60))
    desk.work_off()
    SceneFeatures.objects.filter(material=bare).delete()
    SceneFeatures.objects.filter(material=old).update(features_id="xfeat-older", packed=b"other bytes")

    new = desk.hand_in(cast.owner, jpeg(SIDE))
    desk.work_off()

    found = {(view.other.pk, view.kind) for view in desk.matches(cast.owner, new)}
    assert found == {(bare.pk, "scene"), (old.pk, "scene")}


def test_features_go_with_their_material() -> None:
    analysis = AnalysisFactory.create(analyzer="scene")
    keep_features(analysis, [(None, b"photo"), (500, b"frame")], features_id="test")
    assert SceneFeatures.objects.count() == 2

    analysis.material.delete()

    assert not SceneFeatures.objects.exists()

"""From a received file to its matches: the real decoder, analyzers and models, as the engine's role."""

import io
from collections.abc import Callable, Iterable
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from evidence.formats import recognise
from evidence.models import CustodyEvent, Derivative, Material, Submission
from evidence.objects import open_object
from evidence.queries import get_playable, kept_frames
from media_analysis.engine.pictures import Pixels
from media_analysis.models import (
    Analysis,
    AnalysisState,
    CaptureFacts,
    ExactSignalMember,
    Match,
    PictureHash,
    PipelineRun,
    RunState,
    SceneFeatures,
    SceneTile,
)
from media_analysis.queries.progress import progress_of
from media_analysis.services import pipeline
from media_analysis.services.pipeline import Outcome
from media_analysis.services.workbench import decoder
from tests.cast import Cast
from tests.conftest import RoleSwitch
from tests.desk import Desk
from tests.drawn.rooms import Camera, drawn_room, photograph
from tests.hostile.made import clip, photo
from tests.hostile.photos import gif_of_many_frames, png_claiming

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EXIF_IFD, BODY_SERIAL, MAKE, MODEL = 0x8769, 0xA431, 0x010F, 0x0110
FIRST_PLACE = Camera()
SECOND_PLACE = Camera(right=0.7, distance=2.6, turned=-12, rolled=4)


def test_original_that_is_away_is_waited_for_and_no_fault_of_the_file(
    cast: Cast, desk: Desk, as_engine: RoleSwitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 24 of the fault table: a file vanishes while its analyzers are at work."""
    material = desk.hand_in(cast.owner, photo("JPEG"))

    def gone(*_: object) -> None:
        raise FileNotFoundError(material.sha256)

    with monkeypatch.context() as broken:
        broken.setattr(type(decoder()), "metadata", gone)
        assert desk.work_off() == [Outcome.AGAIN]
    assert not Analysis.objects.filter(material=material, state=AnalysisState.FAILED).exists()
    run = PipelineRun.objects.get(pk=material.pk)
    assert (run.state, run.starts, run.attempts) == (RunState.ANALYZING, 0, 0)
    with as_engine():
        assert pipeline.analyze(material.pk, urgent=False) == Outcome.DONE
    desk.work_off()
    assert PipelineRun.objects.get(pk=material.pk).state == RunState.DONE
    assert set(Analysis.objects.filter(material=material).values_list("state", flat=True)) == {"done"}


def test_match_that_comes_too_early_closes_nothing(cast: Cast, desk: Desk, as_engine: RoleSwitch) -> None:
    """Row 23: of a former run, delivered while a video's segments are not through."""
    film = desk.hand_in(cast.owner, clip())
    assert desk.work_one() == Outcome.DONE
    with as_engine():
        assert pipeline.match(film.pk) == Outcome.SKIPPED
    assert PipelineRun.objects.get(pk=film.pk).state == RunState.ANALYZING
    desk.work_off()
    assert PipelineRun.objects.get(pk=film.pk).state == RunState.DONE
    assert PictureHash.objects.filter(material=film).exists()


def jpeg(pixels: Pixels, *, serial: str = "", quality: int = 90) -> bytes:
    """Return drawn pixels as a JPEG, with a camera's serial number if one is named."""
    exif = Image.Exif()
    if serial:
        exif[MAKE], exif[MODEL] = "Drawn", "Camera One"
        exif.get_ifd(EXIF_IFD)[BODY_SERIAL] = serial
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality, exif=exif)
    return stream.getvalue()


def film(frames: Iterable[Pixels]) -> bytes:
    """Return drawn frames as an MP4 of ten a second."""
    stream = io.BytesIO()
    with av.open(stream, "w", format="mp4") as container:
        track = container.add_stream("libx264", rate=Fraction(10))
        track.options = {"crf": "20", "g": "20", "preset": "veryfast"}
        track.width, track.height, track.pix_fmt = 960, 640, "yuv420p"
        for frame in frames:
            container.mux(track.encode(av.VideoFrame.from_ndarray(frame)))
        container.mux(track.encode(None))
    return stream.getvalue()


def signal_counts() -> list[int]:
    """Return how many rows each kind of finding has."""
    return [
        model.objects.count()
        for model in (
            Analysis,
            PictureHash,
            SceneTile,
            SceneFeatures,
            ExactSignalMember,
            CaptureFacts,
            Derivative,
            Match,
        )
    ]


def test_photo_is_decoded_once_and_looked_at_by_every_analyzer(cast: Cast, desk: Desk) -> None:
    """Its rows, derivatives and custody are there, and the officer sees that it is done."""
    taken = desk.hand_in(cast.owner, jpeg(photograph(drawn_room(1), FIRST_PLACE), serial="DR-4711"))

    assert set(desk.work_off()) == {Outcome.DONE}

    states = dict(Analysis.objects.values_list("analyzer", "state"))
    assert states == dict.fromkeys(("hashes", "metadata", "faces", "scene"), AnalysisState.DONE)
    taken.refresh_from_db()
    assert (taken.width, taken.height) == (960, 640)
    assert set(Derivative.objects.values_list("kind", flat=True)) == {"blurred", "thumbnail", "preview"}
    assert CustodyEvent.objects.filter(kind="derived").count() == 3
    assert CaptureFacts.objects.get().body_serial == "DR-4711"
    assert progress_of(cast.owner, [taken.pk])[taken.pk].state == RunState.DONE


def test_every_task_delivered_twice_changes_nothing(cast: Cast, desk: Desk, as_engine: RoleSwitch) -> None:
    """Rows are written once, whatever the broker delivers again."""
    for seed in (1, 2):
        desk.hand_in(cast.owner, jpeg(photograph(drawn_room(1), FIRST_PLACE, noise_seed=seed)))
    desk.work_off()
    before = signal_counts()

    for each in Material.objects.all():
        with as_engine():
            assert pipeline.analyze(each.pk, urgent=False) == Outcome.SKIPPED
            assert pipeline.match(each.pk) == Outcome.SKIPPED

    assert signal_counts() == before


def test_photo_is_connected_by_pixels_copy_room_and_device(cast: Cast, desk: Desk) -> None:
    """Each kind of connection between photos is found, with a reason that can be shown."""
    pixels = photograph(drawn_room(1), FIRST_PLACE)
    taken = desk.hand_in(cast.owner, jpeg(pixels, serial="DR-4711"))
    stripped = desk.hand_in(cast.owner, jpeg(pixels))
    crop = desk.hand_in(cast.owner, jpeg(np.ascontiguousarray(pixels[60:560, 100:800]), quality=70))
    elsewhere = desk.hand_in(cast.owner, jpeg(photograph(drawn_room(1), SECOND_PLACE)))
    other_room = desk.hand_in(cast.owner, jpeg(photograph(drawn_room(2), FIRST_PLACE), serial="DR-4711"))

    desk.work_off()

    found = {(view.other.pk, view.kind): view for view in desk.matches(cast.owner, taken)}
    assert found.keys() == {
        (stripped.pk, "identical"),
        (crop.pk, "copy"),
        (elsewhere.pk, "scene"),
        (other_room.pk, "device"),
    }
    assert found[other_room.pk, "device"].regions["value"] == "DR-4711"
    room = found[elsewhere.pk, "scene"]
    assert room.score is not None
    assert room.score >= room.threshold
    assert len(room.regions["points"]) >= room.threshold


def test_photo_taken_out_of_a_video_names_the_moment(cast: Cast, desk: Desk) -> None:
    """The frame matches at its time, whether the photo or the video came first."""
    frames = [
        photograph(drawn_room(room), Camera(right=-0.5 + step / 40), noise_seed=step)
        for room in (3, 4)
        for step in range(20)
    ]
    early = desk.hand_in(cast.owner, jpeg(frames[5]))
    video = desk.hand_in(cast.owner, film(frames))
    desk.work_off()
    chosen = kept_frames(cast.owner, [video.pk])[video.pk].own
    late = desk.hand_in(cast.owner, jpeg(frames[30]))

    desk.work_off()

    video.refresh_from_db()
    assert video.duration == pytest.approx(4.0, abs=0.2)
    found = {view.other.pk: view for view in desk.matches(cast.owner, video) if view.kind == "frame"}
    assert found.keys() == {early.pk, late.pk}
    moments = {pk: view.regions["own_at_ms"] for pk, view in found.items()}
    assert moments[early.pk] < 2000 <= moments[late.pk]
    kept = Derivative.objects.filter(material=video, kind=Derivative.Kind.PREVIEW)
    assert set(moments.values()) <= set(kept.values_list("at_ms", flat=True))
    shown = kept_frames(cast.owner, [video.pk])[video.pk]
    assert set(moments.values()) <= set(shown.every), "who sees the matches sees their frames"
    assert shown.own == chosen, "a video's own frames must not tell of matches"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: jpeg(photograph(drawn_room(1), FIRST_PLACE))[:2000], "truncated"),
        (lambda: png_claiming(13_000, 13_000, filled=True), "too_many_pixels"),
        (gif_of_many_frames, "too_many_frames"),
        (lambda: clip("mp4")[:600], "damaged"),
    ],
    ids=["cut-off", "bomb", "many-frames", "video-without-frames"],
)
def test_bad_file_is_set_aside_with_its_reason(
    cast: Cast, desk: Desk, make: Callable[[], bytes], reason: str
) -> None:
    """The officer is told why, nothing is half stored, and the next file is analyzed by the same decoder."""
    bad = desk.hand_in(cast.owner, make())
    good = desk.hand_in(cast.owner, photo("JPEG"))
    server = decoder().server_pid

    desk.work_off()

    progress = progress_of(cast.owner, [bad.pk, good.pk])
    assert progress[bad.pk].state == RunState.QUARANTINED
    assert progress[bad.pk].failure
    assert PipelineRun.objects.get(pk=bad.pk).failure_reason == reason
    assert progress[good.pk].state == RunState.DONE
    assert not Derivative.objects.filter(material=bad).exists()
    assert not PictureHash.objects.filter(material=bad).exists()
    assert decoder().server_pid == server


def test_video_that_browsers_cannot_play_gets_a_proxy(cast: Cast, desk: Desk) -> None:
    """The original stays what it is; what is played is an MP4 of our own."""
    video = desk.hand_in(cast.owner, clip("avi"))

    desk.work_off()

    proxy = Derivative.objects.get(material=video, kind=Derivative.Kind.PROXY)
    assert proxy.media_type == "video/mp4"
    assert get_playable(cast.owner, video.pk).sha256 == proxy.sha256
    with open_object(proxy) as stream:
        assert recognise(stream.read(4096), proxy.size).media_type == "video/mp4"


def test_match_with_a_silent_holding_is_not_shown(cast: Cast, desk: Desk) -> None:
    """Machines match over all countries; officers read only what was shared with them."""
    own = desk.hand_in(cast.owner, jpeg(photograph(drawn_room(1), FIRST_PLACE)))
    desk.hand_in(cast.partner, jpeg(photograph(drawn_room(1), FIRST_PLACE), quality=60))
    shared = desk.hand_in(
        cast.partner, jpeg(photograph(drawn_room(1), FIRST_PLACE), quality=50), sharing="members"
    )

    desk.work_off()

    assert Match.objects.filter(kind="copy").count() == 3
    assert [view.other.pk for view in desk.matches(cast.owner, own)] == [shared.pk]


def test_first_sight_is_analyzed_as_if_new_without_touching_others(cast: Cast, desk: Desk) -> None:
    """The second holder waits as for a new file; the first one sees no change meanwhile."""
    content = jpeg(photograph(drawn_room(1), FIRST_PLACE))
    taken = desk.hand_in(cast.partner, content)
    desk.work_off()
    before = signal_counts()
    desk.hand_in(cast.owner, content)

    waiting = (progress_of(cast.owner, [taken.pk]), progress_of(cast.partner, [taken.pk]))
    desk.work_off()

    assert waiting[0][taken.pk].state != RunState.DONE
    assert waiting[1][taken.pk].state == RunState.DONE
    assert progress_of(cast.owner, [taken.pk])[taken.pk].state == RunState.DONE
    assert signal_counts() == before
    assert not Submission.objects.filter(analyzed_at=None).exists()


def test_lost_task_is_asked_for_again(
    cast: Cast, desk: Desk, as_engine: RoleSwitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a broker or a worker lost is found by its rows, once nothing waits in the queues."""
    monkeypatch.setattr(pipeline, "waiting_in", lambda queue: 0)
    never_begun = desk.hand_in(cast.owner, jpeg(photograph(drawn_room(1), FIRST_PLACE)))
    broken_off = desk.hand_in(cast.owner, jpeg(photograph(drawn_room(2), FIRST_PLACE)))
    long_ago = "2026-01-01T00:00:00Z"
    Submission.objects.update(received_at=long_ago, waits_since=long_ago)
    PipelineRun.objects.create(
        material=broken_off,
        state=RunState.ANALYZING,
        starts=1,
        priority=6,
        queued_at=long_ago,
        started_at=long_ago,
    )
    desk.lose_what_is_ordered()

    with as_engine():
        asked = pipeline.requeue_stalled()
    desk.work_off()

    assert asked == 2
    assert {never_begun.pk, broken_off.pk} == set(
        PipelineRun.objects.filter(state=RunState.DONE).values_list("pk", flat=True)
    )

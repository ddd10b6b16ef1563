from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bench.attacks import COPIES, caption, stamp
from media_analysis.engine import copies
from media_analysis.engine.copies import Kind, decide
from media_analysis.engine.hashes.analyzer import compute_hashes, dihedral_pdq
from media_analysis.engine.hashes.bands import PDQ_THRESHOLD, hamming
from media_analysis.engine.pictures import Picture, Pixels
from media_analysis.engine.scene.agreement import Agreement
from media_analysis.engine.scene.places import UPRIGHT
from media_analysis.engine.scene.subjects import subject
from media_analysis.engine.scene.verification import Verification, verify
from tests.drawn.photos import PHOTOS, photo
from tests.drawn.rooms import Camera, Thing, drawn_room, photograph

SAME = Agreement(
    share=1.0,
    moved=0.0,
    rearranged=1.0,
    cells=200,
    query_overlap=1.0,
    candidate_overlap=1.0,
)


def _proof(agreement: Agreement) -> Verification:
    points = np.array([[0.1, 0.2], [0.5, 0.9], [0.3, 0.4]], dtype=np.float32)
    return Verification(3, np.eye(3), points, points + np.float32(0.05), agreement, UPRIGHT, 3)


def _pdq_distance(query: Picture, candidate: Picture) -> int | None:
    stored = compute_hashes(candidate).pdq
    return (
        None if stored is None else min((hamming(each, stored) for each in dihedral_pdq(query)), default=None)
    )


def _connection(query: Pixels, candidate: Pixels) -> Kind | None:
    one, other = Picture(query), Picture(candidate)
    return decide(_pdq_distance(one, other), verify(subject(one), subject(other)))


@pytest.mark.parametrize("attack", COPIES)
@pytest.mark.parametrize("name", ["astronaut", "coffee"])
def test_planted_edit_is_a_copy(name: str, attack: str) -> None:
    edited = COPIES[attack](photo(name), np.random.default_rng(7))
    assert _connection(edited, photo(name)) is Kind.COPY


@pytest.mark.parametrize("other", range(1, len(PHOTOS)))
def test_unrelated_photos_are_not_connected(other: int) -> None:
    assert _connection(photo(PHOTOS[other]), photo(PHOTOS[other - 1])) is None


def test_stereo_pair_is_one_scene() -> None:
    assert _connection(photo("motorcycle_left"), photo("motorcycle_right")) is Kind.SCENE


def test_second_angle_of_a_room_is_one_scene() -> None:
    room = drawn_room(1)
    side = Camera(right=0.7, distance=2.6, turned=-12, rolled=4)
    assert _connection(photograph(room, Camera()), photograph(room, side, noise_seed=1)) is Kind.SCENE


def test_step_aside_before_a_wall_is_near_in_time() -> None:
    room, aside = drawn_room(1), Camera(right=0.05)
    frames = photograph(room, Camera()), photograph(room, aside, noise_seed=1)
    assert _connection(*frames) is Kind.NEAR_IN_TIME


def test_next_frame_in_which_something_moved_is_near_in_time() -> None:
    room = drawn_room(2)
    moved = [
        Thing(thing.pixels, (thing.corner[0] + 18, thing.corner[1]), thing.depth) for thing in room.things
    ]
    frames = [
        photograph(each, Camera(), noise_seed=seed)
        for seed, each in enumerate((room, replace(room, things=tuple(moved))))
    ]
    assert _connection(*frames) is Kind.NEAR_IN_TIME


@pytest.mark.parametrize("pixels_moved", [3, 6, 12])
def test_next_frame_in_which_only_a_small_thing_moved_is_near_in_time(pixels_moved: int) -> None:
    room = drawn_room(3)
    cup = Thing(room.things[0].pixels[:70, :70], (700, 500), 0.5)
    frames = [
        photograph(replace(room, things=(*room.things, each)), Camera(), noise_seed=seed)
        for seed, each in enumerate((cup, replace(cup, corner=(700 + pixels_moved, 500))))
    ]
    assert _connection(*frames) is Kind.NEAR_IN_TIME


@pytest.mark.parametrize("camera", [Camera(right=0.01), Camera(distance=2.98)])
def test_step_of_a_centimetre_or_two_is_near_in_time(camera: Camera) -> None:
    room = drawn_room(1)
    frames = photograph(room, Camera()), photograph(room, camera, noise_seed=1)
    assert _connection(*frames) is Kind.NEAR_IN_TIME


def test_trembling_hand_before_a_flat_wall_is_near_in_time() -> None:
    flat = replace(drawn_room(2), things=())
    frames = photograph(flat, Camera()), photograph(flat, Camera(right=0.005), noise_seed=1)
    assert _connection(*frames) is Kind.NEAR_IN_TIME


@pytest.mark.parametrize("seed", [0, 5])
@pytest.mark.parametrize("attack", COPIES)
@pytest.mark.slow
def test_planted_edit_of_a_drawn_room_is_a_copy(seed: int, attack: str) -> None:
    room = photograph(drawn_room(seed), Camera())
    edited = COPIES[attack](room, np.random.default_rng(7))
    assert _connection(edited, room) is Kind.COPY


@pytest.mark.parametrize("overlay", [caption, stamp, lambda pixels: stamp(caption(pixels))])
def test_two_pictures_under_one_logo_are_not_copies(overlay) -> None:  # type: ignore[no-untyped-def]
    assert _connection(overlay(photo("coffee")), overlay(photo("chelsea"))) is not Kind.COPY
    assert _connection(overlay(photo("astronaut")), overlay(photo("motorcycle_left"))) is not Kind.COPY


def test_hash_decides_where_nothing_could_be_proven() -> None:
    assert decide(PDQ_THRESHOLD, None) is Kind.COPY
    assert decide(PDQ_THRESHOLD + 1, None) is None
    assert decide(None, None) is None


def test_hash_decides_where_too_few_cells_have_texture() -> None:
    plain = _proof(replace(SAME, cells=copies.LEAST_CELLS - 1))
    assert decide(PDQ_THRESHOLD, plain) is Kind.COPY
    assert decide(None, plain) is Kind.SCENE


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, Kind.COPY),
        ({"share": 0.9}, Kind.NEAR_IN_TIME),
        ({"share": 0.9, "rearranged": 0.3}, Kind.COPY),
        ({"share": 0.9, "rearranged": 0.3, "moved": 0.2}, Kind.NEAR_IN_TIME),
        ({"moved": 0.05}, Kind.NEAR_IN_TIME),
        ({"patch": copies.LEAST_PATCH - 1}, Kind.COPY),
        ({"patch": copies.LEAST_PATCH}, Kind.NEAR_IN_TIME),
        ({"patch": copies.LEAST_PATCH, "share": 0.9, "rearranged": 0.3}, Kind.NEAR_IN_TIME),
        ({"has_drifted": True}, Kind.NEAR_IN_TIME),
        ({"gap": copies.LEAST_GAP - 1}, Kind.COPY),
        ({"gap": copies.LEAST_GAP}, Kind.NEAR_IN_TIME),
        ({"gap": copies.LEAST_GAP, "rearranged": 0.3}, Kind.COPY),
        ({"share": 0.3, "rearranged": 0.3}, Kind.SCENE),
        ({"query_overlap": 0.1}, Kind.SCENE),
        ({"candidate_overlap": 0.1}, Kind.SCENE),
    ],
)
def test_agreement_overrules_the_hash(change: dict[str, Any], expected: Kind) -> None:
    assert decide(0, _proof(replace(SAME, **change))) is expected


def test_common_boxes_surround_the_points() -> None:
    own, other = copies.common_boxes(_proof(SAME))
    assert own == pytest.approx((0.1, 0.2, 0.4, 0.7))
    assert other == pytest.approx((0.15, 0.25, 0.4, 0.7))


@pytest.mark.parametrize(("limit", "expected"), [(2, 2), (60, 3)])
def test_drawn_points_are_at_most_so_many_pairs(limit: int, expected: int) -> None:
    drawn = copies.drawn_points(_proof(SAME), limit=limit)
    assert len(drawn) == expected
    for own_x, own_y, other_x, other_y in drawn:
        assert (other_x - own_x, other_y - own_y) == pytest.approx((0.05, 0.05))


def test_least_inliers_is_lower_where_agreement_helps() -> None:
    assert copies.least_inliers("scene") > copies.least_inliers("copy")

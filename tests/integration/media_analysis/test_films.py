"""Video against video: which time range of one film is which time range of another."""

from uuid import UUID

import numpy as np
import pytest

from evidence.models import Material
from media_analysis.models import Match
from media_analysis.services import matching
from tests.cast import Cast
from tests.conftest import RoleSwitch
from tests.desk import Desk
from tests.drawn.films import black, film, still, walk

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

HALF_A_SECOND_MS = 500


def ranges(one: Material, other: Material) -> list[tuple[list[int], list[int]]]:
    """Return the ranges of two films that their match names, those of `one` first."""
    row = Match.objects.of_material(one.pk).of_material(other.pk).get()
    own, their = ("left", "right") if row.left_id == one.pk else ("right", "left")
    return list(
        zip(row.regions.get(f"{own}_ranges_ms", []), row.regions.get(f"{their}_ranges_ms", []), strict=True)
    )


def kinds(material: Material) -> dict[UUID, str]:
    """Return how a film is connected with others."""
    return {
        row.right_id if row.left_id == material.pk else row.left_id: row.kind
        for row in Match.objects.of_material(material.pk)
    }


@pytest.mark.parametrize("order", ["whole film first", "passage first"])
def test_passage_of_a_film_is_found_with_its_times(cast: Cast, desk: Desk, order: str) -> None:
    """A part of a film in another container and at a lower rate, between other shots."""
    contents = {
        "whole": film(walk(1, 6) + walk(2, 8)),
        "part": film(walk(3, 3) + walk(2, 5, start_s=2) + walk(4, 3), container="matroska", crf=34),
    }
    names = list(contents) if order == "whole film first" else list(reversed(contents))
    taken = {}
    for name in names:
        taken[name] = desk.hand_in(cast.owner, contents[name])
        desk.work_off()

    ((whole_range, part_range),) = ranges(taken["whole"], taken["part"])
    assert whole_range == pytest.approx([8_000, 13_000], abs=HALF_A_SECOND_MS)
    assert part_range == pytest.approx([3_000, 8_000], abs=HALF_A_SECOND_MS)
    assert part_range[0] - whole_range[0] == pytest.approx(-5_000, abs=50)
    assert kinds(taken["whole"]) == {taken["part"].pk: "frame"}


def test_film_that_was_encoded_again_is_a_copy_and_matched_again_the_same(
    cast: Cast, desk: Desk, as_engine: RoleSwitch
) -> None:
    """Nothing of either is outside of what they share; the row keeps its id."""
    frames = walk(1, 5) + walk(2, 5)
    one = desk.hand_in(cast.owner, film(frames))
    other = desk.hand_in(cast.owner, film(frames, container="matroska", crf=32))
    desk.work_off()
    before = Match.objects.get()

    with as_engine():
        matching.match_all_signals(one.pk)
        matching.match_all_signals(other.pk)

    after = Match.objects.get()
    assert (after.kind, after.pk, after.regions) == ("copy", before.pk, before.regions)


def test_mirrored_film_is_found(cast: Cast, desk: Desk) -> None:
    """As every player can show it; cut at both ends besides."""
    frames = walk(1, 4) + walk(2, 6)
    one = desk.hand_in(cast.owner, film(frames))
    other = desk.hand_in(cast.owner, film([frame[:, ::-1] for frame in frames[20:80]]))

    desk.work_off()

    ((own, their),) = ranges(one, other)
    assert their[0] - own[0] == pytest.approx(-2_000, abs=50)
    assert own == pytest.approx([2_000, 8_000], abs=HALF_A_SECOND_MS)


@pytest.mark.parametrize("beginning", [black(3), still(9, 3)], ids=["black", "still"])
def test_films_with_one_beginning_share_no_passage(
    cast: Cast, desk: Desk, beginning: list[np.ndarray]
) -> None:
    """Nothing that stands still or is dark says that two films are one; a shared still is one picture."""
    one = desk.hand_in(cast.owner, film(beginning + walk(1, 5)))
    other = desk.hand_in(cast.owner, film(beginning + walk(2, 5)))

    desk.work_off()

    assert all(not row.regions.get("left_ranges_ms") for row in Match.objects.all())
    assert set(kinds(one).values()) <= {"frame"}
    assert (other.pk in kinds(one)) == (len(np.unique(beginning[0])) > 1)

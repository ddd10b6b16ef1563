"""Planted passages are found where they were planted, whatever else the films hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_analysis.engine.hashes.analyzer import dihedral_pdq
from media_analysis.engine.hashes.bands import hamming
from media_analysis.engine.hashes.pdq import ORIENTATIONS
from media_analysis.engine.hashes.turning import Hashes, turned
from media_analysis.engine.pictures import Picture
from media_analysis.engine.video.passages import find_passages
from media_analysis.engine.video.sampled import SampledFilm, coverage
from tests.drawn.photos import PHOTOS, photo

SAMPLE_MS = 500
JITTER_MS = 500
MOST_WRONG_BITS = 30

lengths = st.integers(6, 40)
seeds = st.integers(0, 2**32 - 1)


def drawn_film(count: int, chance: np.random.Generator) -> Hashes:
    """Return the hashes of a film in which every sample shows something else."""
    return chance.integers(0, 256, (count, 32), dtype=np.uint8)


def noisy(hashes: Hashes, bits: int, chance: np.random.Generator) -> Hashes:
    """Return hashes of which so many bits each are turned over, as a codec does."""
    flips = np.zeros((len(hashes), 256), np.uint8)
    flips[:, :bits] = 1
    return hashes ^ np.packbits(chance.permuted(flips, axis=1), axis=1)


def sampled(*parts: Hashes, plain: int = 0) -> SampledFilm:
    """Return a film of these parts, one after the other, after so many plain samples."""
    hashes = np.concatenate([np.zeros((plain, 32), np.uint8), *parts])
    starts = np.arange(len(hashes), dtype=np.int64) * SAMPLE_MS
    return SampledFilm(starts, hashes, np.arange(len(hashes)) < plain, len(hashes) * SAMPLE_MS)


def ms(samples: int) -> int:
    return samples * SAMPLE_MS


@given(lengths, st.integers(0, 40), st.integers(0, 40), st.integers(0, 31), seeds)
def test_planted_passage_is_found_where_it_is(
    length: int, before: int, before_other: int, bits: int, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    passage = drawn_film(length, chance)
    own = sampled(drawn_film(before, chance), passage, drawn_film(7, chance))
    other = sampled(drawn_film(before_other, chance), noisy(passage, bits, chance), drawn_film(3, chance))

    (found,) = find_passages(own, other)

    assert found.own == pytest.approx((ms(before), ms(before + length)), abs=JITTER_MS)
    assert found.other == pytest.approx((ms(before_other), ms(before_other + length)), abs=JITTER_MS)
    assert found.shift_ms == pytest.approx(ms(before_other - before), abs=JITTER_MS / 2)


@given(st.integers(0, 60), st.integers(0, 60), seeds)
def test_unrelated_films_share_nothing(count: int, count_other: int, seed: int) -> None:
    chance = np.random.default_rng(seed)

    assert find_passages(sampled(drawn_film(count, chance)), sampled(drawn_film(count_other, chance))) == ([])


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 8), seeds)
def test_still_beginning_is_no_passage(count: int, count_other: int, bits: int, seed: int) -> None:
    """Repeats that were kept, by noise or a fade, are one picture: they vote once."""
    chance = np.random.default_rng(seed)
    title = drawn_film(1, chance)
    own = sampled(noisy(title.repeat(count, 0), bits, chance), drawn_film(60, chance))
    other = sampled(noisy(title.repeat(count_other, 0), bits, chance), drawn_film(60, chance))

    assert find_passages(own, other) == []


@given(st.integers(1, 40), st.integers(1, 40), seeds)
def test_black_frames_do_not_vote(plain: int, plain_other: int, seed: int) -> None:
    chance = np.random.default_rng(seed)

    assert (
        find_passages(
            sampled(drawn_film(20, chance), plain=plain), sampled(drawn_film(20, chance), plain=plain_other)
        )
        == []
    )


@given(st.integers(2, 30), st.integers(0, 20), lengths, seeds)
def test_still_beginning_does_not_outvote_a_passage(
    title_length: int, gap: int, length: int, seed: int
) -> None:
    """However long both films show one title, the passage at another shift is found as well."""
    chance = np.random.default_rng(seed)
    title, passage = drawn_film(1, chance), drawn_film(length, chance)
    stills = (noisy(title.repeat(title_length, 0), 4, chance) for _ in range(2))
    own = sampled(next(stills), drawn_film(10 + gap, chance), passage)
    other = sampled(next(stills), drawn_film(5, chance), passage)

    shifts = [found.shift_ms for found in find_passages(own, other)]

    assert shifts == [pytest.approx(-ms(5 + gap), abs=JITTER_MS / 2)]


@given(st.permutations(range(4)), seeds)
def test_film_that_was_cut_anew_has_all_its_passages(order: list[int], seed: int) -> None:
    """Four parts in another order, with something else between them."""
    chance = np.random.default_rng(seed)
    parts = [drawn_film(10, chance) for _ in range(4)]
    own = sampled(*parts)
    other = sampled(*(each for part in order for each in (parts[part], drawn_film(6, chance))))

    found = find_passages(own, other)

    planted = {part: ms(place * 16 - part * 10) for place, part in enumerate(order)}
    assert len(found) == len(parts)
    for part, passage in enumerate(found):
        assert passage.own == pytest.approx((ms(part * 10), ms(part * 10 + 10)), abs=JITTER_MS)
        assert passage.shift_ms == pytest.approx(planted[part], abs=JITTER_MS / 2)


def test_film_that_is_repeated_is_found_each_time() -> None:
    """Every part of the longer film is a part of the shorter one."""
    chance = np.random.default_rng(1)
    part = drawn_film(12, chance)
    longer = sampled(part, part, part)

    found = find_passages(sampled(part), longer)

    assert coverage(longer, [each.other for each in found]).share > 0.9


def test_samples_left_out_as_repeats_are_shown_until_the_next_one() -> None:
    """A still within a passage is one sample, and may have begun anywhere in a cut film."""
    chance = np.random.default_rng(2)
    shown = drawn_film(8, chance)
    own = SampledFilm(
        np.array([0, 500, 1000, 6000, 6500, 7000, 7500, 8000]), shown, np.zeros(8, np.bool_), 8500
    )
    cut = SampledFilm(np.array([0, 3000, 3500, 4000, 4500, 5000]), shown[2:], np.zeros(6, np.bool_), 5500)

    (found,) = find_passages(own, cut)

    assert found.shift_ms == pytest.approx(-3000, abs=JITTER_MS / 2)
    assert found.other == pytest.approx((0, 5500), abs=JITTER_MS)


def test_camera_that_stands_still_for_all_of_both_films_is_a_passage() -> None:
    """There is one picture to see, and both films show it from beginning to end."""
    chance = np.random.default_rng(3)
    room = drawn_film(1, chance)
    own = SampledFilm(np.array([0]), room, np.array([False]), 60_000)
    other = SampledFilm(np.array([0]), noisy(room, 10, chance), np.array([False]), 59_000)

    (found,) = find_passages(own, other)

    assert found.length_ms >= 58_000


def test_cut_within_black_does_not_part_a_passage() -> None:
    """Plain time in both films says nothing for or against it."""
    chance = np.random.default_rng(4)
    first, second = drawn_film(8, chance), drawn_film(8, chance)
    hashes = np.concatenate([first, np.zeros((20, 32), np.uint8), second])
    is_plain = np.zeros(36, np.bool_)
    is_plain[8:28] = True
    own = SampledFilm(np.arange(36) * SAMPLE_MS, hashes, is_plain, ms(36))

    (found,) = find_passages(own, own)

    assert found.own == (0, ms(36))


@pytest.mark.parametrize("empty", ["own", "other", "both"])
def test_film_without_frames_shares_nothing(empty: str) -> None:
    nothing = SampledFilm(np.zeros(0, np.int64), np.zeros((0, 32), np.uint8), np.zeros(0, np.bool_), 0)
    film = sampled(drawn_film(9, np.random.default_rng(5)))

    own, other = (nothing if empty in (side, "both") else film for side in ("own", "other"))

    assert find_passages(own, other) == []


def test_coverage_counts_what_shows_something() -> None:
    film = sampled(drawn_film(20, np.random.default_rng(6)), plain=10)

    found = coverage(film, [(ms(10), ms(20)), (ms(24), ms(30))])

    assert found.share == pytest.approx(16 / 20)
    assert found.longest_gap_ms == ms(4)


@pytest.mark.parametrize("name", PHOTOS)
@pytest.mark.parametrize("turn", range(8), ids=ORIENTATIONS)
def test_turned_hash_is_nearly_that_of_the_turned_picture(name: str, turn: int) -> None:
    hashes = dihedral_pdq(Picture(photo(name)))

    guessed = turned(np.frombuffer(hashes[0], np.uint8)[None], turn)

    assert hamming(guessed[0].tobytes(), hashes[turn]) <= MOST_WRONG_BITS


@given(seeds, st.integers(0, 7))
def test_mirroring_twice_changes_nothing(seed: int, turn: int) -> None:
    hashes = drawn_film(5, np.random.default_rng(seed))
    inverse = {5: 7, 7: 5}.get(turn, turn)

    assert np.array_equal(turned(turned(hashes, turn), inverse), hashes)

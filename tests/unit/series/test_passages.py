from series.explanations import answers_to, title_of, where_of
from series.passages import LEFT_RIGHT, OWN_OTHER, is_of_films, shared_passages

FILMS = {"left_at_ms": 12_000, "right_at_ms": 63_000}
PASSAGES = FILMS | {
    "left_ranges_ms": [[12_000, 47_000], [50_000, 3_661_000]],
    "right_ranges_ms": [[63_000, 98_000], [0, 3_611_000]],
}


def test_passages_are_said_as_times_of_either_side() -> None:
    said = [(str(each.first), str(each.second)) for each in shared_passages(PASSAGES, LEFT_RIGHT)]

    assert said == [
        ("0:12\N{EN DASH}0:47", "1:03\N{EN DASH}1:38"),
        ("0:50\N{EN DASH}1:01:01", "0:00\N{EN DASH}1:00:11"),
    ]


def test_match_without_ranges_has_no_passages() -> None:
    assert shared_passages(FILMS, LEFT_RIGHT) == []


def test_two_places_in_time_are_two_videos() -> None:
    assert is_of_films(FILMS)
    assert is_of_films({"own_at_ms": 0, "other_at_ms": 0})
    assert not is_of_films({"own_at_ms": None, "other_at_ms": 4000})
    assert not is_of_films({})


def test_videos_are_asked_about_as_videos() -> None:
    assert title_of("frame") == "Frame of a video"
    assert title_of("frame", FILMS) == "Same picture in two videos"
    assert title_of("frame", PASSAGES) == "Shared passage of two videos"
    assert title_of("copy", PASSAGES) == "Copy of a film"
    assert "photo" not in answers_to("frame", PASSAGES).question
    assert answers_to("scene", FILMS) == answers_to("scene")


def test_where_names_the_ranges_of_the_other_video() -> None:
    regions = {"own_ranges_ms": [[0, 1000]], "other_ranges_ms": [[12_000, 47_000]], "other_at_ms": 20_000}

    assert where_of(regions) == "at 0:12\N{EN DASH}0:47"
    assert where_of({"other_at_ms": 20_000}) == "at 0:20"
    assert shared_passages(regions, OWN_OTHER)[0].second.start_ms == 12_000

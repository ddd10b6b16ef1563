import pytest

from series.wording import clock, clock_ms, counted, materials_with_copies, zone


@pytest.mark.parametrize(
    ("seconds", "written"), [(0, "0:00"), (7.4, "0:07"), (59.6, "1:00"), (750, "12:30"), (3723, "1:02:03")]
)
def test_clock_writes_minutes_and_hours(seconds: float, written: str) -> None:
    assert clock(seconds) == written


def test_clock_ms_reads_milliseconds() -> None:
    assert clock_ms(12_400) == "0:12"


@pytest.mark.parametrize(("number", "written"), [(0, "0 faces"), (1, "1 face"), (2, "2 faces")])
def test_counted_says_one_and_many(number: int, written: str) -> None:
    assert counted(number, "face", "faces") == written


@pytest.mark.parametrize(
    ("minutes", "written"), [(60, "UTC+01:00"), (-210, "UTC-03:30"), (0, "UTC+00:00"), (None, "zone unknown")]
)
def test_zone_is_never_guessed(minutes: int | None, written: str) -> None:
    assert zone(minutes) == written


@pytest.mark.parametrize(
    ("materials", "copies", "written"),
    [
        (1, 0, "1 material"),
        (1, 1, "1 material with its 1 copy"),
        (1, 4, "1 material with its 4 copies"),
        (3, 4, "3 materials with their 4 copies"),
    ],
)
def test_materials_are_written_with_their_copies(materials: int, copies: int, written: str) -> None:
    assert materials_with_copies(materials, copies) == written

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_analysis.engine.metadata.normalise import camera_facts
from media_analysis.engine.metadata.positions import parse_angle, parse_pair, position_of
from media_analysis.engine.metadata.serials import canonical_serial, is_placeholder, linking_serials
from media_analysis.engine.metadata.tags import Tags, Value
from media_analysis.engine.metadata.times import parse_offset, parse_time


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "0000000000",
        "none",
        "N/A",
        "xxxxxxx",
        "1234567890",
        "12345",
        "ABCDEFG",
        "4294967295",
        "FFFFFFFF",
        "Serial Number",
        "To be filled by O.E.M.",
        "00-00-00",
        "abc",
        "NO= 000000",
    ],
)
def test_is_placeholder_knows_values_of_no_device(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text", ["BHP272800", "0560018150", "500292", "G002669", "132352", "S000407190102", "NO= 20025585"]
)
def test_is_placeholder_lets_real_numbers_pass(text: str) -> None:
    assert not is_placeholder(text)


@given(text=st.text())
def test_canonical_serial_is_a_fixed_point_for_plain_numbers(text: str) -> None:
    once = canonical_serial("7" + text)

    assert canonical_serial(once) == once


@pytest.mark.parametrize(("text", "kept"), [("NO= 20025585", "20025585"), (" bhp 272800 ", "BHP 272800")])
def test_canonical_serial_drops_what_is_not_the_number(text: str, kept: str) -> None:
    assert canonical_serial(text) == kept


@pytest.mark.parametrize(
    "key",
    [
        "ICC-header:DeviceModel",
        "ICC_Profile:SerialNumber",
        "Photoshop:SerialNumber",
        "XMP-xmpMM:SerialNumber",
        "File:SerialNumber",
    ],
)
def test_foreign_groups_never_count_as_a_camera(key: str) -> None:
    facts = camera_facts({key: "REAL123456"})

    assert linking_serials(facts) == ()
    assert (facts.make, facts.model) == ("", "")


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("ExifIFD:SerialNumber", "body_serial"),
        ("XMP-aux:SerialNumber", "body_serial"),
        ("XMP-exifEX:BodySerialNumber", "body_serial"),
        ("GoPro:CameraSerialNumber", "body_serial"),
        ("Nikon:SerialNumber", "body_serial"),
        ("DJI:SerialNumber", "body_serial"),
        ("ExifIFD:LensSerialNumber", "lens_serial"),
        ("Olympus:LensSerialNumber", "lens_serial"),
        ("FujiFilm:InternalSerialNumber", "internal_serial"),
        ("Panasonic:InternalSerialNumber", "internal_serial"),
    ],
)
def test_linking_serials_knows_every_spelling(key: str, kind: str) -> None:
    (serial,) = linking_serials(camera_facts({key: "REAL123456"}))

    assert (serial.kind, serial.value) == (kind, "REAL123456")


def test_linking_serials_do_not_depend_on_make_and_model() -> None:
    before = camera_facts({"IFD0:Make": "OLYMPUS IMAGING CORP.", "ExifIFD:SerialNumber": "BHP272800"})
    after = camera_facts({"XMP-tiff:Make": "Olympus", "XMP-aux:SerialNumber": "bhp272800 "})

    assert linking_serials(before) == linking_serials(after)


@pytest.mark.parametrize(
    ("model", "written", "engraved"),
    [
        ("Canon EOS 300D", 560018150, "0560018150"),
        ("Canon EOS-1D Mark III", 292, "000292"),
        ("Canon EOS 70D", "033021010924", "033021010924"),
    ],
)
def test_canon_numbers_keep_their_zeros(model: str, written: Value, engraved: str) -> None:
    tags: Tags = {"IFD0:Make": "Canon", "IFD0:Model": model, "Canon:SerialNumber": written}

    assert camera_facts(tags).body_serial == engraved


@pytest.mark.parametrize("orientation", [0, 9, "6", [6], 1.5])
def test_nonsense_orientation_is_upright(orientation: Value) -> None:
    assert camera_facts({"IFD0:Orientation": orientation}).orientation == 1


@pytest.mark.parametrize(
    ("text", "offset", "taken_at", "minutes"),
    [
        ("2016:09:28 18:18:05", "", datetime(2016, 9, 28, 18, 18, 5), None),  # noqa: DTZ001
        ("2016:09:28 18:18:05.813", "-03:30", datetime(2016, 9, 28, 18, 18, 5), -210),  # noqa: DTZ001
        ("2015-10-29T15:44:44+01:00", "", datetime(2015, 10, 29, 15, 44, 44), 60),  # noqa: DTZ001
        ("2015-10-29T15:44Z", "", datetime(2015, 10, 29, 15, 44), 0),  # noqa: DTZ001
    ],
)
def test_parse_time_keeps_the_local_reading(
    text: str, offset: str, taken_at: datetime, minutes: int | None
) -> None:
    found = parse_time(text, offset)

    assert found is not None
    assert (found.taken_at, found.utc_offset_minutes) == (taken_at, minutes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0000:00:00 00:00:00",
        "1904:01:01 00:00:00",
        "1970:01:01 00:00:00",
        "2024:13:01 00:00:00",
        "1601:01:01 00:00:00",
        "yesterday",
        "2024:02:30 10:00:00",
    ],
)
def test_parse_time_refuses_nonsense(text: str) -> None:
    assert parse_time(text) is None


@given(text=st.text(max_size=40), offset=st.text(max_size=8))
def test_parse_time_never_fails(text: str, offset: str) -> None:
    found = parse_time(text, offset)

    assert found is None or found.taken_at.tzinfo is None


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("Z", 0), ("+14:00", 840), ("-0930", -570), ("+25:00", None), ("CET", None), ("", None)],
)
def test_parse_offset(text: str, minutes: int | None) -> None:
    assert parse_offset(text) == minutes


@pytest.mark.parametrize(
    "tags",
    [
        {"GPS:Lat/Lon": "54.9896667/-1.9141667"},
        {
            "GPS:Latitude": "54.9896667",
            "GPS:Latitude Reference": "North",
            "GPS:Longitude": "1.9141667",
            "GPS:Longitude Reference": "West",
        },
        {
            "GPS:GPSLatitude": "54,59,22.8001",
            "GPS:GPSLatitudeRef": "N",
            "GPS:GPSLongitude": [1, 54, 51.0001],
            "GPS:GPSLongitudeRef": "W",
        },
        {"XMP-exif:GPSLatitude": "54,59.380002N", "XMP-exif:GPSLongitude": "1,54.850002W"},
        {"Keys:GPSCoordinates": "+54.9896667-001.9141667+010/"},
        {"Keys:GPSCoordinates": "54.9896667 -1.9141667 10"},
        {"Composite:GPSLatitude": 54.9896667, "Composite:GPSLongitude": -1.9141667},
    ],
)
def test_position_of_knows_every_spelling(tags: Tags) -> None:
    assert position_of(tags) == pytest.approx((54.9896667, -1.9141667), abs=1e-6)


@pytest.mark.parametrize(
    "tags",
    [
        {
            "GPS:GPSLatitude": 54.9,
            "GPS:GPSLatitudeRef": "up",
            "GPS:GPSLongitude": 1.9,
            "GPS:GPSLongitudeRef": "W",
        },
        {"GPS:GPSLatitude": 54.9, "GPS:GPSLongitude": 1.9},
        {"Composite:GPSLatitude": 0, "Composite:GPSLongitude": 0},
        {"Composite:GPSLatitude": 91, "Composite:GPSLongitude": 10},
        {"Composite:GPSLatitude": "nan", "Composite:GPSLongitude": "nan"},
        {"GPS:Lat/Lon": "54.9"},
    ],
)
def test_position_of_refuses_nonsense(tags: Tags) -> None:
    assert position_of(tags) is None


@given(text=st.text(max_size=60))
def test_positions_never_leave_the_globe(text: str) -> None:
    found = parse_pair(text)

    assert found is None or (abs(found[0]) <= 90 and abs(found[1]) <= 180)


@given(degrees=st.integers(0, 89), minutes=st.integers(0, 59), south=st.booleans())
def test_parse_angle_of_parts_and_of_text_agree(degrees: int, minutes: int, south: bool) -> None:  # noqa: FBT001
    letter = "S" if south else "N"

    from_parts = parse_angle([degrees, minutes, 30], letter)

    assert from_parts == parse_angle(f"{degrees},{minutes},30{letter}", None)
    assert abs(from_parts or 0) == pytest.approx(degrees + minutes / 60 + 30 / 3600)

"""Both tools on the same files: samples of makers' notes, and photos with blocks built here."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from media_analysis.engine.metadata import reader
from media_analysis.engine.metadata.exiftool import ExifTool, ExifToolError
from media_analysis.engine.metadata.normalise import CameraFacts, camera_facts
from media_analysis.engine.metadata.serials import linking_serials
from media_analysis.engine.metadata.tags import LONGEST_TEXT, MOST_TAGS, bounded

SAMPLES = Path(__file__).parents[3] / "assets" / "cameras"
SERIALS = {
    "Canon.jpg": [("body_serial", "0560018150")],
    "CanonRaw.crw": [("body_serial", "0560018150")],
    "Canon1DmkIII.jpg": [("body_serial", "500292"), ("internal_serial", "G002669")],
    "OlympusE1.jpg": [
        ("body_serial", "143008611"),
        ("lens_serial", "050105886"),
        ("internal_serial", "4001310004375102"),
    ],
    "NikonD70.jpg": [("body_serial", "20025585")],
    "Panasonic.jpg": [("internal_serial", "S000407190102")],
    "Pentax.jpg": [("internal_serial", "132352")],
    "Sigma.jpg": [("body_serial", "02000019")],
    "Motorola.jpg": [("body_serial", "NX0A3S0075")],
    "GoPro.jpg": [("body_serial", "C3221324657219")],
    "Ricoh2.jpg": [("internal_serial", "00000000000000012207000003100957")],
    "Apple.jpg": [],
}
XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description
 xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
 aux:SerialNumber="BHP272800" aux:Lens="M.12-40mm F2.8" tiff:Make="OLYMPUS">
 <tiff:Model>E-M1</tiff:Model></rdf:Description></rdf:RDF></x:xmpmeta>"""

TOOLS = ["exifread", "exiftool"] if shutil.which("exiftool") else ["exifread"]


@pytest.fixture(params=TOOLS, scope="module")
def tool(request: pytest.FixtureRequest) -> Iterator[ExifTool | None]:
    waiting = ExifTool() if request.param == "exiftool" else None
    yield waiting
    if waiting:
        waiting.close()


def facts_of(path: Path, tool: ExifTool | None) -> CameraFacts:
    return camera_facts(reader.read_tags(path, tool).tags)


def saved(path: Path, *, exif: Image.Exif | None = None, xmp: bytes = b"") -> Path:
    image = Image.fromarray(np.zeros((8, 8, 3), dtype=np.uint8))
    image.save(path, exif=exif or Image.Exif(), xmp=xmp)
    return path


@pytest.mark.parametrize("name", sorted(SERIALS))
def test_serials_of_every_makers_notes(name: str, tool: ExifTool | None) -> None:
    serials = linking_serials(facts_of(SAMPLES / name, tool))

    assert [(serial.kind, serial.value) for serial in serials] == SERIALS[name]


def test_facts_of_a_phone(tool: ExifTool | None) -> None:
    facts = facts_of(SAMPLES / "Apple.jpg", tool)

    assert (facts.make, facts.model, facts.software) == ("Apple", "iPhone 7", "10.0.2")
    assert facts.lens_model == "iPhone 7 back camera 3.99mm f/1.8"
    assert str(facts.taken_at) == "2016-09-28 18:18:05"
    assert facts.utc_offset_minutes is None
    assert (facts.latitude, facts.longitude) == (53.3828472, -1.4566778)
    assert facts.orientation == 1
    assert facts.has_thumbnail


@pytest.mark.parametrize("extension", ["jpg", "png", "webp"])
def test_facts_of_written_blocks(extension: str, tool: ExifTool | None, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Maker", "Model 7", 6
    exif.get_ifd(0x8769).update(
        {0x9003: "2024:02:03 04:05:06", 0x9011: "+05:30", 0xA431: "B-4711", 0xA435: "L-0815"}
    )
    exif.get_ifd(0x8825).update({1: "S", 2: (33.0, 51.0, 30.0), 3: "E", 4: (151.0, 12.0, 0.0)})

    facts = facts_of(saved(tmp_path / f"photo.{extension}", exif=exif), tool)

    assert (facts.make, facts.model, facts.orientation) == ("Maker", "Model 7", 6)
    assert (facts.body_serial, facts.lens_serial) == ("B-4711", "L-0815")
    assert (str(facts.taken_at), facts.utc_offset_minutes) == ("2024-02-03 04:05:06", 330)
    assert (facts.latitude, facts.longitude) == (-33.8583333, 151.2)


def test_facts_of_an_edited_photo_come_from_xmp(tool: ExifTool | None, tmp_path: Path) -> None:
    facts = facts_of(saved(tmp_path / "edited.jpg", xmp=XMP.encode()), tool)

    assert (facts.make, facts.model, facts.body_serial) == ("OLYMPUS", "E-M1", "BHP272800")
    assert facts.lens_model == "M.12-40mm F2.8"


def test_facts_of_a_video_come_from_its_container(tool: ExifTool | None, tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    with av.open(str(path), "w", format="mov", options={"movflags": "use_metadata_tags"}) as container:
        container.metadata.update(
            {
                "com.apple.quicktime.make": "Apple",
                "com.apple.quicktime.model": "iPhone 15",
                "com.apple.quicktime.creationdate": "2024-05-06T07:08:09+0200",
                "com.apple.quicktime.location.ISO6709": "+48.1371+011.5754+519.000/",
            }
        )
        stream = container.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 32
        container.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        container.mux(stream.encode(None))

    facts = facts_of(path, tool)

    assert (facts.make, facts.model) == ("Apple", "iPhone 15")
    assert (str(facts.taken_at), facts.utc_offset_minutes) == ("2024-05-06 07:08:09", 120)
    assert (facts.latitude, facts.longitude) == (48.1371, 11.5754)


@pytest.mark.parametrize(
    "content", [b"", b"plain text", b"#EXTM3U\nhttp://elsewhere/", b"\xff\xd8\xff", b"II*\0"]
)
def test_read_tags_of_what_is_no_picture_finds_no_camera(
    content: bytes, tool: ExifTool | None, tmp_path: Path
) -> None:
    path = tmp_path / "thing"
    path.write_bytes(content)

    facts = facts_of(path, tool)

    assert (facts.make, facts.body_serial, facts.taken_at) == ("", "", None)


def test_read_tags_ignores_the_name_of_a_file(tool: ExifTool | None, tmp_path: Path) -> None:
    path = tmp_path / "-execute\n-ver"
    shutil.copy(SAMPLES / "Sigma.jpg", path)

    assert facts_of(path, tool).body_serial == "02000019"


def test_read_tags_reads_an_open_descriptor(tool: ExifTool | None) -> None:
    with (SAMPLES / "Sigma.jpg").open("rb") as file:
        assert facts_of(Path(f"/proc/self/fd/{file.fileno()}"), tool).body_serial == "02000019"


def test_read_tags_says_which_tool_read(tool: ExifTool | None) -> None:
    read = reader.read_tags(SAMPLES / "Canon.jpg", tool)

    assert read.tool == ("exiftool" if tool else "exifread")
    assert read.tool_version
    assert not any(key.startswith(("System:", "ExifTool:", "SourceFile")) for key in read.tags)
    json.dumps(read.tags, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(
    cuts=st.lists(st.tuples(st.integers(0, 7300), st.integers(0, 255)), max_size=12),
    length=st.integers(0, 7365),
)
def test_read_tags_survives_damage(cuts: list[tuple[int, int]], length: int) -> None:
    content = bytearray((SAMPLES / "OlympusE1.jpg").read_bytes())
    for place, value in cuts:
        content[place] = value
    descriptor = os.memfd_create("damaged")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content[:length])
        file.flush()
        tags = reader.read_tags(Path(f"/proc/self/fd/{descriptor}")).tags

    json.dumps(tags, allow_nan=False)
    camera_facts(tags)


def test_read_tags_falls_back_when_exiftool_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "exiftool"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    broken = ExifTool()

    read = reader.read_tags(SAMPLES / "Canon.jpg", broken)
    broken.close()

    assert read.tool == "exifread"
    assert read.tags["Canon:SerialNumber"] == 560018150
    assert not broken.is_alive()


def test_exiftool_says_when_it_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ExifToolError, match="not installed"):
        ExifTool()


def test_bounded_keeps_only_what_a_database_can_hold() -> None:
    tags = bounded(
        [
            ("A:Nul", "a\0b"),
            ("A:Surrogate", "\ud800"),
            ("A:Bytes", b"1234"),
            ("A:Long", "x" * 5000),
            ("A:Nan", float("nan")),
            ("A:Huge", 1 << 80),
            ("A:Many", list(range(1000))),
            ("A:Empty", " "),
        ]
    )

    assert tags["A:Nul"] == "ab"
    assert tags["A:Surrogate"] == "?"
    assert tags["A:Bytes"] == "(binary, 4 bytes)"
    assert str(tags["A:Long"]).startswith("x" * LONGEST_TEXT + "… (5000")
    assert tags["A:Nan"] == "nan"
    assert tags["A:Huge"] == str(1 << 80)
    assert len(str(tags["A:Many"])) < 400
    assert "A:Empty" not in tags


def test_bounded_stops_at_the_most_tags() -> None:
    assert len(bounded((f"A:{number}", number) for number in range(10_000))) == MOST_TAGS


def test_version_is_stable() -> None:
    assert reader.version() == reader.version()

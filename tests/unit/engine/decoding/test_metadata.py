from pathlib import Path

from PIL import Image

from media_analysis.engine.decoding.client import Decoder
from tests.hostile.made import clip, photo

MAKE, MODEL = 0x010F, 0x0110


def test_metadata_is_read_by_a_child(decoder: Decoder, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[MAKE], exif[MODEL] = "Benign", "Box 1"
    path = tmp_path / "photo"
    path.write_bytes(photo("JPEG", exif=exif))
    server = decoder.server_pid

    found = decoder.metadata(path, "image/jpeg")

    assert found["tool"]
    assert found["tool_version"]
    assert {"Benign", "Box 1"} <= set(map(str, found["tags"].values()))
    assert decoder.server_pid == server


def test_metadata_of_a_video_is_read(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(clip())

    assert isinstance(decoder.metadata(path, "video/mp4")["tags"], dict)


def test_metadata_of_a_broken_file_is_whatever_there_is(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(photo("JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\xff" * 60))

    assert isinstance(decoder.metadata(path, "image/jpeg")["tags"], dict)

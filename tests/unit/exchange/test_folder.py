import os
from pathlib import Path

from exchange.client.folder import find_files


def test_paths_begin_with_the_named_folder(tmp_path: Path) -> None:
    (tmp_path / "disk" / "deep").mkdir(parents=True)
    (tmp_path / "disk" / "deep" / "b.jpg").write_bytes(b"12")
    (tmp_path / "disk" / "a.jpg").write_bytes(b"1")

    found = find_files([tmp_path / "disk"])

    assert [(file.source_path, file.name, file.size) for file in found] == [
        ("disk/a.jpg", "a.jpg", 1), ("disk/deep/b.jpg", "b.jpg", 2),
    ]  # fmt: skip


def test_folder_named_by_a_dot_has_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"1")

    (found,) = find_files([tmp_path / "."])

    assert found.source_path == f"{tmp_path.name}/a.jpg"


def test_time_is_in_milliseconds(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(b"1")
    os.utime(file, ns=(0, 1_700_000_000_123_999_999))

    (found,) = find_files([file])

    assert found.modified == 1_700_000_000_123


def test_nothing_leads_out_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(b"1")
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "disk" / "round").symlink_to(tmp_path / "disk")
    os.mkfifo(tmp_path / "disk" / "pipe")

    assert find_files([tmp_path / "disk"]) == []


def test_name_that_is_no_utf8_is_found_and_readable(tmp_path: Path) -> None:
    place = os.fsencode(tmp_path) + b"/\xff.jpg"
    Path(os.fsdecode(place)).write_bytes(b"1")

    (found,) = find_files([tmp_path])

    assert found.place == place
    assert found.name == "\ufffd.jpg"


def test_what_is_gone_is_reported_instead_of_raised(tmp_path: Path) -> None:
    (found,) = find_files([tmp_path / "gone"])

    assert found.trouble == "No such file or directory"


def test_folders_may_be_deeper_than_calls(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    before = Path.cwd()
    try:
        os.fchdir(here)
        for _ in range(300):
            Path("d").mkdir()
            os.chdir("d")
        Path("a.jpg").write_bytes(b"1")
        os.fchdir(here)
        found = find_files([tmp_path / "d"])
    finally:
        os.chdir(before)
        os.close(here)

    assert [file.source_path.count("/") for file in found] == [300]

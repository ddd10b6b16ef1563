"""Keys of files, wrapped under those of countries."""

import os
import stat
from pathlib import Path
from uuid import uuid4

import pytest

from evidence.keys import KeyFile, KeyUnavailable
from icse.common.sealing import new_key

ONE, OTHER = uuid4(), uuid4()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """Return a new key file."""
    path = tmp_path / "secrets" / "evidence-keys"
    assert KeyFile(path).make()
    return path


def test_what_was_wrapped_comes_back(key_file: Path) -> None:
    key = new_key()
    wrapped = KeyFile(key_file).wrap(key, ONE)
    assert KeyFile(key_file).unwrap(wrapped, ONE) == key
    assert key.secret.hex() not in wrapped
    assert len(wrapped) < 500


def test_key_of_one_country_opens_nothing_of_another_one(key_file: Path) -> None:
    wrapped = KeyFile(key_file).wrap(new_key(), ONE)
    with pytest.raises(KeyUnavailable):
        KeyFile(key_file).unwrap(wrapped, OTHER)


def test_generation_that_was_added_is_used_at_once_and_old_wraps_stay_open(key_file: Path) -> None:
    holder, key = KeyFile(key_file), new_key()
    old = holder.wrap(key, ONE)
    assert holder.is_current(old)

    assert KeyFile(key_file).add_generation() == "2"

    assert not holder.is_current(old)
    assert holder.unwrap(old, ONE) == key
    new = holder.wrap(key, ONE)
    assert holder.is_current(new)
    assert holder.unwrap(new, ONE) == key


def test_generation_that_was_taken_out_is_named(key_file: Path) -> None:
    holder = KeyFile(key_file)
    old = holder.wrap(new_key(), ONE)
    KeyFile(key_file).add_generation()
    key_file.write_text(key_file.read_text().splitlines()[1] + "\n")
    os.utime(key_file, ns=(1, 1))
    with pytest.raises(KeyUnavailable, match="generation '1'"):
        holder.unwrap(old, ONE)


def test_key_file_is_its_owner_s_alone_and_made_once(key_file: Path) -> None:
    before = key_file.read_text()
    assert not KeyFile(key_file).make()
    assert key_file.read_text() == before
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    KeyFile(key_file).add_generation()
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert list(key_file.parent.iterdir()) == [key_file]


@pytest.mark.parametrize(
    "text", ["", "\n", "1\n", "1 c2hvcnQ\n", "one key\n", "1 " + "A" * 43 + "\nrubbish\n"]
)
def test_damaged_key_file_is_named_and_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys"
    path.write_text(text)
    with pytest.raises(KeyUnavailable):
        KeyFile(path).wrap(new_key(), ONE)
    with pytest.raises(KeyUnavailable):
        KeyFile(path).add_generation()
    assert path.read_text() == text


def test_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailable, match="evidence-keys"):
        KeyFile(tmp_path / "evidence-keys").wrap(new_key(), ONE)
    with pytest.raises(KeyUnavailable):
        KeyFile(tmp_path / "evidence-keys").add_generation()


def test_wrap_that_was_touched_is_not_opened(key_file: Path) -> None:
    holder = KeyFile(key_file)
    generation, _, encoded = holder.wrap(new_key(), ONE).partition(".")
    for at in (0, 20, 40, -6):
        touched = bytearray(encoded, "ascii")
        touched[at] = ord("A") if touched[at] != ord("A") else ord("B")
        with pytest.raises(KeyUnavailable):
            holder.unwrap(f"{generation}.{touched.decode()}", ONE)

"""Folders, passwords and lock of an installation."""

import os
import stat
from pathlib import Path

import pytest

from icse.embedded import postgres
from icse.embedded.account import launching_account, own_folder, service_account
from icse.embedded.layout import Layout
from icse.embedded.lock import AlreadyRunning, only_launcher
from icse.embedded.secrets import Secrets

_LONGEST_SOCKET_PATH = 107


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_secrets_are_random_and_closed(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path / "secrets")
    assert secrets.ensure("first", "second") is True
    assert len(secrets.read("first")) >= 40
    assert secrets.read("first") != secrets.read("second")
    assert _mode(tmp_path / "secrets") == 0o700
    assert {_mode(file) for file in (tmp_path / "secrets").iterdir()} == {0o600}


def test_secrets_stay_once_made(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path)
    secrets.ensure("name")
    first = secrets.read("name")
    assert secrets.ensure("name") is False
    assert secrets.read("name") == first


def test_secret_is_empty_before_first_start(tmp_path: Path) -> None:
    assert Secrets(tmp_path / "none").read("name") == ""


@pytest.mark.parametrize("depth", [1, 5, 12])
def test_socket_paths_are_short_enough(depth: int) -> None:
    layout = Layout(Path("/srv", *["a-rather-long-folder"] * depth))
    socket = layout.postgres_socket_dir / ".s.PGSQL.5432.lock"
    assert len(str(socket)) <= _LONGEST_SOCKET_PATH
    assert len(str(layout.valkey_socket)) <= _LONGEST_SOCKET_PATH


def test_installations_have_digests_of_their_own() -> None:
    assert Layout(Path("/srv/first")).digest != Layout(Path("/srv/second")).digest


def test_own_folder_closes_an_open_one(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o755)
    own_folder(folder, launching_account())
    assert _mode(folder) == 0o700


def test_own_folder_refuses_symlink(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(PermissionError):
        own_folder(tmp_path / "link", launching_account())


def test_closed_parent_folder_stays_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(postgres, "_ELSEWHERE", tmp_path / "elsewhere")
    layout = Layout(closed / "data")
    account = service_account()
    reached = account.reaches(closed)
    postgres.settle(layout, account)
    assert _mode(closed) == 0o700
    # Root's unprivileged account cannot enter the closed folder; an ordinary user is its owner and can.
    expected = closed if reached else tmp_path / "elsewhere"
    assert layout.postgres_home.is_relative_to(expected)
    assert layout.postgres_home.stat().st_uid == account.uid
    assert reached is (os.geteuid() != 0)


def test_lock_refuses_second_launcher(tmp_path: Path) -> None:
    with (
        only_launcher(tmp_path),
        pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"),
        only_launcher(tmp_path),
    ):
        pytest.fail("two launchers share a folder")


def test_lock_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with only_launcher(tmp_path):
            assert (tmp_path / "launcher.lock").read_text(encoding="ascii") == str(os.getpid())

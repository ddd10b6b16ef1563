from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icse import env

Monkeypatch = pytest.MonkeyPatch
VARIABLE = "ICSE_TEST_VARIABLE"


@pytest.mark.parametrize(
    ("word", "meaning"),
    [("1", True), ("Yes", True), ("on", True), ("TRUE", True), ("0", False), ("no", False), ("off", False)],
)
def test_flag_understands_word(monkeypatch: Monkeypatch, word: str, meaning: bool) -> None:  # noqa: FBT001
    monkeypatch.setenv(VARIABLE, word)
    assert env.flag(VARIABLE, default=not meaning) is meaning


@pytest.mark.parametrize("default", [True, False])
def test_flag_is_default_when_empty(monkeypatch: Monkeypatch, default: bool) -> None:  # noqa: FBT001
    monkeypatch.setenv(VARIABLE, "")
    assert env.flag(VARIABLE, default=default) is default


def test_flag_refuses_other_words(monkeypatch: Monkeypatch) -> None:
    monkeypatch.setenv(VARIABLE, "maybe")
    with pytest.raises(env.BadSetting, match=f"{VARIABLE}: 'maybe' is neither yes"):
        env.flag(VARIABLE, default=True)


@given(number=st.integers(1, 65535))
def test_integer_reads_every_number_in_range(number: int) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv(VARIABLE, str(number))
        assert env.integer(VARIABLE, 1, minimum=1, maximum=65535) == number


@pytest.mark.parametrize("word", ["0", "65536", "-1", "8000.5", "eight", "8e3"])
def test_integer_refuses_and_names_variable(monkeypatch: Monkeypatch, word: str) -> None:
    monkeypatch.setenv(VARIABLE, word)
    with pytest.raises(env.BadSetting, match=f"^{VARIABLE}: "):
        env.integer(VARIABLE, 1, minimum=1, maximum=65535)


def test_choice_refuses_and_lists_options(monkeypatch: Monkeypatch) -> None:
    monkeypatch.setenv(VARIABLE, "root")
    with pytest.raises(env.BadSetting, match="'root' is not one of app, engine"):
        env.choice(VARIABLE, ("app", "engine"), "app")


def test_items_drops_blanks(monkeypatch: Monkeypatch) -> None:
    monkeypatch.setenv(VARIABLE, " a.example , ,b.example,")
    assert env.items(VARIABLE) == ["a.example", "b.example"]


def test_required_refuses_unset_variable(monkeypatch: Monkeypatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(env.BadSetting, match=f"{VARIABLE}: must be set: because"):
        env.required(VARIABLE, "because")


def test_path_refuses_file(monkeypatch: Monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file"))
    with pytest.raises(env.BadSetting, match="is a file"):
        env.path(VARIABLE, tmp_path)


def test_path_is_absolute(monkeypatch: Monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, "somewhere")
    assert env.path(VARIABLE, tmp_path) == Path.cwd() / "somewhere"


def test_database_reads_address() -> None:
    assert env.database(VARIABLE, "postgresql://icse_app:p%40ss@db.example:5433/icse") == {
        "NAME": "icse",
        "USER": "icse_app",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
    }


def test_database_reads_socket_folder() -> None:
    parameters = env.database(VARIABLE, "postgresql://icse_app:secret@/icse?host=/run/postgresql")
    assert (parameters["HOST"], parameters["PORT"]) == ("/run/postgresql", "")


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:///secret.db",
        "postgresql://db.example/secret",
        "postgresql://icse_app:secret@db.example/",
        "postgresql://icse_app:secret@db.example:port/icse",
        "secret",
    ],
)
def test_database_refuses_without_repeating_address(address: str) -> None:
    with pytest.raises(env.BadSetting, match=f"^{VARIABLE}: ") as refused:
        env.database(VARIABLE, address)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("address", ["redis://:p@host:6379/0", "rediss://host", "redis+socket:///run/v.sock"])
def test_broker_passes_address_on(address: str) -> None:
    assert env.broker(VARIABLE, address) == address


@pytest.mark.parametrize("address", ["memory://", "amqp://guest:guest@host", "host:6379"])
def test_broker_refuses_other_kinds(address: str) -> None:
    with pytest.raises(env.BadSetting, match=f"^{VARIABLE}: must begin with"):
        env.broker(VARIABLE, address)

from pathlib import Path

import pytest

from exchange.client.arguments import parse_arguments


@pytest.fixture(autouse=True)
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an existing folder; a token is set and a server is not."""
    monkeypatch.setenv("ICSE_TOKEN", "token-1")
    monkeypatch.delenv("ICSE_SERVER", raising=False)
    disk = tmp_path / "disk"
    disk.mkdir()
    return disk


def test_what_is_said_of_files_is_named_as_in_the_api(disk: Path) -> None:
    wanted = parse_arguments(
        [str(disk), "--server", "https://icse.example/", "--case-reference", "K-1", "--legal-basis", "x",
         "--group", "1", "--group", "2", "--patience", "2"]
    )  # fmt: skip

    assert wanted.server == "https://icse.example"
    assert wanted.details == {"case_reference": "K-1", "legal_basis": "x", "groups": ["1", "2"]}
    assert wanted.patience == 120


def test_token_comes_from_its_file(disk: Path, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("token-2\n")

    wanted = parse_arguments([str(disk), "--server", "https://x", "--token-file", str(tmp_path / "token")])

    assert wanted.token == "token-2"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--server", "http://icse.example"], "https"),
        (["--server", "ftp://icse.example"], "--server"),
        (["--server", "https://icse.example/there"], "--server"),
        ([], "--server"),
        (["--server", "https://x", "--parallel", "0"], "1 to 16"),
        (["--server", "https://x", "--parallel", "17"], "1 to 16"),
        (["--server", "https://x", "--batch", "1", "--new"], "--batch"),
        (["--server", "https://x", "--token", "secret"], "unrecognized"),
        (["--server", "https://x", "gone"], "gone is not there"),
        (["--server", "https://x", "--report", "disk/report.json"], "nothing is written there"),
        (["--server", "https://x", "--report", "none/report.json"], "cannot be written"),
        (["--server", "https://x", "--token-file", "none"], "token"),
    ],
)
def test_what_is_wrong_is_said(
    disk: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(disk.parent)
    with pytest.raises(SystemExit) as ended:
        parse_arguments(["disk", *words])

    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_loopback_needs_no_tls(disk: Path) -> None:
    assert parse_arguments([str(disk), "--server", "http://127.0.0.1:8000"]).server == "http://127.0.0.1:8000"


@pytest.mark.parametrize("token", ["", "two words", "tökén", "a\nb"])
def test_token_is_one_word(disk: Path, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("ICSE_TOKEN", token)
    with pytest.raises(SystemExit):
        parse_arguments([str(disk), "--server", "https://x"])

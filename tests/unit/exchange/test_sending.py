"""One file on its way, against a platform that answers as it is told to."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from exchange.client import sending
from exchange.client.folder import Found, find_files
from exchange.client.platform import Refused, Unreached
from exchange.client.sending import LineDead, Sender, Stopped

PLACE = "/api/v1/uploads/1/"


class Answers:
    """A platform of which each method answers with headers, or raises; what it was asked is kept."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {"POST": {"Location": PLACE}, **answers}
        self.asked: list[str] = []

    def ask(self, method: str, path: str, **_: Any) -> SimpleNamespace:
        """Answer one request."""
        self.asked.append(method)
        answer = self.answers[method]
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(headers=answer, json=lambda: answer)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Found:
    """Return a file of a hundred bytes; nobody waits long in these tests."""
    monkeypatch.setattr(sending, "_FIRST_WAIT", 0.001)
    monkeypatch.setattr(sending, "_LONGEST_WAIT", 0.01)
    (tmp_path / "a.jpg").write_bytes(bytes(100))
    return find_files([tmp_path / "a.jpg"])[0]


def _sender(answers: Answers, patience: float = 0.2) -> Sender:
    return Sender(answers, "batch", patience, Event())  # type: ignore[arg-type]


def test_patience_ends_where_pieces_never_get_through(file: Found) -> None:
    """A proxy that takes no bodies answers HEAD all the same; that is no progress."""
    answers = Answers(HEAD={"Upload-Offset": "0"}, PATCH=Unreached("The answer was 413"))

    with pytest.raises(LineDead, match="413"):
        _sender(answers).send(file)

    assert answers.asked.count("PATCH") > 3


def test_file_that_gets_no_further_is_left_while_others_do(file: Found) -> None:
    answers = Answers(HEAD={"Upload-Offset": "0"}, PATCH=Unreached("nobody there"))
    sender = _sender(answers)
    asking = answers.ask

    def ask_while_others_get_further(*words: str, **named: Any) -> SimpleNamespace:
        sender.further_at = time.monotonic() + 60
        return asking(*words, **named)

    answers.ask = ask_while_others_get_further  # type: ignore[method-assign]

    assert sender.send(file).outcome == "unfinished"


def test_refusal_of_the_file_is_not_repeated(file: Found) -> None:
    answers = Answers(PATCH=Refused(415, "unsupported_format", "This looks like a text file."))

    outcome = _sender(answers).send(file)

    assert (outcome.outcome, outcome.reason, outcome.path) == ("refused", "unsupported_format", "a.jpg")
    assert answers.asked == ["POST", "PATCH"]


@pytest.mark.parametrize("reason", ["day_full", "storage_full", "batch_over"])
def test_refusal_of_everything_ends_the_run(file: Found, reason: str) -> None:
    with pytest.raises(Refused):
        _sender(Answers(PATCH=Refused(429, reason, "No more today."))).send(file)


def test_upload_that_is_gone_is_begun_anew_and_not_for_ever(file: Found) -> None:
    answers = Answers(HEAD=Refused(410, "", "gone"), PATCH=Unreached("cut"))

    assert _sender(answers).send(file, {"id": 1}).outcome == "refused"
    assert answers.asked.count("POST") == 3


def test_nothing_is_sent_once_it_is_stopped(file: Found) -> None:
    answers = Answers()
    sender = _sender(answers)
    sender.stop.set()

    with pytest.raises(Stopped):
        sender.send(file)

    assert answers.asked == []


def test_file_that_changed_since_it_was_found_is_not_sent(file: Found) -> None:
    Path(file.place.decode()).write_bytes(bytes(99))
    answers = Answers()

    assert _sender(answers).send(file).outcome == "unreadable"
    assert answers.asked == []


class BreakingLine(Answers):
    """Beyond it no piece longer than five bytes arrives, until half of the file is there."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []
        self.at = 0

    def ask(self, method: str, path: str, *, body: bytes = b"", **_: Any) -> SimpleNamespace:
        """Answer one request, or let it break off."""
        if method == "PATCH":
            self.sizes.append(len(body))
            if len(body) > 5 and self.at < 50:
                raise Unreached("The connection broke")
            self.at += len(body)
        state = "received" if self.at == 100 else "open"
        headers = {"Location": PLACE, "Upload-Offset": str(self.at), "Icse-State": state}
        told = dict.fromkeys(("sha256", "verdict", "submission", "reason", "message"), "")
        return SimpleNamespace(
            headers=headers, json=lambda: told | {"state": state, "offset": self.at, "length": 100}
        )


def test_pieces_shrink_until_they_get_through_and_grow_again(
    file: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PIECE", 64)
    monkeypatch.setattr(sending, "_SMALLEST_PIECE", 2)
    line = BreakingLine()

    assert _sender(line).send(file).outcome == "received"
    assert line.sizes[:8] == [64, 16, 4, 4, 4, 4, 8, 2]
    assert max(line.sizes[-8:]) > 5

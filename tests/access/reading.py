"""What an answer says, in the words of the table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.urls import reverse

from tests.world import body_of

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from tests.access.belongings import Belongings

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ONE_TIME: Final = re.compile(r"\b[A-Za-z0-9]{64}\b")
_NUMBER: Final = re.compile(r"(?<=/)[0-9]+(?=/)")
_LEFT_OUT: Final = frozenset({"Set-Cookie", "Content-Length"})
_BY_STATUS: Final = {401: "sign_in", 403: "refused", 404: "hidden", 405: "no_method", 409: "conflict"}
_KINDS: Final = {"shown": "ok", "absent": "ok", "open": "ok", "done": "ok", "barred": "refused"}
_DONE: Final = frozenset({200, 201, 202, 204, 302})


def kind_of(answer: HttpResponseBase) -> str:
    """Return the table's word for a status; `ok` is any answer that goes on."""
    if answer.status_code == 302 and urlsplit(answer["Location"]).path == reverse("sign_in"):
        return "sign_in"
    if answer.status_code in _DONE:
        return "ok"
    return _BY_STATUS.get(answer.status_code, str(answer.status_code))


def told(answer: HttpResponseBase) -> tuple[int, dict[str, str], str]:
    """Return status, headers and body without ids and what every answer renews."""
    headers = {name: _plain(value) for name, value in answer.headers.items() if name not in _LEFT_OUT}
    return answer.status_code, headers, _plain(body_of(answer))


def _plain(text: str) -> str:
    return _ONE_TIME.sub("once", _NUMBER.sub("id", _ID.sub("id", text)))


def problem_with(
    answer: HttpResponseBase, expected: str, belongings: Belongings, *, asked: str, carries: str
) -> str | None:
    """Return how an answer differs from what the table expects, or None."""
    kind, body = kind_of(answer), body_of(answer)
    if kind != _KINDS.get(expected, expected):
        return f"{expected} expected, {kind} answered"
    seen = [mark for mark in belongings.marks(asked) if mark in body]
    if expected == "shown" and not (belongings.word in seen if carries == "word" else seen):
        return f"shown expected, but no {carries} of it in the answer"
    if expected not in ("shown", "done", "barred") and seen:
        return f"{expected} expected, but the answer holds {seen}"
    return None

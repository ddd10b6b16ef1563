"""How each operation is asked about somebody's objects: where, with which query and with what told."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Protocol

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone

from tests.access.belongings import HOLDER, SHARED_WORD, Belongings
from tests.addresses import Address

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Ids(Protocol):
    """The objects that a question is about, by name."""

    def __getitem__(self, name: str, /) -> Any:
        """Return the id of one."""


@dataclass(frozen=True)
class Question:
    """What an operation is asked with; `path` renames objects in the address, `told` makes the body."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: Callable[[Ids], str] = lambda _: ""
    told: Callable[[Ids], dict[str, Any]] = lambda _: {}


_FILM: Final = Question(path={"material_id": "film_id"})
_DECIDED: Final = Question(path={"match_id": "decided_id"})
_WORDS: Final = Question(query=lambda _: f"q={SHARED_WORD}")
_OPENED: Final = Question(
    told=lambda _: {
        "named": HOLDER,
        "reason": "asked for by telephone",
        "until": (timezone.now() + timedelta(days=30)).date().isoformat(),
    }
)
_OPENED_BY_API: Final = Question(
    told=lambda _: {
        "named": HOLDER,
        "reason": "asked for by telephone",
        "expires_at": (timezone.now() + timedelta(days=30)).isoformat(),
    }
)
_SENT: Final = Question(path={"batch_id": "sent_batch_id"})
_FAILED: Final = Question(path={"submission_id": "failed_id"})
_SAME: Final = Question(told=lambda _: {"verdict": "same", "reason": "drawn alike"})
_SHARED: Final = Question(told=lambda _: {"sharing": "national"})
_SERIES: Final = {"name": "Wallpaper", "description": "", "priority": "routine", "sharing": "national"}

QUESTIONS: Final[dict[tuple[str, str], Question]] = {
    ("choose_theme", "POST"): Question(told=lambda _: {"theme": "dark"}),
    ("issue_token", "POST"): Question(told=lambda _: {"label": "import"}),
    ("answer_contact", "POST"): Question(told=lambda _: {"answer": "agree"}),
    ("material_hit_policy", "POST"): Question(told=lambda _: {"policy": "silent"}),
    ("sharing_groups", "POST"): Question(told=lambda _: {"name": "Beacons", "purpose": "joint operation"}),
    ("choose_default_sharing", "POST"): Question(told=lambda _: {"level": "national"}),
    ("submission_sharing", "POST"): _SHARED,
    ("retention", "GET"): Question(query=lambda _: "part=all"),
    ("api_retention", "GET"): Question(query=lambda _: "part=all"),
    ("api_retention", "POST"): Question(
        told=lambda ids: {
            "act": "review",
            "submissions": [str(ids["submission_id"])],
            "reason": "still needed",
        }
    ),
    ("api_decide_withdrawal", "POST"): Question(told=lambda _: {"verdict": "approve"}),
    ("retention_act", "POST"): Question(
        told=lambda ids: {"act": "review", "submission": ids["submission_id"], "reason": "still needed"}
    ),
    ("submission_retention", "POST"): Question(
        told=lambda _: {
            "file_name": "corrected.jpg",
            "legal_basis": "seizure_order",
            "handling": "tlp:amber",
            "reason": "mistyped",
        }
    ),
    ("decide_withdrawal", "POST"): Question(told=lambda _: {"verdict": "approve"}),
    ("retry", "POST"): _FAILED,
    ("make_unit", "POST"): Question(told=lambda _: {"name": "Night desk"}),
    ("unit_service", "POST"): Question(told=lambda _: {"act": "suspend"}),
    ("officer_service", "POST"): Question(told=lambda _: {"act": "suspend"}),
    ("transfer_officer", "POST"): Question(told=lambda ids: {"unit": ids["other_unit_id"]}),
    ("change_role", "POST"): Question(told=lambda _: {"role": "analyst"}),
    ("api_original", "POST"): Question(told=lambda _: {"reason": "court order 12"}),
    ("evidence:playable", "GET"): _FILM,
    ("evidence:original", "POST"): Question(told=lambda _: {"reason": "court order 12"}),
    ("upload", "POST"): Question(
        told=lambda _: {
            "legal_basis": "seizure_order",
            "handling": "tlp:amber",
            "sharing": "national",
            "priority": "routine",
        }
    ),
    ("materials", "GET"): _WORDS,
    ("search", "GET"): _WORDS,
    ("ask_picture", "POST"): Question(told=lambda ids: {"material": ids["material_id"]}),
    ("material_access", "POST"): _OPENED,
    ("series_access", "POST"): _OPENED,
    ("end_access_to_series", "POST"): Question(
        path={"series_id": "opened_id", "grant_id": "series_grant_id"}
    ),
    ("decide", "POST"): _SAME,
    ("decide_later", "GET"): Question(query=lambda ids: f"of={ids['material_id']}"),
    ("series_list", "POST"): Question(told=lambda ids: {**_SERIES, "material": ids["material_id"]}),
    ("add_to_series", "POST"): Question(
        told=lambda ids: {"series": ids["series_id"], "material": ids["copy_id"]}
    ),
    ("describe_series", "POST"): Question(told=lambda _: _SERIES),
    ("share_series", "POST"): _SHARED,
    ("remove_from_series", "POST"): Question(told=lambda ids: {"material": ids["material_id"]}),
    ("merge_series", "POST"): Question(told=lambda ids: {"series": ids["spare_id"]}),
    ("forum", "POST"): Question(
        told=lambda ids: {"series": ids["series_id"], "title": "Whose lamp?", "text": "Seen it?"}
    ),
    ("topic", "POST"): Question(told=lambda _: {"text": "We have the same lamp."}),
    ("api_submissions", "POST"): Question(
        told=lambda _: {"file": SimpleUploadedFile("drawn.jpg", b"\xff\xd8\xff\xe0 drawn", "image/jpeg")}
    ),
    **{(name, "GET"): _SENT for name in ("api_batch", "api_batch_files", "batch_report")},
    ("api_batch", "DELETE"): _SENT,
    ("end_batch", "POST"): _SENT,
    ("api_uploads", "POST"): Question(told=lambda ids: {"batch": ids["sent_batch_id"]}),
    ("api_declare_upload", "POST"): Question(told=lambda _: {"digests": ["0" * 64] * 3}),
    ("api_submission_sharing", "PATCH"): _SHARED,
    ("api_retry_submission", "POST"): _FAILED,
    ("api_search", "GET"): _WORDS,
    ("api_series_list", "GET"): _WORDS,
    ("api_search_image", "POST"): Question(told=lambda ids: {"material": ids["material_id"]}),
    ("api_decision", "GET"): _DECIDED,
    ("api_decision", "POST"): _SAME,
    ("api_decision", "DELETE"): _DECIDED,
    ("api_country_decisions", "GET"): _DECIDED,
    ("api_series_list", "POST"): Question(told=lambda ids: {**_SERIES, "materials": [ids["material_id"]]}),
    ("api_series", "PATCH"): Question(told=lambda _: {"description": "More of it."}),
    ("api_series_sharing", "POST"): _SHARED,
    ("api_series_access", "POST"): _OPENED_BY_API,
    ("api_series_grant", "DELETE"): Question(path={"series_id": "opened_id", "grant_id": "series_grant_id"}),
    ("api_material_access", "POST"): _OPENED_BY_API,
    ("api_answer_contact", "POST"): Question(told=lambda _: {"answer": "agree"}),
    ("api_series_materials", "POST"): Question(told=lambda ids: {"materials": [ids["copy_id"]]}),
    ("api_series_merge", "POST"): Question(told=lambda ids: {"other": ids["spare_id"]}),
}
"""Whatever is not named here is asked with its address alone."""

_TUS: Final = {"Tus-Resumable": "1.0.0"}
_MULTIPART: Final = frozenset({"api_submissions"})
_NOTHING: Final = Question()


def question_of(address: Address, method: str) -> Question:
    """Return how an operation is asked; the head of an answer is asked for like the whole."""
    asked = "GET" if method == "HEAD" else method
    return QUESTIONS.get((address.full_name, asked), _NOTHING)


def names_objects(address: Address, method: str) -> bool:
    """Tell whether the operation is asked about named objects, be it in its address or in what is told."""
    question = question_of(address, method)
    named: set[str] = set()
    recorder = _Recorder(named)
    question.query(recorder)
    question.told(recorder)
    return bool(address.parameters or named)


class _Recorder:
    """Stands in for ids and notes whether any is asked for."""

    def __init__(self, named: set[str]) -> None:
        self._named = named

    def __getitem__(self, name: str, /) -> str:
        self._named.add(name)
        return name


def address_of(address: Address, method: str, belongings: Belongings) -> str:
    """Return where an operation is asked about somebody's objects."""
    question = question_of(address, method)
    renamed = {name: belongings.ids[other] for name, other in question.path.items()}
    query = question.query(belongings.ids)
    return address.path({**belongings.ids, **renamed}) + (f"?{query}" if query else "")


def ask(client: Client, address: Address, method: str, belongings: Belongings) -> HttpResponseBase:
    """Ask an operation about somebody's objects and return the answer."""
    told = question_of(address, method).told(belongings.ids)
    return send(client, address, method, address_of(address, method, belongings), told)


def send(
    client: Client, address: Address, method: str, path: str, told: Mapping[str, Any]
) -> HttpResponseBase:
    """Send one request as pages or programs do, and return the answer."""
    if address.full_name in ("api_uploads", "api_upload"):
        return _send_by_tus(client, method, path, told)
    if method in ("GET", "HEAD", "OPTIONS"):
        return client.generic(method, path)
    if address.is_api and address.name not in _MULTIPART:
        kind = "application/json"
        return getattr(client, method.lower())(path, told, content_type=kind)  # type: ignore[no-any-return]
    if method == "POST":
        return client.post(path, told)
    return client.generic(method, path)


def _send_by_tus(client: Client, method: str, path: str, told: Mapping[str, Any]) -> HttpResponseBase:
    """Send one request of the upload protocol, which tells in headers; a piece has two bytes."""
    if method == "PATCH":
        kind = "application/offset+octet-stream"
        return client.patch(path, b"xx", content_type=kind, headers={**_TUS, "Upload-Offset": "3"})
    named = ",".join(f"{key} {b64encode(str(value).encode()).decode()}" for key, value in told.items())
    announced = {"Upload-Length": "10", "Upload-Metadata": named} if method == "POST" else {}
    return client.generic(method, path, headers={**_TUS, **announced})
